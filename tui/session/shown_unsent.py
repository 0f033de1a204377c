"""What is unsent of the conversation on screen: its draft is written, and the core told of it."""

from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from ...core.conversation import Message
from ...core.messages.picture_requests import ClaimPictures
from ...core.messages.requests import PrepareTurn
from .core_link import CoreLink, Post
from .draft import Draft, DraftPicture, SentTurn
from .events import DraftChanged, DraftShown
from .journal import Journal
from .picture_checks import PictureChecks
from .picture_edits import PictureEdits
from .quiet_requests import HIGHLIGHT_DELAY, QuietRequests


class ShownUnsent:
    """The journal's entry of the conversation on screen, and what the prompt does to it.

    The core hears of the turn that may come of it, and of the pictures that it must not delete.
    """

    def __init__(self, link: CoreLink, journal: Journal, checks: PictureChecks, post: Post) -> None:
        """Begins with what is unsent of a new conversation.

        Args:
            link: the way to the core.
            journal: has everything unsent in this window.
            checks: has pictures checked.
            post: is told when another draft is on screen.
        """
        self._journal = journal
        self._checks = checks
        self._post = post
        self._preparing: QuietRequests[PrepareTurn] = QuietRequests(link)
        self._claiming = QuietRequests(link, ClaimPictures())
        self.entry = journal.entries.find(None)
        """Of the conversation on screen."""
        self.draft = self.entry.shown
        """What is in the prompt."""
        self.pictures = PictureEdits(lambda: self.draft, journal.tell, checks)

    @property
    def unacknowledged(self) -> list[SentTurn]:
        """Turns that the core may not have, oldest first."""
        return self.entry.unacknowledged

    @property
    def is_editing(self) -> bool:
        """Whether the prompt holds an earlier message."""
        return self.draft.edited is not None

    def is_editing_other(self, message: Message) -> bool:
        """Whether the prompt holds an earlier message, and not this one."""
        return self.draft.edited is not None and self.draft.edited.message != message.id

    def start_new(self, *, is_private: bool) -> None:
        """Makes room for a new conversation, beside one whose first turn is on its way."""
        self._journal.entries.start_new(is_private=is_private)

    def take_typed(self, conversation: int) -> None:
        """Moves what was typed for a new conversation to another one, behind what is there."""
        self._journal.entries.move_typed(conversation)

    def turn_to(self, conversation: int | None) -> bool:
        """Takes up what is unsent of another conversation; the caller shows that.

        Returns:
            whether windows that have ended left some of it.
        """
        is_inherited = conversation is not None and self._journal.inherit(conversation)
        self.entry = self._journal.entries.find(conversation)
        self.draft = self.entry.shown
        return is_inherited

    def show(self) -> None:
        """Shows what is in the prompt of the conversation on screen, if that is another draft."""
        self.entry = self._journal.entries.find(self.entry.conversation)
        draft = self.entry.shown
        if draft is not self.draft:
            self.draft = draft
            self._post(DraftShown(draft))
            self.prepare()
            self.claim()

    def begin_edit(self, message: Message, number: int) -> None:
        """Puts a message into the prompt: a question to be sent in its place, or an answer.

        Args:
            message: of the branch on screen.
            number: its place among the questions, or the answers, from 1.
        """
        if self.entry.conversation is not None:
            self._journal.begin_edit(self.entry.conversation, message, number)
            self.show()

    def leave_edit(self) -> None:
        """Gives the draft back that was in the prompt before the edit."""
        self._journal.end_edit(self.entry)
        self.show()

    def write(self, text: str) -> None:
        """Takes down what is typed."""
        self._journal.write(self.draft, text)

    def begin_with(self, preset: str) -> None:
        """Has the conversation that this begins keep a preset; empty for the default one."""
        self.entry.preset = preset
        self._journal.note(self.entry)

    def attach(
        self, *pictures: Path | DraftPicture, draft: Draft | None = None
    ) -> Coroutine[Any, Any, None]:
        """Adds pictures to the next message.

        They are in the journal when this returns; what is returned has them checked.

        Args:
            pictures: files, or excerpts of files.
            draft: what they were picked for; by default what is on screen when this is called.
        """
        if draft is None or draft not in self._journal.entries:
            draft = self.draft
        added = [DraftPicture(it) if isinstance(it, Path) else it for it in pictures]
        self._journal.attach(draft, added)
        return self._checks.check(added)

    def place(self, *pictures: DraftPicture) -> None:
        """Adds pictures to the next message that are checked when the core is reached.

        So those that the program was started with: a question that is sent before the core is there
        has them.
        """
        self._journal.attach(self.draft, list(pictures))

    def measure_again(self, pixel_budget: int) -> Coroutine[Any, Any, None]:
        """Has the pictures in the prompt show what they take with a budget; 0: the settings'."""
        self._checks.pixel_budget = pixel_budget
        return self._checks.measure_again(self.draft.pictures)

    def note(self, changed: DraftChanged) -> None:
        """Tells the core what became of a draft."""
        self.claim()
        if changed.draft is self.draft:
            self.prepare()

    def note_highlight(self, conversation: int | None) -> None:
        """Prepares a conversation that may be opened next; None for the one on screen."""
        highlighted = PrepareTurn(conversation=conversation)
        turn = self.entry.next_turn if conversation is None else highlighted
        self._preparing.want(turn, delay=HIGHLIGHT_DELAY)

    def prepare(self) -> None:
        """Has the core prepare the turn that may come of the draft."""
        self._preparing.want(self.entry.next_turn)

    def claim(self) -> None:
        """Tells the core which pictures wait in this window."""
        self._claiming.want(self._journal.entries.claim)

    def forget_core(self) -> None:
        """Forgets what the core was told: it is another one, or away."""
        self._preparing.forget()
        self._claiming.forget()
