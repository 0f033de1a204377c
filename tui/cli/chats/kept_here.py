"""What is kept, as commands reach it: the core, what a query finds, and whole conversations."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from ....core.errors import BadRequest
from ....core.images import hash_file
from ....core.ipc.client import CoreClient
from ....core.kept import KeptConversation, LibraryRow
from ....core.messages.library_events import LibraryListed, TreeRead
from ....core.messages.library_requests import ListLibrary, ReadTree
from ....core.settings import find_paths
from ...session.library_query import LibraryQuery, QueryProblem, parse_query
from ..replies import reply_to

_PAGE: Final = 500


@asynccontextmanager
async def reached_core() -> AsyncIterator[CoreClient]:
    """Gives a connection; a core that has to be started for it loads no model.

    Raises:
        SeeshellError: it can't be reached.
    """
    client = await CoreClient.connect(find_paths(os.environ), launch_arguments=["--unloaded"])
    try:
        yield client
    finally:
        await client.close()


def read_query(words: Sequence[str]) -> LibraryQuery:
    """Returns what is searched for.

    Raises:
        BadRequest: a piece of the notation can't be understood.
        ImageError: a file that it names can't be read.
    """
    try:
        query = parse_query(" ".join(words))
    except QueryProblem as error:
        raise BadRequest(str(error)) from error
    if query.file:
        picture = hash_file(Path(query.file).expanduser())
        return replace(query, filter=replace(query.filter, picture=picture), file="")
    return query


async def pages_of(
    client: CoreClient, query: LibraryQuery, limit: int | None = None
) -> AsyncIterator[LibraryListed]:
    """Yields what a query finds, page by page; the first one may be empty.

    Args:
        client: to ask.
        query: as `read_query` returns it.
        limit: most rows of all pages; None for all there are.
    """
    after, left = "", limit
    while True:
        wanted = _PAGE if left is None else min(_PAGE, left)
        request = ListLibrary(filter=query.filter, order=query.order, limit=wanted, after=after)
        reply = await reply_to(client, request, LibraryListed)
        yield reply
        after, left = reply.next, None if left is None else left - len(reply.rows)
        if not after or left == 0:
            return


async def find_rows(client: CoreClient, query: LibraryQuery) -> list[LibraryRow]:
    """Returns all rows that a query finds."""
    return [row async for page in pages_of(client, query) for row in page.rows]


async def read_kept(client: CoreClient, conversation: int) -> KeptConversation:
    """Returns a conversation with all its branches.

    Raises:
        NotStored: there is none.
    """
    return (await reply_to(client, ReadTree(conversation=conversation), TreeRead)).conversation
