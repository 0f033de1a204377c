"""The journal of this window: the one owner of what is unsent in it, by conversation.

The prompt edits an entry and holds nothing besides; each change is on disk at once, or where
somebody types within a moment. What a window leaves is inherited by another one.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ...core.conversation import Message
from .core_link import Post
from .draft import Draft, DraftPicture, EditedMessage, SentTurn, held
from .events import DraftChanged, SessionEvent, TextReturned
from .inheritance import forget_deleted, has_left_conversations, inherit
from .journal_entries import JournalEntries
from .journal_folder import JournalFolder
from .journal_keeper import JournalKeeper
from .old_drafts import take_over_old_drafts
from .unsent import Unsent


class Journal:
    """What is unsent in this window, as it changes."""

    def __init__(self, post: Post, data_dir: Path) -> None:
        """Begins an empty journal; what other windows left is there when it is asked for.

        Args:
            post: is told what changes by itself, not by the prompt.
            data_dir: where all windows keep theirs.
        """
        self._post = post
        self._data_dir = data_dir
        self._folder = JournalFolder(data_dir / "unsent")
        self._keeper = JournalKeeper(self._folder, post)
        self.entries = JournalEntries(self._keeper, self.tell)
        """Everything unsent, by conversation."""
        self._visiting: set[str] = set()
        """Ids of entries that are here for their turns only, and were never on screen."""

    def tell(self, event: SessionEvent) -> None:
        """Passes an event on; what has changed by it is on disk before."""
        if isinstance(event, DraftChanged | TextReturned):
            self._keeper.keep(self.entries.entry_of(event.draft))
        self._post(event)

    def note(self, unsent: Unsent) -> None:
        """Has an entry on disk whose turns have changed, and tells so."""
        self._keeper.keep(unsent)
        self._post(DraftChanged(unsent.shown))

    def write(self, draft: Draft, text: str) -> None:
        """Takes down what the prompt holds now."""
        if text != draft.text:
            draft.text = text
            self._keeper.keep_soon(self.entries.entry_of(draft))

    def hand_in(self, draft: Draft) -> SentTurn:
        """Makes a turn of a draft, which is empty then; one that was an edit is at its end."""
        unsent = self.entries.entry_of(draft)
        turn = SentTurn(draft.text, draft.pictures, draft.edited)
        turn.removed, turn.missing = draft.removed, draft.missing
        unsent.turns.append(turn)
        draft.text, draft.pictures, draft.removed, draft.missing = "", [], [], None
        if draft is unsent.edit:
            unsent.edit = None
        self.note(unsent)
        return turn

    def put_back(self, unsent: Unsent, turn: SentTurn) -> None:
        """Puts a turn back in front of what was typed since; what was an edit is one again."""
        if turn in unsent.turns:
            unsent.turns.remove(turn)
        if turn.edited and unsent.conversation is not None and unsent.edit is None:
            unsent.edit = Draft(edited=turn.edited)
        is_edit = unsent.edit is not None and unsent.edit.edited == turn.edited
        draft = unsent.edit if unsent.edit and is_edit else unsent.draft
        draft.put_in_front(turn.text, turn.pictures)
        draft.removed = [*turn.removed, *draft.removed]
        draft.missing = turn.missing or draft.missing
        self._tell_returned(draft, turn.text)

    def forget(self, unsent: Unsent, turn: SentTurn) -> None:
        """Forgets a turn that can't come back any more."""
        unsent.turns.remove(turn)
        self.note(unsent)
        if unsent.id in self._visiting and not unsent.turns:
            self._leave(unsent)

    def attach(self, draft: Draft, pictures: Iterable[DraftPicture]) -> None:
        """Adds pictures to a draft; they are to be checked."""
        draft.pictures += pictures
        self.tell(DraftChanged(draft))

    def settle(self, picture: DraftPicture) -> DraftPicture | None:
        """Takes down what became of a picture, wherever it is by now; returns it, None if gone."""
        for unsent in self.entries:
            settled = unsent.settle(picture)
            if settled is not None:
                self.note(unsent)
                return settled
        return None

    def begin_edit(self, conversation: int, message: Message, number: int) -> None:
        """Begins a draft with a message's text and pictures, to be put in its place.

        Args:
            conversation: where.
            message: what is edited; the edit that was begun of it before goes on.
            number: its place among the questions, or the answers, of its branch, from 1.
        """
        unsent = self.entries.find(conversation)
        begun = unsent.edit
        if begun is None or begun.edited is None or begun.edited.message != message.id:
            edited = EditedMessage(message.id, number, message.role == "assistant")
            unsent.edit = Draft(message.text, held(message.attachments), edited)
            self.note(unsent)

    def end_edit(self, unsent: Unsent) -> None:
        """Forgets an edit that was given up."""
        unsent.edit = None
        self.note(unsent)

    def inherit_first(self) -> None:
        """Takes over what windows that have ended left for whoever starts next.

        That is what was written for new conversations, and turns that were sent: they are sent
        again. A turn's entry is put down again when that is done, unless it was on screen.
        """
        with suppress(OSError):
            take_over_old_drafts(self._data_dir, self._folder)
        begun = self.entries.new
        if begun.is_private:
            self.entries.start_new()
        self._inherit_new()
        if begun.is_private:
            self.entries.new = begun

    def _inherit_new(self) -> None:
        """Takes over what was new in other windows, and the turns that they had sent."""
        inherited = inherit(self._folder, lambda it: it.conversation is None or bool(it.turns))
        new = [unsent for unsent in inherited if unsent.conversation is None]
        sending = [unsent for unsent in new if unsent.turns]
        for unsent in inherited:
            if unsent.conversation is not None:
                self._visiting.add(unsent.id)
                self.entries.add(unsent)
        for unsent in new:
            if not unsent.turns:
                self.entries.add_typed(unsent)
        for unsent in reversed(sending):
            if not self.entries.add_sent(unsent):
                self._visiting.add(unsent.id)

    def inherit(self, conversation: int) -> bool:
        """Takes over what dead windows left of a conversation that is opened.

        Returns:
            whether there was anything.
        """
        inherited = inherit(self._folder, lambda it: it.conversation == conversation)
        for unsent in inherited:
            self.entries.add(unsent)
        self._visiting.discard(self.entries.find(conversation).id)
        return bool(inherited)

    @property
    def has_left_conversations(self) -> bool:
        """Whether dead windows left anything of conversations that nobody has opened since."""
        return has_left_conversations(self._folder)

    def forget_deleted(self, stored: Iterable[int]) -> None:
        """Deletes what is left of conversations that can't be restored any more."""
        forget_deleted(self._folder, frozenset(stored))

    def save(self) -> None:
        """Has everything on disk now."""
        self._keeper.save()

    def close(self) -> None:
        """Leaves everything to the next window."""
        self._keeper.close()
        self._folder.close()

    def _tell_returned(self, draft: Draft, text: str) -> None:
        self.tell(DraftChanged(draft))
        if text:
            self.tell(TextReturned(draft, text))

    def _leave(self, unsent: Unsent) -> None:
        """Puts an entry down for whoever opens its conversation."""
        self._visiting.discard(unsent.id)
        if not unsent.is_empty and self._keeper.save():
            with suppress(OSError):
                self._folder.leave(unsent.id)
                self.entries.remove(unsent)
