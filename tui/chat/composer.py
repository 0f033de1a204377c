"""Tray and prompt: what the user is about to send."""

from itertools import dropwhile

from textual import getters
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.timer import Timer

from ...core.conversation import Queue, QueuedTurn
from ..session.draft import SentTurn
from ..session.session import ChatSession
from .prompt import Prompt
from .tray import Checking, Tray, Waiting

ANSWER_AGAIN = "answer again"
QUEUE_SECONDS = 0.15
"""A message that is taken from the queue sooner is never shown as queued."""


class Composer(Vertical):
    """Shows what is unsent of the conversation on screen, which the prompt edits in the journal."""

    prompt = getters.query_one(Prompt)
    tray = getters.query_one(Tray)

    def __init__(self, session: ChatSession, cursor_blink: bool) -> None:
        """Shows an empty draft.

        Args:
            session: has the draft, and takes what is sent.
            cursor_blink: whether the prompt's cursor blinks.
        """
        super().__init__()
        self._session = session
        self._cursor_blink = cursor_blink
        self._queue = Queue()
        self._queueing: Timer | None = None

    def compose(self) -> ComposeResult:
        """Yields the tray above the prompt."""
        yield Tray()
        yield Prompt(self._cursor_blink, self._session.write, self._send)

    def show(self) -> None:
        """Shows another draft, or one whose text was changed by more than the prompt."""
        text = self._session.draft.text
        if self.prompt.text != text:
            self.prompt.set_text(text)
        self.show_tray()

    def show_tray(self) -> None:
        """Shows what changed of the draft's pictures and of the messages on their way."""
        draft = self._session.draft
        self.tray.pictures = tuple(draft.pictures)
        self.tray.edited = draft.edited.number if draft.edited else 0
        self._show_waiting()

    def show_queue(self, queue: Queue) -> None:
        """Shows what waits in the conversation."""
        was_empty, self._queue = not self._queue.turns, queue
        if was_empty and queue.turns and not queue.is_paused:
            self._queueing = self.set_timer(QUEUE_SECONDS, self._end_queueing)
        elif self._queueing is None or not queue.turns or queue.is_paused:
            self._end_queueing()

    def _send(self, text: str) -> None:
        """Sends what is in the prompt; it is the journal's when this returns, whatever comes."""
        self.run_worker(self._session.submit(text))
        self.show()

    def _end_queueing(self) -> None:
        if self._queueing is not None:
            self._queueing.stop()
            self._queueing = None
        self._show_waiting()

    def _show_waiting(self) -> None:
        queue = Queue() if self._queueing is not None else self._queue
        stored = {turn.id for turn in self._queue.turns}
        turns = [turn for turn in self._session.unacknowledged if turn.id not in stored]
        self.tray.waiting = Waiting(
            tuple(_words(turn) for turn in queue.turns),
            queue.is_paused,
            tuple(turn.text or ANSWER_AGAIN for turn in turns if turn.is_held),
            tuple(_checking(turn) for turn in _behind_pictures(turns)),
        )


def _words(turn: QueuedTurn) -> str:
    """Returns one line for a turn that waits."""
    text = turn.question.text
    return f"{ANSWER_AGAIN}: {text}" if turn.kind == "regenerate" else text


def _behind_pictures(turns: list[SentTurn]) -> list[SentTurn]:
    """Returns the turns that wait for pictures, their own or those of one before them."""
    waiting = [turn for turn in turns if turn.is_preparing and not turn.is_held]
    return list(dropwhile(lambda turn: not turn.is_checking, waiting))


def _checking(turn: SentTurn) -> Checking:
    done = sum(not picture.is_checking for picture in turn.pictures)
    return Checking(turn.text, done, len(turn.pictures))
