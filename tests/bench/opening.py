"""How long a conversation of 2,000 messages takes to open, and the memory it takes."""

from seeshell.core.conversation import Message
from seeshell.core.settings import find_paths
from seeshell.core.store.store import Store

from ..terminal.pseudo_terminal import PseudoTerminal
from .answer import make_tokens
from .meter import Meter
from .replay import first_seen
from .workplace import READY, Workplace

MESSAGES = 2_000
_LAST = "THE-LAST-MESSAGE"
_TOKENS_EACH = (40, 90, 160, 320)
"""Lengths of the answers, in turn."""


def seed(workplace: Workplace) -> None:
    """Stores the long conversation; no core may be running."""
    store = Store(find_paths(workplace.environment))
    tokens = make_tokens()
    conversation = None
    for turn in range(MESSAGES // 2):
        conversation, _, answer, *_ = store.start_turn(
            conversation, f"Question {turn + 1}: what else is there to see?", ()
        )
        start, length = 37 * turn % 3_000, _TOKENS_EACH[turn % len(_TOKENS_EACH)]
        text = "".join(tokens[start : start + length]).strip()
        is_last = turn == MESSAGES // 2 - 1
        store.end_answer(conversation, _answered(answer, f"{text}\n\n{_LAST}" if is_last else text))
    store.close()


def measure(workplace: Workplace) -> dict[str, float]:
    """Returns the seconds from the key that opens it to its end on screen, and peak memory."""
    with workplace.open() as terminal:
        terminal.wait_for(READY)
        _open_sidebar(terminal)
        with Meter(terminal.program.pid) as meter:
            start = terminal.press("enter")
            terminal.wait_until_quiet(1)
            terminal.wait_for(_LAST)
            peak = meter.peak_mb()
        return {"open_s": first_seen(terminal, _LAST, start) - start, "open_peak_mb": peak}


def _open_sidebar(terminal: PseudoTerminal) -> None:
    terminal.press("f2")
    terminal.wait_for("Question 1")
    terminal.wait_until_quiet(0.5)


def _answered(answer: Message, text: str) -> Message:
    return Message(
        answer.id, answer.parent_id, "assistant", text, answer.created_at, finish_reason="stop"
    )
