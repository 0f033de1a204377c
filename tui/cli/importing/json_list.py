"""JSON documents that are lists of conversations, taken apart without being read as a whole."""

from collections.abc import Iterator
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from ....core.errors import TransferError
from ....core.undecodable import UNDECODABLE
from .collected import Collected
from .source import Source

T = TypeVar("T")


class _Wrapped(Struct):
    """A document that may hold a list."""

    conversations: Raw = Raw(b"")


def read_list(document: bytes, name: str) -> list[Raw]:
    """Returns the elements of a list, each still JSON.

    Args:
        document: JSON, with or without a byte order mark: a list, an object that holds one as its
            `conversations`, or an object that is the only element.
        name: what errors call the file.

    Raises:
        TransferError: it is no JSON.
    """
    document = document.removeprefix(b"\xef\xbb\xbf").lstrip()
    try:
        if document.startswith(b"{"):
            listed = bytes(msgspec.json.decode(document, type=_Wrapped).conversations)
            if not listed.startswith(b"["):
                return [Raw(document)]
            document = listed
        return msgspec.json.decode(document, type=list[Raw])
    except UNDECODABLE as error:
        raise TransferError(f"{name} is damaged ({error}): export it again.") from error


def read_each(source: Source, name: str, kind: type[T], out: Collected) -> Iterator[T]:
    """Yields the conversations of a file; those that can't be read are left out and told.

    Args:
        source: what the file is in.
        name: of the file.
        kind: what each of them is.
        out: is told what can't be taken.

    Raises:
        TransferError: the file can't be read.
    """
    for document in read_list(source.read(name), source.path.name):
        try:
            found = msgspec.json.decode(document, type=kind)
        except UNDECODABLE as error:
            out.leave_out(f"A conversation of {source.path.name} can't be read: {error}.")
            continue
        yield found
