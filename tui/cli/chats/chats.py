"""`seeshell chats`: which conversations are kept, and where in them something stands."""

import asyncio
import sys
from argparse import Namespace
from typing import Final

import msgspec
from msgspec.structs import replace

from ....core.errors import BadRequest
from ....core.ipc.client import CoreClient
from ....core.kept import Hit, LibraryRow
from ....core.messages.library_events import HitsFound
from ....core.messages.library_requests import FindHits
from ...session.library_query import LibraryQuery
from ..exit_status import COMPLETE, ERROR
from ..output import Output
from ..replies import reply_to
from .kept_here import pages_of, reached_core, read_query
from .table import hit_lines, row_lines

_MOST_HITS: Final = 200


def chats(options: Namespace, output: Output) -> int:
    """Prints what the query finds; 0 if that is anything.

    Raises:
        SeeshellError: with one sentence that says what to do.
    """
    query = read_query(options.query)
    if options.sort:
        query = replace(query, order=options.sort)
    if options.hits:
        return asyncio.run(_print_hits(query, options.limit, output))
    return asyncio.run(_print_rows(query, options.limit, output))


async def _print_rows(query: LibraryQuery, limit: int | None, output: Output) -> int:
    rows: list[LibraryRow] = []
    total = 0
    async with reached_core() as client:
        async for page in pages_of(client, query, limit):
            total = page.total
            rows += page.rows
    if output.as_json:
        output.document({"total": total, "conversations": [*map(_row_document, rows)]})
    for line in [] if output.as_json else row_lines(rows, is_terminal=sys.stdout.isatty()):
        output.write(line + "\n")
    if not rows and not output.as_json:
        output.notice(_why_nothing(query))
    return COMPLETE if rows else ERROR


async def _print_hits(query: LibraryQuery, limit: int | None, output: Output) -> int:
    if not query.filter.words:
        raise BadRequest("--hits prints where words stand: give words to search for.")
    async with reached_core() as client:
        found = await _find_hits(client, query, limit or _MOST_HITS)
    if output.as_json:
        hits = [msgspec.to_builtins(it) for it in found.hits]
        output.document({"total": found.total, "is_counted": found.is_counted, "hits": hits})
        return COMPLETE if found.hits else ERROR
    for line in hit_lines(found.hits, is_terminal=sys.stdout.isatty()):
        output.write(line + "\n")
    if not found.hits:
        output.notice(_why_nothing(query))
    elif len(found.hits) < found.total:
        more = "" if found.is_counted else " or more"
        output.notice(
            f"The best {len(found.hits)} of {found.total:,}{more}; --limit prints more of them."
        )
    return COMPLETE if found.hits else ERROR


async def _find_hits(client: CoreClient, query: LibraryQuery, limit: int) -> HitsFound:
    """Returns the best hits, asked for page by page."""
    hits: list[Hit] = []
    after = ""
    while True:
        request = FindHits(filter=query.filter, limit=limit - len(hits), after=after)
        reply = await reply_to(client, request, HitsFound)
        hits += reply.hits
        after = reply.next
        if not after or len(hits) >= limit:
            return replace(reply, hits=tuple(hits))


def _why_nothing(query: LibraryQuery) -> str:
    if query.is_plain:
        return "No conversation is kept yet; `seeshell` and `seeshell ask` begin one."
    return f"No conversation is found by {query.text}; `seeshell chats` lists all."


def _row_document(row: LibraryRow) -> dict[str, object]:
    summary = row.summary
    return {
        "id": summary.id,
        "uuid": summary.uuid,
        "title": summary.title,
        "created_at": summary.created_at,
        "updated_at": summary.updated_at,
        "messages": summary.message_count,
        "turns": row.turns,
        "model": row.model,
        "tags": list(summary.tags),
        "is_pinned": summary.is_pinned,
        "is_archived": summary.is_archived,
        "is_private": summary.is_private,
        "picture": row.picture,
        "deleted_at": row.deleted_at,
    }
