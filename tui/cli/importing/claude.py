"""Claude's export: `conversations.json` with messages in order, and no pictures."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from ....core.conversation import Part, Role, TextPart, ThoughtsPart
from ....core.kept import KeptConversation
from ....core.undecodable import UNDECODABLE
from .collected import Collected, moment_of, text_of
from .foreign_tree import Foreign, make_tree
from .json_list import read_each
from .source import Source

ORIGIN: Final = "claude"

_NO_MESSAGE: Final = "00000000-0000-4000-8000-000000000000"
"""What first messages name as their parent."""


class _Message(Struct):
    uuid: str
    sender: str
    text: Any = None
    content: list[Any] | None = None
    created_at: Any = None
    attachments: list[Any] | None = None
    files: list[Any] | None = None
    parent_message_uuid: str | None = None


class _Conversation(Struct):
    uuid: str
    chat_messages: list[Raw]
    name: str | None = None
    created_at: Any = None
    updated_at: Any = None
    current_leaf_message_uuid: str | None = None
    is_starred: bool | None = None


def read(source: Source, name: str, out: Collected) -> None:
    """Reads the export's file of conversations.

    Raises:
        TransferError: the file can't be read.
    """
    for found in read_each(source, name, _Conversation, out):
        if found.chat_messages:
            out.add(_read_conversation(found, out))
        else:
            out.count("a conversation without messages", text_of(found.name))


def _read_conversation(found: _Conversation, out: Collected) -> KeptConversation:
    title = text_of(found.name)
    created_at = moment_of(found.created_at, moment_of(found.updated_at, 1.0))
    tree = make_tree(_read_messages(found, out, created_at), out, found.uuid, title)
    last = tree.messages[-1].uuid if tree.messages else None
    return KeptConversation(
        uuid=out.uuid(found.uuid),
        title=title,
        created_at=created_at,
        updated_at=moment_of(found.updated_at, created_at),
        messages=tree.messages,
        head=tree.places.get(found.current_leaf_message_uuid or "", last),
        is_pinned=bool(found.is_starred),
        origin=ORIGIN,
    )


def _read_messages(found: _Conversation, out: Collected, moment: float) -> Iterator[Foreign]:
    before: str | None = None
    title = text_of(found.name)
    for document in found.chat_messages:
        try:
            message = msgspec.json.decode(document, type=_Message)
        except UNDECODABLE:
            out.count("a message that can't be read", title)
            continue
        parent = message.parent_message_uuid or before
        moment = moment_of(message.created_at, moment)
        role: Role = "user" if message.sender == "human" else "assistant"
        parts = _read_parts(message, out, title)
        yield Foreign(message.uuid, None if parent == _NO_MESSAGE else parent, role, parts, moment)
        before = message.uuid


def _read_parts(message: _Message, out: Collected, title: str) -> tuple[Part, ...]:
    """Returns thoughts and text; files that Claude has read as text stand below it."""
    thoughts: list[str] = []
    texts: list[str] = []
    for part in message.content or ():
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "text":
            texts.append(text_of(part.get("text")))
        elif kind == "thinking":
            thoughts.append(text_of(part.get("thinking")))
        else:
            out.count(f"content of the kind {text_of(kind)[:40] or 'unknown'}", title)
    text = "\n\n".join(it for it in texts if it) or text_of(message.text)
    read = [_read_attachment(it, out, title) for it in message.attachments or ()]
    for file in message.files or ():
        name = text_of(file.get("file_name")) if isinstance(file, dict) else ""
        out.count("a picture or file, which Claude's exports lack", title)
        read.append(f"[file missing: {name[:200]}]")
    whole = "\n\n".join(it for it in (text, *read) if it)
    before = (ThoughtsPart("\n\n".join(thoughts)),) if any(thoughts) else ()
    return (*before, TextPart(whole))


def _read_attachment(attachment: object, out: Collected, title: str) -> str:
    if not isinstance(attachment, dict):
        out.count("an attachment that can't be read", title)
        return ""
    name = text_of(attachment.get("file_name")) or "file"
    content = text_of(attachment.get("extracted_content"))
    if not content:
        out.count("a picture or file, which Claude's exports lack", title)
        return f"[file missing: {name[:200]}]"
    return f"{name[:200]}:\n\n```\n{content}\n```"
