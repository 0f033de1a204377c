"""Tray, pictures and prompt: what the user is about to send."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import getters, on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.timer import Timer

from ...core.conversation import Attachment, Queue, QueuedTurn
from ..session.draft import Draft, DraftPicture, SentTurn
from ..session.session import ChatSession
from .chips import Chips
from .prompt import Prompt
from .tray import Tray, Waiting

if TYPE_CHECKING:
    from .tab_completion import FindChoices

SAVE_SECONDS = 1.0
"""Longest time that typed text is not on disk."""
ANSWER_AGAIN = "answer again"
QUEUE_SECONDS = 0.15
"""A message that is taken from the queue sooner is never shown as queued."""


class Composer(Vertical):
    """Shows one draft and has it stored while it changes."""

    prompt = getters.query_one(Prompt)
    chips = getters.query_one(Chips)
    tray = getters.query_one(Tray)

    def __init__(
        self, session: ChatSession, cursor_blink: bool, find_choices: "FindChoices"
    ) -> None:
        """Shows an empty draft.

        Args:
            session: has the drafts, and changes their pictures.
            cursor_blink: whether the prompt's cursor blinks.
            find_choices: returns what Tab can make of a word.
        """
        super().__init__()
        self.draft = session.draft
        self._session = session
        self._cursor_blink = cursor_blink
        self._find_choices = find_choices
        self._saving: Timer | None = None
        self._queue = Queue()
        self._queueing: Timer | None = None

    def compose(self) -> ComposeResult:
        """Yields the tray and the pictures above the prompt."""
        yield Tray()
        yield Chips(self._session.pictures)
        yield Prompt(self._cursor_blink, self._find_choices)

    def show(self, draft: Draft, *, takes_typed: bool = False) -> None:
        """Shows another draft; what is typed stays with this one, or goes over to the other."""
        if draft is not self.draft:
            typed = self.prompt.text
            if takes_typed:
                self.draft.text = ""
                draft.text = "\n".join(text for text in (draft.text, typed) if text)
            else:
                self.draft.text = typed
            self.draft = draft
            self.prompt.set_text(draft.text)
        self.show_tray()

    def show_tray(self) -> None:
        """Shows what changed of the draft's pictures and of the messages on their way."""
        self.chips.pictures = tuple(self.draft.pictures)
        self.prompt.note_removals(len(self.draft.removed))
        self.tray.edited = self.draft.edited.number if self.draft.edited else 0
        self._show_missing()
        self._show_waiting()
        self._save_soon()

    def show_queue(self, queue: Queue) -> None:
        """Shows what waits in the conversation."""
        was_empty, self._queue = not self._queue.turns, queue
        if was_empty and queue.turns and not queue.is_paused:
            self._queueing = self.set_timer(QUEUE_SECONDS, self._end_queueing)
        elif self._queueing is None or not queue.turns or queue.is_paused:
            self._end_queueing()

    def _end_queueing(self) -> None:
        if self._queueing is not None:
            self._queueing.stop()
            self._queueing = None
        self._show_waiting()

    def _show_waiting(self) -> None:
        queue = Queue() if self._queueing is not None else self._queue
        outbox = self.draft.outbox if self.draft.is_cut_off else []
        self.tray.waiting = Waiting(
            tuple(words_of(turn) for turn in queue.turns),
            queue.is_paused,
            tuple(_sent_words(turn) for turn in outbox),
        )

    def give_back(self, draft: Draft, text: str) -> None:
        """Puts a text that was not sent in front of what is typed in its conversation."""
        if draft is self.draft:
            self.prompt.give_back(text)
        else:
            draft.text = "\n".join(part for part in (text, draft.text) if part)

    @on(Prompt.Changed)
    def _keep_text(self) -> None:
        self.draft.text = self.prompt.text
        self._show_missing()
        self._save_soon()

    @on(Prompt.MissingPasted)
    def _tell_missing(self, event: Prompt.MissingPasted) -> None:
        self.draft.missing = event.missing

    @on(Prompt.ChoicesOffered)
    def _show_choices(self, event: Prompt.ChoicesOffered) -> None:
        self.tray.choices = event.choices

    @on(Prompt.PastWanted)
    @work
    async def _search_past(self) -> None:
        from .past_questions import PastQuestions

        screen = PastQuestions(self._session.conversations.find_questions)
        if question := await self.app.push_screen_wait(screen):
            self.prompt.change_text(question)

    @on(Prompt.RemovalUndone)
    @work
    async def _put_back(self) -> None:
        await self._session.pictures.put_back()

    @on(Chips.Left)
    def _leave_chips(self) -> None:
        self.prompt.focus()

    def _show_missing(self) -> None:
        missing = self.draft.missing
        is_named = missing is not None and missing.are_in(self.prompt.text)
        self.tray.missing = missing.sentence if missing is not None and is_named else ""

    def on_unmount(self) -> None:
        """Stores what was typed last."""
        if self._saving is not None:
            self._saving.stop()
            self._session.drafts.save()

    def _save_soon(self) -> None:
        """Stores the drafts within `SAVE_SECONDS`."""
        if self._saving is None:
            self._saving = self.set_timer(SAVE_SECONDS, self._save_now)

    def _save_now(self) -> None:
        self._saving = None
        self._session.drafts.save()


def words_of(turn: QueuedTurn) -> str:
    """Returns one line for a turn that waits."""
    text = turn.question.text.strip() or _names(turn.question.attachments)
    return f"{ANSWER_AGAIN}: {text}" if turn.kind == "regenerate" else text


def _sent_words(turn: SentTurn) -> str:
    """Returns one line for a turn on its way."""
    if turn.regenerated is not None:
        return ANSWER_AGAIN
    return turn.text.strip() or _names(turn.pictures)


def _names(pictures: Sequence[Attachment] | Sequence[DraftPicture]) -> str:
    """Returns what stands for a message without words."""
    return ", ".join(picture.name for picture in pictures)
