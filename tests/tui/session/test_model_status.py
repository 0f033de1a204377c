"""What is known of the model, event by event, and in words."""

import pytest
from msgspec.structs import replace

from seeshell.core.messages.events import (
    AnyEvent,
    CoreStatus,
    EngineState,
    WorkChanged,
)
from seeshell.core.messages.library_events import LibraryChanged
from seeshell.core.messages.model_events import ModelFailed, ModelLoaded, ModelLoading
from seeshell.tui.session.answer_progress import AnswerProgress
from seeshell.tui.session.model_status import ModelStatus
from seeshell.tui.status_words import model_words, short_name, state_words


def told(state: EngineState = "ready", model: str = "big", **more: object) -> CoreStatus:
    return CoreStatus(version="1", pid=1, state=state, model=model, **more)  # type: ignore[arg-type]


READY = told(is_loaded=True)
ALONE = told("loading", "org/new", loading="org/new")
NOTHING = told("unloaded", "org/new")


def loading(model: str = "org/new", stage: str = "downloading", at: float = 0.4) -> ModelLoading:
    return ModelLoading(model=model, stage=stage, fraction=at)


def loaded(model: str = "new", server: str = "") -> ModelLoaded:
    return ModelLoaded(model=model, context_length=9, source=f"org/{model}", server=server)


def failed(model: str = "org/new") -> ModelFailed:
    return ModelFailed(model=model, error="ModelError", sentence="No.")


@pytest.mark.parametrize(
    ("events", "model", "state"),
    [
        ([], "", "connecting"),
        ([READY], "big", "ready"),
        ([NOTHING], "new", "not loaded"),
        ([told("failed", "org/new")], "new", "no model"),
        ([ALONE], "new", "loading"),
        ([ALONE, loading()], "new", "downloading 40 %"),
        ([ALONE, loading(), loaded()], "new", "ready"),
        ([ALONE, failed()], "new", "no model"),
        ([READY, loading()], "big", "loading new 40 %"),
        ([READY, loading(at=0.0)], "big", "loading new"),
        ([READY, loading(), failed()], "big", "ready"),
        ([READY, loading(), failed("org/given-up")], "big", "loading new 40 %"),
        ([READY, loading(), loaded()], "new", "ready"),
        ([READY, loaded("other", "example.org")], "other", "ready"),
        ([READY, WorkChanged(answering=5, waiting=())], "big", "answering elsewhere"),
        ([READY, WorkChanged(answering=3, waiting=(5,))], "big", "ready"),
        ([told(is_loaded=True, answering=5)], "big", "answering elsewhere"),
    ],
)
def test_the_bar_names_the_model_that_answers_and_what_it_does(
    events: list[AnyEvent], model: str, state: str
) -> None:
    status = ModelStatus()
    for event in events:
        status = status.after(event, 100.0)
    assert model_words(status) == model
    assert state_words(status, AnswerProgress(), 3, 101.0) == state


def test_what_says_nothing_of_the_model_changes_nothing() -> None:
    status = ModelStatus().after(READY, 100.0)
    assert status.after(LibraryChanged(), 100.0) is status


@pytest.mark.parametrize(
    ("answering", "waiting", "count"),
    [
        (None, (), 0),
        (None, (3,), 0),
        (5, (3,), 1),
        (5, (6, 3, 7), 2),
        (3, (5,), 0),
        (5, (6,), 2),
    ],
)
def test_the_answers_of_others_before_one_are_counted(
    answering: int | None, waiting: tuple[int, ...], count: int
) -> None:
    status = ModelStatus(answering=answering, waiting=waiting)
    assert status.answers_before(3) == count


def test_a_core_that_is_connected_again_is_known_anew() -> None:
    status = ModelStatus().after(READY, 100.0).after(loading(), 100.0)
    assert status.after(replace(READY, model="other"), 100.0).load is None


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("org/model-4bit", "model-4bit"),
        ("/models/mine/", "mine"),
        ("demo", "demo"),
        ("http://h:1/v1", "http://h:1/v1"),
        ("http://h:1/v1#qwen", "qwen"),
        ("", ""),
    ],
)
def test_a_source_is_named_shortly(source: str, name: str) -> None:
    assert short_name(source) == name


def test_a_load_shows_the_seconds_since_it_was_heard_of() -> None:
    status = ModelStatus().after(ALONE, 100.0).after(loading(), 105.0)
    assert state_words(status, AnswerProgress(), 3, 112.0) == "downloading 40 % · 12 s"
    status = status.after(loading("org/other"), 120.0)
    assert state_words(status, AnswerProgress(), 3, 121.0) == "downloading 40 %"
