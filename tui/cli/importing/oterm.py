"""oterm's database: chats with their messages in order, and pictures within them.

It keeps no times: its conversations get that of the file.
"""

import base64
import binascii
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from ....core.conversation import Part, Role, TextPart
from ....core.kept import KeptConversation
from ....core.undecodable import UNDECODABLE
from .collected import Collected, text_of
from .database import Row, opened_database
from .foreign_tree import Foreign, in_place, make_tree, with_pictures

ORIGIN: Final = "oterm"

_PLACE: Final = re.compile(r"\[Image #(\d{1,4})\]")
"""Where in the text a picture stands, by its number."""


def is_oterm(columns: Mapping[str, set[str]]) -> bool:
    """Whether a database with these tables and columns is oterm's."""
    return {"chat_id", "author", "text"} <= columns.get("message", set()) and "chat" in columns


def read(path: Path, out: Collected) -> None:
    """Reads all chats of a database.

    Raises:
        TransferError: it can't be read.
    """
    with opened_database(path) as database:
        moment = path.stat().st_mtime
        for chat in database.execute("SELECT * FROM chat ORDER BY id").fetchall():
            kept = _read_chat(database, chat, moment, out)
            if kept.messages:
                out.add(kept)
            else:
                out.count("a conversation without messages", kept.title)


def _read_chat(
    database: sqlite3.Connection, chat: Row, moment: float, out: Collected
) -> KeptConversation:
    title = text_of(chat["name"]) or f"Chat {chat['id']}"
    if text_of(chat["system"]):
        out.count("a system prompt; put it into a preset", title)
    rows = database.execute(
        "SELECT * FROM message WHERE chat_id = ? ORDER BY id", (chat["id"],)
    ).fetchall()
    nodes = _read_messages(rows, text_of(chat["model"]), moment, out, title)
    tree = make_tree(nodes, out, str(chat["id"]), title)
    return KeptConversation(
        uuid=out.uuid(str(chat["id"])),
        title=title,
        created_at=moment,
        updated_at=moment,
        messages=tree.messages,
        head=tree.messages[-1].uuid if tree.messages else None,
        origin=ORIGIN,
    )


def _read_messages(
    rows: Sequence[Row], model: str, moment: float, out: Collected, title: str
) -> Iterator[Foreign]:
    before: str | None = None
    for row in rows:
        role: Role = "user" if row["author"] in ("user", "me") else "assistant"
        images = _read_images(row["images"])
        parts = _read_parts(text_of(row["text"]), images, out, title)
        name = model if role == "assistant" else ""
        yield Foreign(str(row["id"]), before, role, parts, moment, name)
        before = str(row["id"])


def _read_images(column: object) -> list[Any]:
    try:
        return msgspec.json.decode(text_of(column) or "[]", type=list[Any])
    except UNDECODABLE:
        return []


def _read_parts(
    text: str, images: Sequence[object], out: Collected, title: str
) -> tuple[Part, ...]:
    """Returns text and pictures, these in the places that the text has for them."""
    pictures = [_read_picture(image, at, out, title) for at, image in enumerate(images, 1)]
    pieces = _PLACE.split(text)
    if len(pieces) == 1:
        missing = [it for it in pictures if isinstance(it, TextPart)]
        shown = [it for it in pictures if not isinstance(it, TextPart)]
        return with_pictures("\n".join((text, *(it.text for it in missing))).strip("\n"), shown)
    parts: list[Part] = []
    for at, piece in enumerate(pieces):
        if at % 2 == 0:
            parts.append(TextPart(piece))
        elif 1 <= int(piece) <= len(pictures):
            parts.append(pictures[int(piece) - 1])
        else:
            parts.append(TextPart(f"[Image #{piece}]"))
    return in_place(parts)


def _read_picture(image: object, number: int, out: Collected, title: str) -> Part:
    try:
        content = base64.b64decode(text_of(image), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content:
        out.count("a picture that can't be read", title)
        return TextPart("[picture missing]")
    return out.add_picture(f"picture {number}", content)
