"""How long a conversation of 2,000 messages takes to open, and the memory it takes."""

from msgspec.structs import replace

from seeshell.core.settings import find_paths
from seeshell.core.store.database import Database
from seeshell.core.store.stored_conversations import StoredConversations
from seeshell.core.store.stored_turns import NewQuestion, StoredTurns

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
    database = Database(find_paths(workplace.environment))
    turns = StoredTurns(database, StoredConversations(database))
    tokens = make_tokens()
    conversation = None
    for number in range(MESSAGES // 2):
        question = f"Question {number + 1}: what else is there to see?"
        new = NewQuestion(f"turn-{number}", question)
        conversation = turns.submit(conversation, new).conversation
        answer = turns.start(f"turn-{number}", ()).answer
        start, length = 37 * number % 3_000, _TOKENS_EACH[number % len(_TOKENS_EACH)]
        text = "".join(tokens[start : start + length]).strip()
        is_last = number == MESSAGES // 2 - 1
        text = f"{text}\n\n{_LAST}" if is_last else text
        turns.end_answer(conversation, replace(answer.with_text(text), finish_reason="stop"))
    database.close()


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
