"""`seeshell rm`: deletes conversations, brings them back, and empties the bin."""

import asyncio
import sys
from argparse import Namespace

from ....core.errors import BadRequest
from ....core.kept import RESTORE_DAYS, LibraryRow
from ....core.messages.library_requests import EmptyBin
from ....core.messages.requests import DeleteConversation, RestoreConversation
from ....core.private_ids import is_private
from ...visible import visible_line
from ..exit_status import COMPLETE, ERROR
from ..output import Output
from .kept_here import find_rows, reached_core, read_kept, read_query


def remove(options: Namespace, output: Output) -> int:
    """Deletes, restores or removes for good, and returns the exit status.

    Raises:
        SeeshellError: with one sentence that says what to do.
    """
    wanted = list(dict.fromkeys(options.conversations))
    if options.empty_bin:
        return _empty_bin(wanted, options, output)
    if not wanted:
        raise BadRequest("Name the conversations by their IDs; `seeshell chats` lists them.")
    if options.restore:
        asyncio.run(_restore(wanted))
        return _tell("restored", wanted, output)
    titles = asyncio.run(_titles(wanted))
    if not options.yes and not _agrees(titles, "Delete", output):
        output.notice("Nothing was deleted.")
        return ERROR
    asyncio.run(_delete(wanted))
    if not output.as_json:
        _tell_bin(wanted, output)
    return _tell("deleted", wanted, output)


def _tell_bin(deleted: list[int], output: Output) -> None:
    """Says how to bring back what was deleted, and what can't be."""
    stored = [it for it in deleted if not is_private(it)]
    if stored:
        again = f"seeshell rm --restore {' '.join(map(str, stored))}"
        output.notice(f"In the bin for {RESTORE_DAYS} days: {again}")
    if len(stored) < len(deleted):
        output.notice("Private conversations lie in no bin: they are gone for good.")


def _empty_bin(wanted: list[int], options: Namespace, output: Output) -> int:
    rows = asyncio.run(_in_bin())
    meant = [it for it in rows if not wanted or it.summary.id in wanted]
    if strangers := set(wanted) - {it.summary.id for it in meant}:
        raise BadRequest(f"{min(strangers)} is not in the bin; delete it first.")
    titles = [it.summary.title for it in meant]
    if meant and not options.yes and not _agrees(titles, "Remove for good", output):
        output.notice("Nothing was removed.")
        return ERROR
    ids = [it.summary.id for it in meant]
    if ids:
        asyncio.run(_remove(ids))
    return _tell("removed", ids, output)


def _agrees(titles: list[str], what: str, output: Output) -> bool:
    """Whether the user says yes.

    Raises:
        BadRequest: nobody can be asked.
    """
    if output.as_json or not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        raise BadRequest("Nobody can be asked here; add --yes to go on.")
    for title in titles:
        output.notice(f"  {visible_line(title) or 'Untitled'}")
    count = f"{len(titles)} conversation{'' if len(titles) == 1 else 's'}"
    output.ask(f"{what} {count}? [y/N] ")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _tell(key: str, ids: list[int], output: Output) -> int:
    if output.as_json:
        output.document({key: ids})
    else:
        output.write(f"{key}: {' '.join(map(str, ids)) or 'nothing'}\n")
    return COMPLETE


async def _titles(ids: list[int]) -> list[str]:
    """Returns the titles of conversations, all of which are there."""
    async with reached_core() as client:
        return [(await read_kept(client, it)).title + _gone_for_good(it) for it in ids]


def _gone_for_good(conversation: int) -> str:
    return " (private: gone for good)" if is_private(conversation) else ""


async def _in_bin() -> list[LibraryRow]:
    async with reached_core() as client:
        return await find_rows(client, read_query(["is:bin"]))


async def _delete(ids: list[int]) -> None:
    async with reached_core() as client:
        for it in ids:
            await client.request(DeleteConversation(conversation=it))


async def _restore(ids: list[int]) -> None:
    async with reached_core() as client:
        for it in ids:
            await client.request(RestoreConversation(conversation=it))


async def _remove(ids: list[int]) -> None:
    async with reached_core() as client:
        await client.request(EmptyBin(conversations=tuple(ids)))
