"""The journal of this window: the one owner of what is unsent in it, by conversation.

The prompt edits an entry and holds nothing besides; each change is on disk at once, or where
somebody types within a moment. What a window leaves is inherited by another one.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from ...core.conversation import Message
from ...core.messages.requests import ClaimPictures
from .core_link import Post
from .draft import Draft, DraftPicture, EditedMessage, SentTurn, Unsent, held
from .events import DraftChanged, SessionEvent, TextReturned
from .inheritance import forget_deleted, has_left_conversations, inherit
from .journal_folder import JournalFolder
from .journal_keeper import JournalKeeper
from .old_drafts import take_over_old_drafts


class Journal:
    """What is unsent in this window; iterates over its entries."""

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
        self._new = Unsent()
        self._entries = [self._new]
        self._visiting: set[str] = set()
        """Ids of entries that are here for their turns only, and were never on screen."""

    def __iter__(self) -> Iterator[Unsent]:
        return iter(list(self._entries))

    def find(self, conversation: int | None) -> Unsent:
        """Returns what is unsent of a conversation; None stands for the new one."""
        if conversation is None:
            return self._new
        for unsent in self._entries:
            if unsent.conversation == conversation:
                return unsent
        self._entries.append(Unsent(conversation))
        return self._entries[-1]

    def __contains__(self, draft: Draft) -> bool:
        return any(draft in unsent.drafts for unsent in self._entries)

    def entry_of(self, draft: Draft) -> Unsent:
        """Returns the entry to which a draft belongs; the new conversation's for one that ended."""
        return next((it for it in self._entries if draft in it.drafts), self._new)

    def entry_with(self, turn: SentTurn) -> Unsent | None:
        """Returns the entry of a turn; None if it is in the journal no longer."""
        return next((it for it in self._entries if turn in it.turns), None)

    def start_new(self) -> None:
        """Makes room for another new conversation beside one whose first turn is on its way."""
        if self._new.turns:
            self._new = self._next_new()

    def tell(self, event: SessionEvent) -> None:
        """Passes an event on; what has changed by it is on disk before."""
        if isinstance(event, DraftChanged | TextReturned):
            self._keeper.keep(self.entry_of(event.draft))
        self._post(event)

    def note(self, unsent: Unsent) -> None:
        """Has an entry on disk whose turns have changed, and tells so."""
        self._keeper.keep(unsent)
        self._post(DraftChanged(unsent.shown))

    def write(self, draft: Draft, text: str) -> None:
        """Takes down what the prompt holds now."""
        if text != draft.text:
            draft.text = text
            self._keeper.keep_soon(self.entry_of(draft))

    def hand_in(self, draft: Draft) -> SentTurn:
        """Makes a turn of a draft, which is empty then; one that was an edit is at its end."""
        unsent = self.entry_of(draft)
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

    def attach(self, draft: Draft, paths: Iterable[Path]) -> list[DraftPicture]:
        """Adds pictures to a draft; returns them, to be checked."""
        pictures = [DraftPicture(path) for path in paths]
        draft.pictures += pictures
        self.tell(DraftChanged(draft))
        return pictures

    def settle(self, picture: DraftPicture) -> None:
        """Takes down what became of a picture, wherever it is by now; it may be gone."""
        for unsent in self._entries:
            if unsent.settle(picture):
                self.note(unsent)
                return

    def begin_edit(self, conversation: int, message: Message, number: int) -> None:
        """Begins a draft with a message's text and pictures, to be put in its place.

        Args:
            conversation: where.
            message: what is edited; the edit that was begun of it before goes on.
            number: its place among the questions, or the answers, of its branch, from 1.
        """
        unsent = self.find(conversation)
        begun = unsent.edit
        if begun is None or begun.edited is None or begun.edited.message != message.id:
            edited = EditedMessage(message.id, number, message.role == "assistant")
            unsent.edit = Draft(message.text, held(message.attachments), edited)
            self.note(unsent)

    def end_edit(self, unsent: Unsent) -> None:
        """Forgets an edit that was given up."""
        unsent.edit = None
        self.note(unsent)

    def name(self, unsent: Unsent, conversation: int) -> None:
        """Files an entry of a new conversation under the id that the core gave it."""
        if unsent.conversation is not None:
            return
        others = [it for it in self._entries if it.conversation == conversation]
        unsent.conversation = conversation
        if unsent is self._new:
            self._new = self._next_new()
        for other in others:
            self._merge(unsent, other)
        self._keeper.keep(unsent)

    def unname(self, conversation: int) -> Unsent:
        """Makes what is unsent of a conversation that is gone a new one's; returns that entry."""
        unsent = self.find(conversation)
        unsent.become_new()
        if self._new.turns:
            self.note(unsent)
            return unsent
        self._merge(self._new, unsent)
        return self._new

    def move_typed(self, conversation: int) -> None:
        """Moves what is new to a conversation, behind what is unsent there."""
        typed = self._new
        if not typed.is_empty:
            self._new = self._next_new()
            self._merge(self.find(conversation), typed, is_behind=True)

    @property
    def claim(self) -> ClaimPictures:
        """The pictures that the core holds for this window alone."""
        lists = [pictures for unsent in self._entries for pictures in unsent.picture_lists()]
        lists += [[it.picture for it in unsent.removed_pictures()] for unsent in self._entries]
        held_ones = {it.attachment.sha256 for pictures in lists for it in pictures if it.attachment}
        return ClaimPictures(pictures=tuple(sorted(held_ones)))

    def inherit_first(self) -> None:
        """Takes over what windows that have ended left for whoever starts next.

        That is what was written for new conversations, and turns that were sent: they are sent
        again. A turn's entry is put down again when that is done, unless it was on screen.
        """
        with suppress(OSError):
            take_over_old_drafts(self._data_dir, self._folder)
        inherited = inherit(self._folder, lambda it: it.conversation is None or bool(it.turns))
        new = [unsent for unsent in inherited if unsent.conversation is None]
        sending = [unsent for unsent in new if unsent.turns]
        for unsent in inherited:
            if unsent.conversation is not None:
                self._visiting.add(unsent.id)
                self._take_over(unsent)
        for unsent in new:
            if not unsent.turns:
                if self._new.turns:
                    self._new = self._next_new()
                self._entries.append(unsent)
                self._merge(self._new, unsent)
        for unsent in reversed(sending):
            self._entries.append(unsent)
            if self._new.is_empty:
                self._entries.remove(self._new)
                self._new = unsent
            else:
                self._visiting.add(unsent.id)

    def inherit(self, conversation: int) -> bool:
        """Takes over what dead windows left of a conversation that is opened.

        Returns:
            whether there was anything.
        """
        inherited = inherit(self._folder, lambda it: it.conversation == conversation)
        for unsent in inherited:
            self._take_over(unsent)
        self._visiting.discard(self.find(conversation).id)
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

    def _next_new(self) -> Unsent:
        """Returns an entry for a new conversation: one that waits, or an empty one."""
        for unsent in self._entries:
            if unsent.conversation is None and not unsent.turns and unsent is not self._new:
                return unsent
        self._entries.append(Unsent())
        return self._entries[-1]

    def _take_over(self, unsent: Unsent) -> None:
        """Files an inherited entry, with what is here of the same conversation."""
        others = [it for it in self._entries if it.conversation == unsent.conversation]
        self._entries.append(unsent)
        for other in others:
            self._merge(other, unsent)

    def _merge(self, target: Unsent, unsent: Unsent, *, is_behind: bool = False) -> None:
        """Puts all of an entry into another one, in front of what is there or behind it."""
        self._entries.remove(unsent)
        target.take_in(unsent, is_behind=is_behind)
        self._keeper.keep(target)
        if self._keeper.drop(unsent):
            target.absorbed.clear()
        self._tell_returned(target.draft, unsent.draft.text)

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
                self._entries.remove(unsent)
