"""The entries of a journal, one for each conversation; one of them is the new conversation's."""

from collections.abc import Iterator

from ...core.messages.picture_requests import ClaimPictures
from ...core.private_ids import is_private
from .core_link import Post
from .draft import Draft, DraftPicture, SentTurn
from .events import DraftChanged, TextReturned
from .journal_keeper import JournalKeeper
from .unsent import Unsent


class JournalEntries:
    """Files what is unsent by conversation; what belongs to the same one is put together."""

    def __init__(self, keeper: JournalKeeper, tell: Post) -> None:
        """Begins with an empty new conversation.

        Args:
            keeper: has entries on disk.
            tell: is told what has changed.
        """
        self._keeper = keeper
        self._tell = tell
        self.new = Unsent()
        """Of the new conversation."""
        self._entries = [self.new]

    def __iter__(self) -> Iterator[Unsent]:
        return iter(list(self._entries))

    def find(self, conversation: int | None) -> Unsent:
        """Returns what is unsent of a conversation; None stands for the new one."""
        if conversation is None:
            return self.new
        for unsent in self._entries:
            if unsent.conversation == conversation:
                return unsent
        self._entries.append(Unsent(conversation, is_private=is_private(conversation)))
        return self._entries[-1]

    def __contains__(self, draft: Draft) -> bool:
        return any(draft in unsent.drafts for unsent in self._entries)

    def entry_of(self, draft: Draft) -> Unsent:
        """Returns the entry to which a draft belongs; the new conversation's for one that ended."""
        return next((it for it in self._entries if draft in it.drafts), self.new)

    def entry_with(self, turn: SentTurn) -> Unsent | None:
        """Returns the entry of a turn; None if it is in the journal no longer."""
        return next((it for it in self._entries if turn in it.turns), None)

    def start_new(self, *, is_private: bool = False) -> None:
        """Makes room for another new conversation beside one whose first turn is on its way.

        A private one has an entry of its own, which is never on disk.
        """
        if self.new.turns or self.new.is_private != is_private:
            self.new = self._next_new(is_private=is_private)

    def is_for_private(self, picture: DraftPicture) -> bool:
        """Returns whether a picture is to be sent in a private conversation."""
        private = (
            it for unsent in self._entries if unsent.is_private for it in unsent.all_pictures()
        )
        return any(it.id == picture.id for it in private)

    def name(self, unsent: Unsent, conversation: int) -> None:
        """Files an entry of a new conversation under the id that the core gave it."""
        if unsent.conversation is not None:
            return
        others = [it for it in self._entries if it.conversation == conversation]
        unsent.conversation = conversation
        if unsent is self.new:
            self.new = self._next_new()
        for other in others:
            self._merge(unsent, other)
        self._keeper.keep(unsent)

    def unname(self, conversation: int) -> Unsent:
        """Makes what is unsent of a conversation that is gone a new one's; returns that entry."""
        unsent = self.find(conversation)
        unsent.become_new()
        if self.new.turns or self.new.is_private != unsent.is_private:
            self._tell(DraftChanged(unsent.shown))
            return unsent
        self._merge(self.new, unsent)
        return self.new

    def move_typed(self, conversation: int) -> None:
        """Moves what is new to a conversation, behind what is unsent there."""
        typed = self.new
        if not typed.is_empty and not typed.is_private:
            self.new = self._next_new()
            self._merge(self.find(conversation), typed, is_behind=True)

    @property
    def claim(self) -> ClaimPictures:
        """The pictures that the core holds for this window alone."""
        lists = [pictures for unsent in self._entries for pictures in unsent.picture_lists()]
        lists += [[it.picture for it in unsent.removed_pictures()] for unsent in self._entries]
        held_ones = {it.attachment.key for pictures in lists for it in pictures if it.attachment}
        return ClaimPictures(pictures=tuple(sorted(held_ones)))

    def add(self, unsent: Unsent) -> None:
        """Files an inherited entry, with what is here of the same conversation."""
        others = [it for it in self._entries if it.conversation == unsent.conversation]
        self._entries.append(unsent)
        for other in others:
            self._merge(other, unsent)

    def add_typed(self, unsent: Unsent) -> None:
        """Files an inherited entry of which nothing was sent, with what is new here."""
        if self.new.turns:
            self.new = self._next_new()
        self._entries.append(unsent)
        self._merge(self.new, unsent)

    def add_sent(self, unsent: Unsent) -> bool:
        """Files an inherited entry whose turns were sent from a new conversation.

        Returns:
            whether it is the new conversation's now.
        """
        self._entries.append(unsent)
        if self.new.is_empty:
            self._entries.remove(self.new)
            self.new = unsent
            return True
        return False

    def remove(self, unsent: Unsent) -> None:
        """Forgets an entry, which another window may take up."""
        self._entries.remove(unsent)

    def _next_new(self, *, is_private: bool = False) -> Unsent:
        """Returns an entry for a new conversation: one that waits, or an empty one."""
        for unsent in self._entries:
            waits = unsent.conversation is None and not unsent.turns and unsent is not self.new
            if waits and unsent.is_private == is_private:
                return unsent
        self._entries.append(Unsent(is_private=is_private))
        return self._entries[-1]

    def _merge(self, target: Unsent, unsent: Unsent, *, is_behind: bool = False) -> None:
        """Puts all of an entry into another one, in front of what is there or behind it."""
        self._entries.remove(unsent)
        target.take_in(unsent, is_behind=is_behind)
        self._keeper.keep(target)
        if self._keeper.drop(unsent):
            target.absorbed.clear()
        self._tell(DraftChanged(target.draft))
        if text := unsent.draft.text:
            self._tell(TextReturned(target.draft, text))
