"""What clients ask about everything that is kept: lists, labels, whole trees, and the bin."""

from collections.abc import Callable
from typing import Final, assert_never

from ..errors import BadRequest
from ..kept import Labels
from ..messages.events import AnyEvent, Done
from ..messages.library_events import LibraryListed, TagsListed, TreeRead
from ..messages.library_requests import (
    EmptyBin,
    LabelConversations,
    ListLibrary,
    ListTags,
    ReadTree,
)
from ..private_ids import is_private
from ..store.archive import Archive
from ..store.library_page import Stretch
from ..tags import clean_tags
from .subscribers import Subscribers

_MOST_ROWS: Final = 1000
"""Of one page."""

_PLACE_OF_PRIVATE: Final = (
    "A private conversation can't be pinned or archived: it stands first in the list until it is "
    "closed."
)

ListingRequest = ListLibrary | ListTags | ReadTree | LabelConversations | EmptyBin
"""A request that `Library` carries out."""


class Library:
    """Lists, labels and removes conversations; every client hears what has changed."""

    def __init__(
        self, archive: Archive, subscribers: Subscribers, purge_soon: Callable[[], None]
    ) -> None:
        """Does nothing yet.

        Args:
            archive: where everything is.
            subscribers: hear of changes.
            purge_soon: has removed what is out of the bin, once there is time for it.
        """
        self._archive = archive
        self._subscribers = subscribers
        self._purge_soon = purge_soon

    async def carry_out(self, request: ListingRequest) -> AnyEvent:
        """Does what the client asks; returns the reply.

        Raises:
            SeeshellError: nothing was changed.
        """
        match request:
            case ListLibrary():
                return await self._list(request)
            case ListTags():
                return TagsListed(tags=await self._archive.library.list_tags())
            case ReadTree(conversation=it):
                conversation, ids, deleted = await self._archive.library.read_tree(it)
                return TreeRead(conversation=conversation, ids=ids, deleted=deleted)
            case LabelConversations():
                await self._label(request)
            case EmptyBin(conversations=conversations):
                gone = await self._archive.library.empty_bin(conversations)
                self._subscribers.changed.add(*gone)
                self._purge_soon()
            case _:
                assert_never(request)
        return Done()

    async def _list(self, request: ListLibrary) -> LibraryListed:
        if not 1 <= request.limit <= _MOST_ROWS:
            raise BadRequest(f"A page has 1 to {_MOST_ROWS} conversations: ask for as many.")
        if request.skip < 0:
            raise BadRequest("A page begins at a row of the list: skip none or more.")
        stretch = Stretch(request.limit, request.after, request.skip)
        page = await self._archive.library.list_page(request.filter, request.order, stretch)
        return LibraryListed(rows=page.rows, next=page.next, total=page.total)

    async def _label(self, request: LabelConversations) -> None:
        labels = Labels(
            clean_tags(request.add_tags),
            clean_tags(request.remove_tags),
            request.is_pinned,
            request.is_archived,
        )
        is_placed = (labels.is_pinned, labels.is_archived) != (None, None)
        if is_placed and any(map(is_private, request.conversations)):
            raise BadRequest(_PLACE_OF_PRIVATE)
        await self._archive.library.label(request.conversations, labels)
        self._subscribers.changed.add(*request.conversations)
