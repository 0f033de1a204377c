"""What becomes of the core's events about turns: for the screen, and for `seeshell ask`."""

import pytest
from msgspec.structs import replace

from seeshell.core.conversation import Queue, QueuedTurn
from seeshell.core.messages.events import (
    AnyEvent,
    Delta,
    PictureBegun,
    Prefilled,
    ThoughtsDelta,
    TurnEnded,
    TurnFailed,
    TurnStarted,
    Waiting,
)
from seeshell.core.messages.queue_events import QueueChanged
from seeshell.tui.session.events import (
    AnswerEnded,
    AnswerGrew,
    AnswerProgressed,
    AnswerStarted,
    AnswerWaits,
    QueueShown,
    SessionEvent,
    ThoughtsGrew,
)
from seeshell.tui.session.shown_turns import ShownTurns

from ...messages import answer, opened, question
from ..scripted_client import conversation

ASKED, OPEN = question(1, "How many?"), replace(opened(2), created_at=100.0)
QUEUED = QueuedTurn("mine", "submit", ASKED)
NAMES = {"conversation": 7, "message": 2}
LINE = QueueChanged(conversation=7, queue=(QUEUED,), is_paused=False)
EMPTY = QueueChanged(conversation=7, queue=(), is_paused=False)
STARTED = TurnStarted(conversation=7, turn="mine", user_message=ASKED, answer=OPEN)
BUSY = Waiting(reason="Busy.", **NAMES)
TEXT = Delta(text="Two.", **NAMES)
THOUGHT = ThoughtsDelta(text="Hm.", **NAMES)
READ = Prefilled(done=3, total=9, reused=0, **NAMES)
DONE = answer(2, "Two.", model="big")
ENDED = TurnEnded(conversation=7, message=DONE)
BROKEN = answer(2, "Tw", "failed", error="It broke.")
FAILED = TurnFailed(conversation=7, message=BROKEN, error="EndpointError", sentence="It broke.")


def followed(*events: AnyEvent) -> tuple[ShownTurns, list[SessionEvent]]:
    """Returns the turns after the events, and the facts that came of these."""
    facts: list[SessionEvent] = []
    turns = ShownTurns(facts.append)
    for event in events:
        turns.note(event)
    return turns, facts


def steps(facts: list[SessionEvent]) -> list[str]:
    return [it.progress.step for it in facts if isinstance(it, AnswerProgressed)]


def test_a_turn_goes_from_its_queue_to_its_end() -> None:
    turns, facts = followed(LINE, STARTED, EMPTY, READ, THOUGHT, TEXT, ENDED)
    assert [it for it in facts if not isinstance(it, AnswerProgressed)] == [
        QueueShown(Queue((QUEUED,))),
        AnswerStarted(ASKED, OPEN, "mine"),
        QueueShown(Queue()),
        ThoughtsGrew(2, "Hm."),
        AnswerGrew(2, "Two."),
        AnswerEnded(DONE),
    ]
    assert steps(facts) == ["queued", "starting", "prefilling", "thinking", "answering", "idle"]
    assert (turns.is_answering, turns.last_model) == (False, "big")


def test_the_wait_is_counted_from_when_the_turn_was_taken() -> None:
    turns, _ = followed(STARTED, PictureBegun(number=1, total=2, **NAMES), READ)
    assert (turns.progress.step, turns.progress.since) == ("prefilling", 100.0)


@pytest.mark.parametrize("event", [READ, THOUGHT], ids=["prefill", "thoughts"])
def test_a_wait_for_a_server_ends_with_the_next_sign_of_life(event: AnyEvent) -> None:
    _, facts = followed(STARTED, BUSY, event, event)
    waits = [it for it in facts if isinstance(it, AnswerWaits)]
    assert waits == [AnswerWaits(2, "Busy."), AnswerWaits(2, "")]


def test_a_failure_is_an_end_that_names_its_kind() -> None:
    turns, facts = followed(STARTED, FAILED)
    assert facts[-1] == AnswerEnded(BROKEN, "EndpointError")
    assert not turns.is_answering


def test_the_next_in_the_queue_is_waited_for_after_an_end() -> None:
    turns, facts = followed(STARTED, LINE, ENDED)
    assert steps(facts) == ["starting", "idle", "queued"]
    turns.note(replace(LINE, is_paused=True))
    assert turns.progress.step == "idle"


def test_a_conversation_that_is_opened_with_an_open_answer_goes_on_from_there() -> None:
    turns, facts = followed()
    turns.show(conversation(7, "old", ASKED, OPEN))
    assert (turns.is_answering, turns.progress.since) == (True, 100.0)
    turns.show(None)
    assert (turns.is_answering, turns.progress.step) == (False, "idle")
    assert steps(facts) == ["starting", "idle"]


def test_after_a_break_nothing_is_called_computed() -> None:
    turns, facts = followed(STARTED, READ)
    turns.note_break()
    assert (turns.is_answering, turns.progress.step, steps(facts)[-1]) == (False, "idle", "idle")
