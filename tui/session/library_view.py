"""What one list of conversations shows: rows, or for words hits; near the view, and up to date."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from ...core.conversation import ConversationSummary
from ...core.kept import EVERYTHING, LibraryFilter, LibraryRow
from ...core.messages.library_events import HitsFound, LibraryChanged, LibraryListed
from ...core.messages.library_requests import FindHits, ListLibrary
from .core_link import CoreLink
from .found_hits import FoundHits
from .library_query import LibraryQuery, QueryProblem, parse_query
from .listed_conversations import ListedConversation, ListedStates
from .row_window import PAGE, RowWindow

_MOST_TURNS: Final = 3
"""Requests after which rows that do not come are given up, until the view moves."""


class LibraryView:
    """Asks the core for what is in view, and puts what changes into its place.

    One request is on its way at a time; of what is typed meanwhile only the newest is asked.
    """

    def __init__(
        self,
        link: CoreLink,
        states: Callable[[], ListedStates],
        told: Callable[[], object],
        *,
        finds_hits: bool = False,
        pictures: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Lists nothing until it is asked to.

        Args:
            link: the way to the core.
            states: returns what is known beside what is stored.
            told: is called when something else is to be shown.
            finds_hits: whether words find places, and not the conversations that hold them.
            pictures: keys of pictures by their names in the notation.
        """
        self._link = link
        self._states = states
        self._told = told
        self._finds_hits = finds_hits
        self._pictures = pictures
        self.query = LibraryQuery()
        """What is listed."""
        self.problem = ""
        """What of the line that was typed last can't be understood, in one sentence."""
        self.is_read = False
        """Whether the core has told it; until then nothing says that there is nothing."""
        self.rows = RowWindow()
        self.hits: FoundHits | None = None
        """In place of rows, where words find places."""
        self._wanted = self.query
        self._in_view = (0, PAGE)
        self._is_stale = False
        self._asking = asyncio.Lock()

    def __len__(self) -> int:
        """Rows or hits that the cursor can stand on."""
        return self.rows.total if self.hits is None else len(self.hits)

    @property
    def listed(self) -> tuple[ListedConversation, ...]:
        """The rows that are held."""
        states = self._states()
        return tuple(self._listed(row, states) for row in self.rows.rows)

    def row(self, index: int) -> ListedConversation | None:
        """Returns a row of the list; None while it is not there, or where hits are listed."""
        row = self.rows.row(index) if self.hits is None else None
        return None if row is None else self._listed(row, self._states())

    def find(self, conversation: int, title: str = "") -> ListedConversation:
        """Returns a conversation as far as it is known here.

        Args:
            conversation: its id.
            title: what it is called if it is not held.
        """
        place = self.rows.index_of(conversation)
        row = None if place is None else self.rows.row(place)
        if row is None:
            row = LibraryRow(ConversationSummary(conversation, title, 0.0, 0.0, 0))
        return self._listed(row, self._states())

    async def search(self, text: str) -> None:
        """Lists what a line asks for; what can't be understood leaves the list as it is."""
        try:
            query = parse_query(text, self._pictures)
        except QueryProblem as error:
            self.problem = str(error)
            self._told()
            return
        self.problem = ""
        self._wanted = query
        async with self._asking:
            if query is self._wanted:
                await self._ask(query)

    async def ask_again(self) -> None:
        """Asks once more for what is in view: the core is another one, or much has changed."""
        self._is_stale = True
        await self.catch_up()

    async def catch_up(self) -> None:
        """Asks for what is in view again if a change could not be put into its place."""
        async with self._asking:
            if not self._is_stale:
                return
            self._is_stale = False
            if not self.is_read or self.query.text != self._wanted.text:
                await self._ask(self._wanted)
                return
            if self.hits is not None:
                await self._find_again(len(self.hits))
                return
            kept, first = list(self.rows.rows), self._in_view[0]
            await self._ask_rows(max(first - PAGE // 4, 0), PAGE)
            self.rows.keep(it for it in kept if it.summary.id in self._states().deleted)
            self._told()

    def look_at(self, first: int, last: int) -> None:
        """Notes what is in view.

        Args:
            first: number of the first row or hit.
            last: number behind the last one.
        """
        self._in_view = (first, last)

    @property
    def has_gap(self) -> bool:
        """Whether something of what is in view is not there and can be asked for."""
        if self.hits is not None:
            return bool(self.hits.next) and self._in_view[1] >= len(self.hits)
        return self.rows.missing(*self._in_view) is not None

    async def fill(self) -> None:
        """Asks for what is in view and not there."""
        async with self._asking:
            for _ in range(_MOST_TURNS):
                if not self.has_gap:
                    return
                if self.hits is not None:
                    await self._ask_hits(self.hits)
                elif stretch := self.rows.missing(*self._in_view):
                    await self._ask_rows(*stretch)
                self._told()

    def note(self, event: LibraryChanged) -> None:
        """Puts what has changed into its place, as far as that is known."""
        for row in event.rows:
            is_certain = self._take_row(row) if self.hits is None else self._take_in_hits(row)
            self._is_stale |= not is_certain
        for conversation in event.gone:
            is_certain = self.rows.remove(conversation) or len(self.rows.rows) == self.rows.total
            self._is_stale |= not is_certain
        if self.hits is not None:
            self.hits.drop(event.gone)
        self._told()

    async def _ask(self, query: LibraryQuery) -> None:
        """Lists what another query asks for, from its start."""
        try:
            wanted = await _with_file(query)
        except OSError as error:
            self.problem = f"{query.file} can't be read: {error.strerror}."
            self._told()
            return
        self._in_view = (0, PAGE)
        if self._finds_hits and wanted.words:
            reply = await self._link.ask(FindHits(filter=wanted))
            if isinstance(reply, HitsFound):
                self.hits, self.rows = FoundHits(reply), RowWindow(query.order)
        else:
            reply = await self._link.ask(ListLibrary(filter=wanted, order=query.order, limit=PAGE))
            if isinstance(reply, LibraryListed):
                self.hits, self.rows = None, RowWindow(query.order)
                self.rows.take(0, reply.rows, reply.total)
        if reply is not None:
            self.query, self.is_read = replace(query, filter=wanted), True
            self._told()

    async def _ask_rows(self, skip: int, limit: int) -> None:
        rows, query = self.rows, self.query
        request = ListLibrary(filter=query.filter, order=query.order, limit=limit, skip=skip)
        reply = await self._link.ask(request)
        if isinstance(reply, LibraryListed) and rows is self.rows:
            rows.take(skip, reply.rows, reply.total)

    async def _find_again(self, count: int) -> None:
        """Asks for as many hits again as there were, if there still are."""
        reply = await self._link.ask(FindHits(filter=self.query.filter))
        if isinstance(reply, HitsFound):
            hits = FoundHits(reply)
            for _ in range(_MOST_TURNS):
                if len(hits) < count and hits.next:
                    await self._ask_hits(hits)
            self.hits = hits
            self._told()

    async def _ask_hits(self, hits: FoundHits) -> None:
        reply = await self._link.ask(FindHits(filter=self.query.filter, after=hits.next))
        if isinstance(reply, HitsFound):
            hits.add(reply)

    def _take_row(self, row: LibraryRow) -> bool:
        """Takes a row in as it is now; returns whether the list is certain to be right."""
        conversation, wanted = row.summary.id, self.query.filter
        is_held = self.rows.index_of(conversation) is not None
        is_whole = len(self.rows.rows) == self.rows.total
        if not _can_hold(wanted, row):
            if is_held and row.deleted_at and conversation in self._states().deleted:
                self.rows.replace(row, is_listed=False)
            else:
                self.rows.remove(conversation)
            return is_held or is_whole
        if not is_held and (wanted.words or wanted.model or wanted.picture):
            return False
        return self.rows.put(row)

    def _take_in_hits(self, row: LibraryRow) -> bool:
        """Shows a title as it is now, and no hits in what was deleted elsewhere.

        Returns whether these are certain to be the hits still.
        """
        assert self.hits is not None  # noqa: S101 - it is called for hits alone
        conversation = row.summary.id
        if _can_hold(self.query.filter, row) or conversation in self._states().deleted:
            is_other_title = self.hits.retitle(row)
            return not is_other_title and conversation not in self.hits.dropped
        self.hits.drop({conversation})
        return True

    def _listed(self, row: LibraryRow, states: ListedStates) -> ListedConversation:
        is_bin = self.query.filter.shelf == "bin"
        return ListedConversation(row, "" if is_bin else states.of(row.summary.id))


def _can_hold(wanted: LibraryFilter, row: LibraryRow) -> bool:
    """Whether a filter lets a row through, as far as the row itself tells."""
    summary = row.summary
    shelf = "bin" if row.deleted_at else "archived" if summary.is_archived else "current"
    return (
        shelf == wanted.shelf
        and not (summary.is_private and wanted != EVERYTHING)
        and set(wanted.tags) <= set(summary.tags)
        and summary.updated_at >= wanted.after
        and (not wanted.before or summary.updated_at < wanted.before)
        and (summary.is_pinned or not wanted.is_pinned)
        and (bool(row.picture) or not wanted.has_picture)
    )


async def _with_file(query: LibraryQuery) -> LibraryFilter:
    """Returns the filter of a query, with the hash of the file that it names.

    Raises:
        OSError: that file can't be read.
    """
    if not query.file:
        return query.filter
    return replace(query.filter, picture=await asyncio.to_thread(_hash_file, query.file))


def _hash_file(path: str) -> str:
    # The start does without.
    import hashlib

    with Path(path).expanduser().open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
