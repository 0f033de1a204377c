"""What a client asks of everything that is kept; each docstring names the reply."""

from ..kept import EVERYTHING, LibraryFilter, LibraryOrder
from .request import Request


class ListLibrary(Request, frozen=True):
    """Asks for a page of conversations. Reply: `LibraryListed`."""

    filter: LibraryFilter = EVERYTHING
    order: LibraryOrder = "updated"
    limit: int = 100
    after: str = ""
    """What the page before gave as `next`; empty for the first page."""
    skip: int = 0
    """Rows to leave out from there: a list that is scrolled far asks for what is in view alone."""


class FindHits(Request, frozen=True):
    """Searches, and asks for places, the best first. Reply: `HitsFound`.

    Those of one conversation stand together, at the place of its best one.

    The next one of the same client takes the place of one that runs, which is refused then.
    """

    filter: LibraryFilter
    """With words."""
    limit: int = 100
    after: str = ""
    """As in `ListLibrary`."""
    conversation: int | None = None
    """To search in one alone, where only the filter's words count, and to get the hits of the shown
    branch in its order, then those of the others; None for all."""


class ListTags(Request, frozen=True):
    """Asks for all tags and how many conversations have each. Reply: `TagsListed`."""


class ReadTree(Request, frozen=True):
    """Reads a conversation with all its branches. Reply: `TreeRead`."""

    conversation: int


class LabelConversations(Request, frozen=True):
    """Tags, pins or archives conversations, or takes that back. Reply: `Done`.

    Everybody hears of it by `LibraryChanged`.
    """

    conversations: tuple[int, ...]
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    is_pinned: bool | None = None
    """None leaves it as it is."""
    is_archived: bool | None = None


class EmptyBin(Request, frozen=True):
    """Removes deleted conversations for good. Reply: `Done`."""

    conversations: tuple[int, ...] = ()
    """Empty for all that are in the bin."""


class DeleteBranch(Request, frozen=True):
    """Deletes a message and everything below it. Reply: `ConversationOpened`.

    Of a question its answers go too; the head moves to what is left. `RestoreBranch` takes it back
    for as long as a deleted conversation could be restored.
    """

    conversation: int
    message: int


class RestoreBranch(Request, frozen=True):
    """Takes the deletion of a message, and of what is below it, back.

    Reply: `ConversationOpened`.
    """

    conversation: int
    message: int


class ContinueAnswer(Request, frozen=True):
    """Goes on with an answer that a stop, the token limit or a failure cut off after it had begun.

    The same message grows: `TurnStarted` brings it without parts, and what it says already comes
    as the first deltas. Reply: `TurnQueued`. As for `RegenerateAnswer`, it comes before what is
    paused.
    """

    conversation: int
    message: int
    """The answer; the last one that is shown."""
    turn: str = ""
    """As in `SubmitTurn`."""


class ExportBundle(Request, frozen=True):
    """Writes conversations with all their branches and pictures. Reply: `BundleWritten`."""

    conversations: tuple[int, ...]
    path: str
    """Absolute path of the new file, on the disk that both ends share; it must not exist."""
    keeps_metadata: bool = True
    """Whether the pictures' files are the very bytes; else EXIF and the like are taken out."""


class ImportBundle(Request, frozen=True):
    """Stores what a bundle holds and is not there yet. Reply: `BundleImported`."""

    path: str
    """Absolute path of the bundle."""


LibraryRequest = (
    ListLibrary
    | FindHits
    | ListTags
    | ReadTree
    | LabelConversations
    | EmptyBin
    | DeleteBranch
    | RestoreBranch
    | ContinueAnswer
    | ExportBundle
    | ImportBundle
)
