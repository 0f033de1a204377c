"""Writes conversations into a place of the user's own: all of it, or nothing."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from ...core.errors import TransferError
from ...core.kept import KeptConversation
from . import words
from .as_markdown import MarkdownForm, as_markdown
from .as_rows import FindSystem, row_lines
from .forms import ExportChoices, ExportForm
from .html import PageForm, PagePictures, page_html
from .new_files import check_free, put_in_place, unfinished
from .picture_folder import PictureFolder, safe_name
from .stored_pictures import StoredPictures

_PICTURES: Final = "-pictures"
"""Stands behind the name of a text in that of the folder with its pictures."""

_ROW_PICTURES: Final = "-row-pictures"
"""So too for training rows."""


_NO_PRIVATE_PICTURES: Final = (
    "JSON names pictures and holds none, and those of a private conversation are gone once it is "
    "closed: as a bundle it takes them along."
)


@dataclass(frozen=True)
class ExportSource:
    """What is to be written."""

    ids: Sequence[int]
    """Of the conversations, in their order; at least one."""
    read: Callable[[int], Awaitable[KeptConversation]]
    """Reads one of them."""
    title: str
    """Of a page with several."""
    system_of: FindSystem
    """What a conversation is told first; for training."""
    pictures: StoredPictures

    async def conversations(self) -> AsyncIterator[KeptConversation]:
        """Yields one after the other; none is kept."""
        for it in self.ids:
            yield await self.read(it)


class Written(NamedTuple):
    """What was written."""

    path: Path
    """A file, or a folder of several texts."""
    pictures: int = 0
    """Files of pictures beside it."""


async def export_pieces(
    source: ExportSource, choices: ExportChoices, folder: PictureFolder | None
) -> AsyncIterator[str]:
    """Yields a single file piece by piece, of which the largest is a picture or a conversation.

    Args:
        source: what is to be written.
        choices: how.
        folder: takes the pictures that are no part of the file; None to leave them out.
    """
    match choices.form:
        case "html":
            form = PageForm(source.title, len(source.ids) == 1, choices.all_branches)
            pictures = PagePictures(source.pictures, are_whole=choices.has_whole_pictures)
            async for piece in page_html(source.conversations(), form, pictures):
                yield piece
        case "json":
            yield '{"conversations": [\n'
            between = ""
            async for kept in source.conversations():
                portable = kept.portable()
                if portable is not kept:
                    source.pictures.note(_NO_PRIVATE_PICTURES)
                document = msgspec.json.format(msgspec.json.encode(portable), indent=1).decode()
                yield f"{between}{document}"
                between = ",\n"
            yield "\n]}\n"
        case "jsonl":
            if folder is None:
                raise TransferError("Training rows name files of pictures: give --output a path.")
            async for kept in source.conversations():
                system, wide = source.system_of(kept), choices.all_branches
                async for line in row_lines(kept, system, folder, all_branches=wide):
                    yield line
        case _:
            async for kept in source.conversations():
                yield await as_markdown(kept, MarkdownForm(choices.all_branches), folder)


def places_of(path: Path, form: ExportForm, count: int) -> tuple[Path, ...]:
    """Returns what an export needs to be free: its place, and that of its pictures if it has any.

    Args:
        path: its place.
        form: of it.
        count: of conversations.
    """
    if form == "jsonl":
        return path, path.with_name(f"{path.stem}{_ROW_PICTURES}")
    if form == "markdown" and count == 1:
        return path, path.with_name(f"{path.stem}{_PICTURES}")
    return (path,)


async def write_export(source: ExportSource, path: Path, choices: ExportChoices) -> Written:
    """Writes the conversations and returns what that made.

    Markdown of several of them becomes a folder of texts; all else is one file. Pictures that are
    no part of it lie in a folder beside it.

    Args:
        source: what is to be written.
        path: its place.
        choices: how.

    Raises:
        TransferError: something is there already, or it can't be written; nothing has changed.
        CoreError: a conversation can't be read; so too.
    """
    places = places_of(path, choices.form, len(source.ids))
    if not choices.replaces:
        check_free(*places)
    if choices.form == "markdown" and len(source.ids) > 1:
        return await _write_texts(source, path, choices)
    beside = places[-1]
    with unfinished(beside) as pictures, unfinished(path) as text:
        folder = PictureFolder(source.pictures, pictures, beside.name)
        with text.open("x", encoding="utf-8", newline="\n") as file:
            async for piece in export_pieces(source, choices, folder):
                file.write(piece)
        if pictures.exists():
            put_in_place(pictures, beside, replaces=choices.replaces)
        put_in_place(text, path, replaces=choices.replaces)
    return Written(path, folder.count)


async def _write_texts(source: ExportSource, path: Path, choices: ExportChoices) -> Written:
    """Writes a folder with a text for each conversation, beside it the folder of its pictures."""
    count = 0
    with unfinished(path) as unready:
        unready.mkdir()
        names: set[str] = set()
        async for kept in source.conversations():
            name = _name_of(kept, names)
            folder = PictureFolder(
                source.pictures, unready / f"{name}{_PICTURES}", f"{name}{_PICTURES}"
            )
            text = await as_markdown(kept, MarkdownForm(choices.all_branches), folder)
            (unready / f"{name}.md").write_text(text, encoding="utf-8", newline="\n")
            count += folder.count
        put_in_place(unready, path, replaces=choices.replaces)
    return Written(path, count)


def name_of(kept_title: str, created_at: float) -> str:
    """Returns what a file with a conversation is called, without its ending."""
    day = time.strftime("%Y-%m-%d", time.localtime(created_at))
    return f"{day}-{safe_name(kept_title, 'conversation')}"


def _name_of(kept: KeptConversation, taken: set[str]) -> str:
    """Returns a name that no other text of the folder has."""
    wanted = name = name_of(words.title_of(kept), kept.created_at)
    number = 1
    # Some systems take names for the same that differ in case.
    while name.casefold() in taken:
        number += 1
        name = f"{wanted}-{number}"
    taken.add(name.casefold())
    return name
