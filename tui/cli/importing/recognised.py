"""What an export is, told by what is in it: the names of files say nothing."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from msgspec import Raw

from ....core.errors import TransferError
from ....core.transfer.bundle_format import MANIFEST
from ....core.transfer.handed_in import open_handed_in
from ....core.undecodable import UNDECODABLE
from . import chatgpt, claude, llm_logs, lm_studio, open_webui, oterm, seeshell_json
from .collected import Collected
from .database import columns_of, opened_database
from .json_list import read_list
from .source import FolderSource, Source, ZipSource

BUNDLE: Final = "bundle"
"""What a bundle counts as."""

_PROGRAMS: Final = "seeshell, ChatGPT, Claude, llm, LM Studio, Open WebUI or oterm"

_Reader = Callable[[Source, str, Collected], None]


class Recognised(NamedTuple):
    """An export, and how it is read."""

    origin: str
    """The program that it comes from; `BUNDLE` for seeshell's own, which the core reads."""
    read: Callable[[Collected], None]
    """Reads all of it."""


def recognise(path: Path) -> Recognised:
    """Returns what a file or folder is.

    Raises:
        TransferError: it can't be read, or comes from no program that is known.
    """
    if path.is_dir():
        return _of_files(partial(FolderSource, path))
    with open_handed_in(path) as file:
        start = file.read(16)
    if start.startswith(b"SQLite format 3"):
        return _of_database(path)
    if start.startswith(b"PK"):
        return _of_files(partial(ZipSource, path))
    return _of_json(partial(FolderSource, path, path.parent), [path.name])


def _of_database(path: Path) -> Recognised:
    with opened_database(path) as database:
        columns = columns_of(database)
    if llm_logs.is_llm(columns):
        return Recognised(llm_logs.ORIGIN, partial(llm_logs.read, path))
    if oterm.is_oterm(columns):
        return Recognised(oterm.ORIGIN, partial(oterm.read, path))
    raise TransferError(f"{path} is a database, but none of llm or oterm.")


def _of_files(opened: Callable[[], Source]) -> Recognised:
    """Returns what an unpacked or packed export is."""
    with opened() as source:
        path, names = source.path, source.names
    if MANIFEST in names:
        return Recognised(BUNDLE, lambda _out: None)
    lists = [name for name in names if chatgpt.CONVERSATIONS.fullmatch(name)]
    chats = [name for name in names if name.endswith(lm_studio.ENDING)]
    if not (lists or chats):
        raise TransferError(
            f"{path} holds no conversations of {_PROGRAMS}: name the file that they exported."
        )
    return _of_json(opened, lists or chats)


def _of_json(opened: Callable[[], Source], names: Sequence[str]) -> Recognised:
    """Returns what JSON files are, all of them like the first."""
    with opened() as source:
        origin, read = _reader_of(source.read(names[0]), source.path)

    def read_all(out: Collected) -> None:
        with opened() as source:
            for name in names:
                read(source, name, out)

    return Recognised(origin, read_all)


def _reader_of(document: bytes, path: Path) -> tuple[str, _Reader]:
    found = read_list(document, path.name)
    if not found:
        raise TransferError(f"{path} holds no conversations: the list in it is empty.")
    try:
        first = msgspec.json.decode(found[0], type=dict[str, Raw])
    except UNDECODABLE as error:
        raise TransferError(
            f"{path} comes from no program that seeshell knows: {_PROGRAMS}."
        ) from error
    if "mapping" in first:
        return chatgpt.ORIGIN, chatgpt.read
    if "chat_messages" in first:
        return claude.ORIGIN, claude.read
    if "chat" in first:
        return open_webui.ORIGIN, open_webui.read
    if "messages" in first and "uuid" in first:
        return seeshell_json.ORIGIN, seeshell_json.read
    if "messages" in first:
        return lm_studio.ORIGIN, lm_studio.read
    raise TransferError(f"{path} comes from no program that seeshell knows: {_PROGRAMS}.")
