"""What the core tells its clients about everything that is kept.

LibraryChanged    to every client: conversations were added, changed, labelled, deleted or restored
"""

from ..kept import DeletedBranch, Hit, KeptConversation, LibraryRow
from .event import Event


class LibraryListed(Event, frozen=True):
    """A page of conversations."""

    rows: tuple[LibraryRow, ...]
    next: str = ""
    """For the page after this one; empty for none."""
    total: int = 0
    """How many there are in all."""


class HitsFound(Event, frozen=True):
    """A page of what was searched for."""

    hits: tuple[Hit, ...]
    next: str = ""
    """As in `LibraryListed`."""
    total: int = 0
    """How many places there are in all, as far as they were counted."""
    is_counted: bool = True
    """Whether that is all of them."""
    unindexed: int = 0
    """Messages of an older version that can't be found yet: they are being indexed."""


class TagsListed(Event, frozen=True):
    """All tags, the most used first."""

    tags: tuple[tuple[str, int], ...]
    """Each with the number of conversations that have it."""


class TreeRead(Event, frozen=True):
    """A conversation with all its branches."""

    conversation: KeptConversation
    ids: tuple[int, ...] = ()
    """This core's ids of its messages, in their order."""
    deleted: tuple[DeletedBranch, ...] = ()
    """Branches that `RestoreBranch` brings back, the one deleted last first."""


class LibraryChanged(Event, frozen=True):
    """What a list has to change: it need not be asked for again."""

    rows: tuple[LibraryRow, ...] = ()
    """Conversations that were added or changed, as they are now; deleted ones have `deleted_at`."""
    gone: tuple[int, ...] = ()
    """Ids of conversations that are removed for good."""

    def after(self, before: "LibraryChanged") -> "LibraryChanged":
        """Returns both as one change."""
        rows = {row.summary.id: row for row in (*before.rows, *self.rows)}
        gone = dict.fromkeys((*before.gone, *self.gone))
        return LibraryChanged(
            rows=tuple(row for it, row in rows.items() if it not in gone), gone=tuple(gone)
        )


class BundleWritten(Event, frozen=True):
    """The bundle is on disk."""

    conversations: int
    pictures: int
    size: int
    """Bytes."""
    left_out: tuple[str, ...] = ()
    """What could not be written, one sentence each."""


class BundleProgress(Event, frozen=True):
    """How far the bundle is that this client has asked for."""

    path: str
    """As in its request."""
    done: int
    """Conversations."""
    total: int


class BundleImported(Event, frozen=True):
    """What a bundle held is stored."""

    added: tuple[int, ...]
    """Ids of conversations that were not there before."""
    extended: tuple[int, ...] = ()
    """Ids of those that were there and have got messages."""
    known: int = 0
    """Conversations of which everything was there."""
    left_out: tuple[str, ...] = ()
    """What could not be taken, one sentence each."""


LibraryEvent = (
    LibraryListed
    | HitsFound
    | TagsListed
    | TreeRead
    | LibraryChanged
    | BundleWritten
    | BundleProgress
    | BundleImported
)
