"""Open WebUI's export: a list of chats with trees of messages, pictures in them as data URLs."""

import base64
import binascii
import html
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from ....core.conversation import Part, Role, TextPart, ThoughtsPart
from ....core.kept import KeptConversation
from ....core.undecodable import UNDECODABLE
from .collected import Collected, moment_of, text_of
from .foreign_tree import Foreign, make_tree, with_pictures
from .json_list import read_each
from .source import Source

ORIGIN: Final = "open-webui"

_DATA: Final = re.compile(r"data:image/(?P<kind>[\w.+-]+);base64,(?P<content>.*)", re.DOTALL)
_THOUGHTS: Final = re.compile(
    r"<details type=\"reasoning\"[^>]*>\s*(?:<summary>.*?</summary>)?(.*?)</details>\s*", re.DOTALL
)
_MARKDOWN_PICTURE: Final = re.compile(r"!\[[^\]]*\]\((data:image/[^)]+)\)")


class _Message(Struct):
    role: str
    content: Any = ""
    parentId: str | None = None  # noqa: N815 - as it is written
    timestamp: Any = None
    model: str | None = None
    files: list[Any] | None = None
    error: Any = None


class _History(Struct):
    messages: dict[str, Raw]
    currentId: str | None = None  # noqa: N815


class _Chat(Struct):
    history: _History | None = None
    messages: list[Raw] | None = None
    title: str | None = None
    tags: list[Any] | None = None
    timestamp: Any = None


class _Export(Struct):
    chat: _Chat
    id: str | None = None
    title: str | None = None
    created_at: Any = None
    updated_at: Any = None
    pinned: bool | None = None
    archived: bool | None = None
    meta: dict[str, Any] | None = None


def read(source: Source, name: str, out: Collected) -> None:
    """Reads all chats of an export.

    Raises:
        TransferError: the file can't be read.
    """
    for found in read_each(source, name, _Export, out):
        kept = _Reader(out, found).read()
        if kept.messages:
            out.add(kept)
        else:
            out.count("a conversation without messages", kept.title)


class _Reader:
    """One chat."""

    def __init__(self, out: Collected, found: _Export) -> None:
        self._out = out
        self._found = found
        self._title = text_of(found.title) or text_of(found.chat.title)
        started = moment_of(found.chat.timestamp, moment_of(found.updated_at, 1.0))
        self._created_at = moment_of(found.created_at, started)

    def read(self) -> KeptConversation:
        """Returns the conversation with all its branches."""
        found = self._found
        own_id = found.id or f"{self._title} {self._created_at}"
        history = found.chat.history or _list_as_history(found.chat.messages or [])
        tree = make_tree(self._read_messages(history), self._out, own_id, self._title)
        last = tree.messages[-1].uuid if tree.messages else None
        meta = found.meta or {}
        told = meta.get("tags")
        named = told if isinstance(told, list) else found.chat.tags or ()
        tags = {" ".join(text_of(it).split())[:60] for it in named if isinstance(it, str)}
        return KeptConversation(
            uuid=self._out.uuid(own_id),
            title=self._title,
            created_at=self._created_at,
            updated_at=moment_of(found.updated_at, self._created_at),
            messages=tree.messages,
            head=tree.places.get(history.currentId or "", last),
            tags=tuple(sorted(tags - {""})),
            is_pinned=bool(found.pinned),
            is_archived=bool(found.archived),
            origin=ORIGIN,
        )

    def _read_messages(self, history: _History) -> Iterator[Foreign]:
        for identifier, document in history.messages.items():
            try:
                message = msgspec.json.decode(document, type=_Message)
            except UNDECODABLE:
                self._out.count("a message that can't be read", self._title)
                continue
            yield self._read_message(identifier, message)

    def _read_message(self, identifier: str, message: _Message) -> Foreign:
        if message.role not in ("user", "assistant"):
            self._out.count("a system prompt; put it into a preset", self._title)
            return Foreign(identifier, message.parentId, None)
        role: Role = "user" if message.role == "user" else "assistant"
        error = message.error
        content = error.get("content") if isinstance(error, dict) else error
        sentence = text_of(content) or ("The answer failed." if error else "")
        return Foreign(
            identifier,
            message.parentId,
            role,
            self._read_parts(message),
            moment_of(message.timestamp, self._created_at),
            text_of(message.model)[:200] if role == "assistant" else "",
            "failed" if sentence else "stop",
            sentence if role == "assistant" else "",
        )

    def _read_parts(self, message: _Message) -> tuple[Part, ...]:
        text, pictures, thoughts = self._read_content(message.content)
        for file in message.files or ():
            kind = file.get("type") if isinstance(file, dict) else None
            if kind == "image":
                pictures.append(text_of(file.get("url")))
            else:
                self._out.count("a file that is no picture", self._title)
        read = [self._read_picture(it, at) for at, it in enumerate(pictures, 1)]
        shown = [it for it in read if not isinstance(it, TextPart)]
        missing = [it.text for it in read if isinstance(it, TextPart)]
        whole = "\n".join(it for it in (text, *missing) if it)
        before = (ThoughtsPart(thoughts),) if thoughts else ()
        return (*before, *with_pictures(whole, shown))

    def _read_content(self, content: object) -> tuple[str, list[str], str]:
        """Returns text, addresses of pictures, and thoughts."""
        if isinstance(content, list):
            told = [it for it in content if isinstance(it, dict)]
            urls = [it.get("image_url") for it in told if it.get("type") == "image_url"]
            pictures = [text_of(it.get("url")) for it in urls if isinstance(it, dict)]
            return "\n".join(text_of(it.get("text")) for it in told if "text" in it), pictures, ""
        text = text_of(content)
        thoughts = "\n\n".join(map(_read_thoughts, _THOUGHTS.findall(text)))
        text = _THOUGHTS.sub("", text)
        return _MARKDOWN_PICTURE.sub("", text), _MARKDOWN_PICTURE.findall(text), thoughts

    def _read_picture(self, address: str, number: int) -> Part:
        match = _DATA.fullmatch(address)
        try:
            content = base64.b64decode(match["content"], validate=True) if match else b""
        except (binascii.Error, ValueError):
            content = b""
        if not match or not content:
            self._out.count("a picture that is kept on the server, not in the export", self._title)
            return TextPart(f"[picture missing: {address[:80]}]")
        name = f"picture {number}.{match['kind']}"
        return self._out.add_picture(name, content)


def _read_thoughts(quoted: str) -> str:
    """Returns thoughts, which are kept as a quotation in HTML."""
    return html.unescape(re.sub(r"^> ?", "", quoted.strip(), flags=re.MULTILINE))


def _list_as_history(messages: list[Raw]) -> _History:
    """Returns messages of an export without branches as a chain."""
    found: dict[str, Raw] = {}
    before: str | None = None
    for number, document in enumerate(messages):
        try:
            message = msgspec.json.decode(document, type=dict[str, Any])
        except UNDECODABLE:
            continue
        identifier = text_of(message.get("id")) or str(number)
        message["parentId"] = before
        found[identifier] = Raw(msgspec.json.encode(message))
        before = identifier
    return _History(found, before)
