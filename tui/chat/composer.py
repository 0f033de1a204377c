"""Tray, pictures and prompt: what the user is about to send."""

from collections.abc import Sequence
from itertools import dropwhile
from pathlib import Path
from typing import TYPE_CHECKING

from textual import getters, on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.timer import Timer

from ...core.conversation import Attachment, Queue, QueuedTurn
from ...core.messages.picture_events import PictureFetching
from ..session.draft import DraftPicture, SentTurn, join
from ..session.session import ChatSession
from ..status_words import fetching_words
from .chip_rows import like_words
from .chips import Chips
from .prompt import Prompt
from .tray import Checking, Tray, Waiting

if TYPE_CHECKING:
    from ...core.presets import Template
    from .tab_completion import FindChoices

ANSWER_AGAIN = "answer again"
GO_ON = "finish the answer"
_NO_EDITOR = "An editor keeps files of its own: write a private question here."
QUEUE_SECONDS = 0.15
"""A message that is taken from the queue sooner is never shown as queued."""


class Composer(Vertical):
    """Shows what is unsent of the conversation on screen, which the prompt edits in the journal."""

    prompt = getters.query_one(Prompt)
    chips = getters.query_one(Chips)
    tray = getters.query_one(Tray)

    def __init__(
        self, session: ChatSession, cursor_blink: bool, find_choices: "FindChoices"
    ) -> None:
        """Shows an empty draft.

        Args:
            session: has the draft, takes what is sent and changes the pictures.
            cursor_blink: whether the prompt's cursor blinks.
            find_choices: returns what Tab can make of a word.
        """
        super().__init__()
        self._session = session
        self._cursor_blink = cursor_blink
        self._find_choices = find_choices
        self._queue = Queue()
        self._queueing: Timer | None = None

    def compose(self) -> ComposeResult:
        """Yields the tray and the pictures above the prompt."""
        yield Tray()
        yield Chips(self._session.unsent.pictures, self._session.prices.price_of)
        yield Prompt(self._cursor_blink, self._find_choices, self)

    def show(self) -> None:
        """Shows another draft, or one whose text was changed by more than the prompt."""
        text = self._session.draft.text
        if self.prompt.text != text:
            self.prompt.set_text(text)
        self.show_tray()

    def give_back(self, text: str) -> None:
        """Shows a text that could not be sent; in front of what was typed since, to be undone."""
        typed = self.prompt.text
        if typed and self._session.draft.text == join(text, typed):
            self.prompt.put_in_front(text)
        self.show()

    def fill_in(self, template: "Template") -> None:
        """Puts a template into the prompt, with the cursor where the user goes on typing."""
        self.prompt.fill_in(*template.around_cursor)
        self.prompt.focus()

    def show_tray(self) -> None:
        """Shows what changed of the draft's pictures and of the messages on their way."""
        draft = self._session.draft
        likenesses = self._session.likenesses.find(draft)
        self.chips.likenesses = {at: like_words(it) for at, it in likenesses.items()}
        self.chips.pictures = tuple(draft.pictures)
        self.prompt.note_pictures(len(draft.pictures))
        self.prompt.note_removals(len(draft.removed))
        self.tray.edited = draft.edited.number if draft.edited else 0
        self.tray.is_answer = draft.edited is not None and draft.edited.is_answer
        self._show_missing()
        self._show_waiting()

    def show_fetching(self, fetching: PictureFetching) -> None:
        """Shows how far a picture is that comes from the web."""
        others = {at: it for at, it in self.chips.fetched.items() if at != fetching.address}
        now = {} if fetching.is_over else {fetching.address: fetching_words(fetching)}
        self.chips.fetched = others | now

    def show_queue(self, queue: Queue) -> None:
        """Shows what waits in the conversation."""
        was_empty, self._queue = not self._queue.turns, queue
        if was_empty and queue.turns and not queue.is_paused:
            self._queueing = self.set_timer(QUEUE_SECONDS, self._end_queueing)
        elif self._queueing is None or not queue.turns or queue.is_paused:
            self._end_queueing()

    def write(self, text: str) -> None:
        """Takes down what is typed."""
        self._session.unsent.write(text)

    def send(self, text: str) -> None:
        """Sends what is in the prompt; it is the journal's when this returns, whatever comes."""
        self.run_worker(self._session.submit(text))
        self.show()

    def attach(self, pictures: Sequence[Path | DraftPicture]) -> None:
        """Attaches pictures to what is on screen; they are the journal's when this returns."""
        self.run_worker(self._session.unsent.attach(*pictures))

    def put_back(self) -> None:
        """Puts the picture back that was removed last."""
        self.run_worker(self._session.unsent.pictures.put_back())

    def why_not_edited(self) -> str:
        """Returns why no editor may have the text: it keeps files, and this is private."""
        return _NO_EDITOR if self._session.shown.is_private else ""

    def _end_queueing(self) -> None:
        if self._queueing is not None:
            self._queueing.stop()
            self._queueing = None
        self._show_waiting()

    def _show_waiting(self) -> None:
        queue = Queue() if self._queueing is not None else self._queue
        stored = {turn.id for turn in self._queue.turns}
        turns = [turn for turn in self._session.unsent.unacknowledged if turn.id not in stored]
        self.tray.waiting = Waiting(
            tuple(words_of(turn) for turn in queue.turns),
            queue.is_paused,
            tuple(_sent_words(turn) for turn in turns if turn.is_held),
            tuple(_checking(turn) for turn in _behind_pictures(turns)),
        )

    @on(Prompt.MissingPasted)
    def _tell_missing(self, event: Prompt.MissingPasted) -> None:
        self._session.draft.missing = event.missing

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

    @on(Chips.Left)
    def _leave_chips(self) -> None:
        self.prompt.focus()

    @on(Prompt.Changed)
    def _show_missing(self) -> None:
        missing = self._session.draft.missing
        is_named = missing is not None and missing.are_in(self.prompt.text)
        self.tray.missing = missing.sentence if missing is not None and is_named else ""


def words_of(turn: QueuedTurn) -> str:
    """Returns one line for a turn that waits."""
    text = turn.question.text.strip() or _names(turn.question.attachments)
    again = {"regenerate": f"{ANSWER_AGAIN}: ", "continue": f"{GO_ON}: "}
    return f"{again.get(turn.kind, '')}{text}"


def _sent_words(turn: SentTurn) -> str:
    """Returns one line for a turn on its way."""
    if turn.regenerated is not None:
        return ANSWER_AGAIN
    return turn.text.strip() or _names(turn.pictures)


def _names(pictures: Sequence[Attachment] | Sequence[DraftPicture]) -> str:
    """Returns what stands for a message without words."""
    return ", ".join(picture.label for picture in pictures)


def _behind_pictures(turns: list[SentTurn]) -> list[SentTurn]:
    """Returns the turns that wait for pictures, their own or those of one before them."""
    waiting = [turn for turn in turns if turn.is_preparing and not turn.is_held]
    return list(dropwhile(lambda turn: not turn.is_checking, waiting))


def _checking(turn: SentTurn) -> Checking:
    done = sum(not picture.is_checking for picture in turn.pictures)
    return Checking(_sent_words(turn), done, len(turn.pictures))
