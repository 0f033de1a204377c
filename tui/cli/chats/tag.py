"""`seeshell tag`: gives conversations tags and takes them away, or says which there are."""

import asyncio
import re
from argparse import Namespace
from dataclasses import dataclass

from ....core.errors import BadRequest
from ....core.ipc.client import CoreClient
from ....core.messages.library_events import TagsListed
from ....core.messages.library_requests import LabelConversations, ListTags
from ...visible import visible_line
from ..exit_status import COMPLETE
from ..output import Output
from ..replies import reply_to
from .kept_here import reached_core, read_kept


@dataclass(frozen=True)
class _Wanted:
    """What is typed behind `tag`."""

    conversations: tuple[int, ...]
    add: tuple[str, ...]
    remove: tuple[str, ...]

    @property
    def changes(self) -> bool:
        """Whether any tag is to be given or taken away."""
        return bool(self.add or self.remove)


def tag(options: Namespace, output: Output) -> int:
    """Changes or prints tags and returns the exit status.

    Raises:
        SeeshellError: with one sentence that says what to do.
    """
    wanted = _read_wanted(options.changes)
    if not wanted.conversations:
        _tell_all(asyncio.run(_list_tags()), output)
    else:
        _tell(asyncio.run(_label(wanted)), output)
    return COMPLETE


def _read_wanted(changes: list[str]) -> _Wanted:
    """Returns what is meant.

    Raises:
        BadRequest: that can't be known.
    """
    numbers = [it for it in changes if it.isdecimal()]
    add, remove = ([it[1:] for it in changes if it[0:1] == sign] for sign in "+-")
    strange = [it for it in changes if not re.fullmatch(r"\d+|\+.+|-[^-].*", it, re.DOTALL)]
    if strange:
        raise BadRequest(
            f"{strange[0]} is neither the ID of a conversation nor a tag with + or - before it."
        )
    if not numbers and (add or remove):
        raise BadRequest("Name the conversations by their IDs; `seeshell chats` lists them.")
    return _Wanted(tuple(map(int, dict.fromkeys(numbers))), tuple(add), tuple(remove))


async def _list_tags() -> TagsListed:
    async with reached_core() as client:
        return await reply_to(client, ListTags(), TagsListed)


async def _label(wanted: _Wanted) -> dict[int, tuple[str, ...]]:
    """Carries the changes out, if there are any, and returns the tags of each conversation."""
    async with reached_core() as client:
        if wanted.changes:
            await client.request(
                LabelConversations(
                    conversations=wanted.conversations,
                    add_tags=wanted.add,
                    remove_tags=wanted.remove,
                )
            )
        return {it: await _tags_of(client, it) for it in wanted.conversations}


async def _tags_of(client: CoreClient, conversation: int) -> tuple[str, ...]:
    return (await read_kept(client, conversation)).tags


def _tell_all(listed: TagsListed, output: Output) -> None:
    if output.as_json:
        tags = [{"name": name, "conversations": count} for name, count in listed.tags]
        output.document({"tags": tags})
    elif not listed.tags:
        output.notice("No conversation has a tag yet; `seeshell tag ID +NAME` gives one.")
    else:
        output.write("".join(f"{visible_line(name)}\t{count}\n" for name, count in listed.tags))


def _tell(tags: dict[int, tuple[str, ...]], output: Output) -> None:
    if output.as_json:
        found = [{"id": it, "tags": list(its)} for it, its in tags.items()]
        output.document({"conversations": found})
        return
    for conversation, its in tags.items():
        output.write(f"{conversation}\t{', '.join(map(visible_line, its))}\n")
