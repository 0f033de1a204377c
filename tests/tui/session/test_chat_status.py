"""What the status bar tells, event by event."""

import pytest

from seeshell.core.conversation import Message, TurnStats
from seeshell.core.messages.events import (
    AnyEvent,
    CoreStatus,
    Delta,
    ModelFailed,
    ModelLoaded,
    ModelLoading,
    Prefilled,
    ThoughtsDelta,
    TurnEnded,
    Waiting,
)
from seeshell.tui.session.chat_status import ChatStatus

from ...messages import answer

STATS = TurnStats(prompt_tokens=900, generated_tokens=100, ttft=0.094, generation_tps=54.4)
ANSWER = answer(2, "red", stats=STATS)


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (ModelLoading(model="m", stage="downloading", fraction=0.4), "downloading 40 %"),
        (ModelLoading(model="m", stage="loading the weights"), "loading the weights"),
        (ModelLoaded(model="m", context_length=10), "ready"),
        (ModelFailed(model="m", error="ModelError", sentence="No."), "no model"),
        (
            Prefilled(conversation=1, message=2, done=300, total=1200, reused=0),
            "prefilling 300 of 1,200",
        ),
        (Prefilled(conversation=1, message=2, done=12, total=12, reused=0), "answering"),
        (Delta(conversation=1, message=2, text="a"), "answering"),
        (ThoughtsDelta(conversation=1, message=2, text="a"), "thinking"),
        (Waiting(conversation=1, message=2, reason="The server is busy."), "waiting"),
        (TurnEnded(conversation=1, message=ANSWER), "ready"),
        (CoreStatus(version="1", pid=1, state="decoding", model="m"), "answering"),
    ],
)
def test_each_event_names_what_is_happening(event: AnyEvent, state: str) -> None:
    assert ChatStatus().after(event).state == state


def test_more_text_of_an_answer_changes_nothing() -> None:
    answering = ChatStatus(state="answering")
    assert answering.after(Delta(conversation=1, message=2, text="a")) is answering


def test_context_and_speed_are_those_of_the_last_answer() -> None:
    loaded = ChatStatus().after(ModelLoaded(model="m", context_length=4000))
    status = loaded.after(TurnEnded(conversation=1, message=ANSWER))
    assert status.context == "context 25 %"
    assert status.speed == "0.09 s · 54 tokens/s"


def test_a_stopped_answer_without_figures_keeps_those_before() -> None:
    status = ChatStatus().showing((ANSWER, replace_stats(ANSWER, None)))
    assert status.stats == STATS


def test_an_empty_conversation_has_no_speed() -> None:
    status = ChatStatus(stats=STATS, context_used=5).showing(())
    assert (status.speed, status.context) == ("", "")


def replace_stats(message: Message, stats: TurnStats | None) -> Message:
    from msgspec.structs import replace as replace_fields

    return replace_fields(message, stats=stats)
