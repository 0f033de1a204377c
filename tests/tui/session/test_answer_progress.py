"""What is done for an answer, event by event, and in words."""

import pytest

from seeshell.core.conversation import TurnStats
from seeshell.core.messages.events import (
    AnyEvent,
    Decoded,
    Delta,
    PictureBegun,
    Prefilled,
    ThoughtsDelta,
    Waiting,
)
from seeshell.tui.session.answer_progress import AnswerProgress
from seeshell.tui.session.model_status import Load, ModelStatus
from seeshell.tui.status_words import context_words, speed_words, state_words

NAMES = {"conversation": 1, "message": 2}
HERE = ModelStatus("connected", "big")
SERVED = ModelStatus("connected", "big", server="example.org")
STARTED = AnswerProgress("starting", since=100.0)
STATS = TurnStats(prompt_tokens=900, generated_tokens=100, ttft=0.094, generation_tps=54.4)

PICTURE = PictureBegun(number=2, total=3, **NAMES)
ONE_PICTURE = PictureBegun(number=1, total=1, **NAMES)
READING = Prefilled(done=340, total=1200, reused=0, **NAMES)
READ = Prefilled(done=1200, total=1200, reused=0, **NAMES)
BUSY = Waiting(reason="The server is busy.", **NAMES)
TEXT = Delta(text="a", **NAMES)
THOUGHT = ThoughtsDelta(text="a", **NAMES)


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([], "preparing"),
        ([PICTURE], "encoding picture 2 of 3"),
        ([ONE_PICTURE], "encoding the picture"),
        ([PICTURE, READING], "reading 340 of 1,200 tokens"),
        ([READING, PICTURE], "encoding picture 2 of 3"),
        ([READING, READ], "reading 1,200 of 1,200 tokens"),
        ([BUSY], "waiting for the server"),
        ([BUSY, READING], "reading 340 of 1,200 tokens"),
        ([READ, THOUGHT], "thinking"),
        ([READ, THOUGHT, TEXT], "answering"),
        ([TEXT, Decoded(tokens=9, tps=9.0, **NAMES)], "answering"),
    ],
)
def test_each_event_names_what_is_done(events: list[AnyEvent], words: str) -> None:
    progress = STARTED
    for event in events:
        progress = progress.after(event)
    assert state_words(HERE, progress, 1, now=101.0) == words


@pytest.mark.parametrize(
    ("event", "now", "words"),
    [
        (PICTURE, 101.9, "encoding picture 2 of 3"),
        (PICTURE, 102.0, "encoding picture 2 of 3 · 2 s"),
        (READING, 159.9, "reading 340 of 1,200 tokens · 59 s"),
        (THOUGHT, 225.0, "thinking · 2 min 5 s"),
        (TEXT, 225.0, "answering"),
        (PICTURE, 90.0, "encoding picture 2 of 3"),
    ],
)
def test_a_wait_shows_the_seconds_since_the_turn_was_taken(
    event: AnyEvent, now: float, words: str
) -> None:
    assert state_words(HERE, STARTED.after(event), 1, now) == words


def test_a_server_is_named_that_is_waited_for() -> None:
    assert state_words(SERVED, STARTED, 1, 105.0) == "waiting for example.org · 5 s"
    assert state_words(SERVED, STARTED.after(BUSY), 1, 100.0) == "waiting for example.org"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (
            ModelStatus("connected", "big", answering=5, waiting=(1,)),
            "queued behind another answer",
        ),
        (
            ModelStatus("connected", "big", answering=5, waiting=(6, 1)),
            "queued behind 2 answers",
        ),
        (ModelStatus("connected", "big"), "queued"),
        (
            ModelStatus("connected", "big", load=Load("org/new", "reading", 0.5, 99.0)),
            "loading new 50 %",
        ),
        (
            ModelStatus("connected", load=Load("org/new", "downloading", 0.5, 99.0)),
            "downloading 50 %",
        ),
    ],
)
def test_what_is_queued_says_behind_what(status: ModelStatus, words: str) -> None:
    assert state_words(status, AnswerProgress("queued", 100.0), 1, 100.0) == words


@pytest.mark.parametrize(
    ("connection", "words"), [("no core", "no core"), ("cut off", "not connected")]
)
def test_without_a_connection_nothing_else_is_told(connection: str, words: str) -> None:
    status = ModelStatus(connection, "big")  # type: ignore[arg-type]
    assert state_words(status, STARTED, 1, 200.0) == words


def test_more_text_of_an_answer_changes_nothing() -> None:
    answering = STARTED.after(TEXT)
    assert answering.after(TEXT) is answering


def test_the_speed_is_that_of_now_and_then_that_of_the_last_answer() -> None:
    idle = AnswerProgress()
    assert speed_words(None, idle) == ""
    assert speed_words(STATS, STARTED) == ""
    decoding = STARTED.after(TEXT).after(Decoded(tokens=60, tps=61.2, **NAMES))
    assert speed_words(STATS, decoding) == "61 tokens/s"
    assert speed_words(STATS, idle) == "0.09 s · 54 tokens/s"


@pytest.mark.parametrize(
    ("stats", "length", "words"),
    [
        (STATS, 4000, "context 25 %"),
        (STATS, 0, "1,000 tokens"),
        (None, 4000, "context 0 %"),
        (None, 0, ""),
    ],
)
def test_the_context_is_that_of_the_last_answer(
    stats: TurnStats | None, length: int, words: str
) -> None:
    assert context_words(stats, length) == words
