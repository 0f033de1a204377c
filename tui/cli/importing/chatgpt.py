"""ChatGPT's export: `conversations.json` with trees of messages, and pictures beside it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from ....core.conversation import FinishReason, Part, Role, TextPart, ThoughtsPart
from ....core.kept import KeptConversation
from ....core.undecodable import UNDECODABLE
from .collected import Collected, base_name, moment_of, text_of
from .foreign_tree import Foreign, in_place, make_tree
from .json_list import read_each
from .source import Source

ORIGIN: Final = "chatgpt"

CONVERSATIONS: Final = re.compile(r"(?:.*/)?conversations(?:-\d+)?\.json")
"""Its files; newer exports split the conversations."""

_POINTER: Final = re.compile(r"(?:file-service|sediment)://(?P<id>file[-_][A-Za-z0-9_-]+)")
_PICTURE_ENDINGS: Final = (
    ".png",
    ".jpg",
    ".jpeg",
    ".webp",
    ".gif",
    ".heic",
    ".avif",
    ".bmp",
    ".dat",
)

_FINISH: Final[Mapping[str, FinishReason]] = {"max_tokens": "length", "interrupted": "cancelled"}


_NOTHING: Final = Raw(b"null")


class _Author(Struct):
    role: str = ""


class _Content(Struct):
    content_type: str = ""
    parts: list[Any] | None = None
    text: Any = None
    thoughts: list[Any] | None = None


class _Message(Struct):
    author: _Author
    content: _Content
    create_time: Any = None
    recipient: str | None = "all"
    metadata: dict[str, Any] | None = None


class _Node(Struct):
    message: Raw = _NOTHING
    parent: str | None = None


class _Conversation(Struct):
    mapping: dict[str, _Node]
    title: str | None = None
    create_time: Any = None
    update_time: Any = None
    current_node: str | None = None
    conversation_id: str | None = None
    id: str | None = None
    is_archived: bool | None = None
    is_starred: bool | None = None


def read(source: Source, name: str, out: Collected) -> None:
    """Reads one of the export's files of conversations.

    Raises:
        TransferError: the file can't be read.
    """
    pictures = _index(source)
    for found in read_each(source, name, _Conversation, out):
        out.add(_Reader(source, pictures, out, found).read())


def _index(source: Source) -> dict[str, str]:
    """Returns the names of the export's pictures by the ids that stand before them."""
    found: dict[str, str] = {}
    for name in source.names:
        match = re.match(r"file[-_][A-Za-z0-9]+", base_name(name))
        if match and name.lower().endswith(_PICTURE_ENDINGS):
            found.setdefault(match[0], name)
    return found


class _Reader:
    """One conversation."""

    def __init__(
        self, source: Source, pictures: Mapping[str, str], out: Collected, found: _Conversation
    ) -> None:
        self._source = source
        self._pictures = pictures
        self._out = out
        self._found = found
        self._title = text_of(found.title)
        self._created_at = moment_of(found.create_time, moment_of(found.update_time, 1.0))

    def read(self) -> KeptConversation:
        """Returns the conversation with all its branches."""
        found = self._found
        own_id = found.conversation_id or found.id or f"{self._title}{self._created_at}"
        tree = make_tree(self._read_nodes(), self._out, own_id, self._title)
        last = tree.messages[-1].uuid if tree.messages else None
        return KeptConversation(
            uuid=self._out.uuid(own_id),
            title=self._title,
            created_at=self._created_at,
            updated_at=moment_of(found.update_time, self._created_at),
            messages=tree.messages,
            head=tree.places.get(found.current_node or "", last),
            is_pinned=bool(found.is_starred),
            is_archived=bool(found.is_archived),
            origin=ORIGIN,
        )

    def _read_nodes(self) -> Iterator[Foreign]:
        for identifier, node in self._found.mapping.items():
            hidden = Foreign(identifier, node.parent, None)
            if node.message == _NOTHING:
                yield hidden
                continue
            try:
                message = msgspec.json.decode(node.message, type=_Message)
            except UNDECODABLE:
                self._out.count("a message that can't be read", self._title)
                yield hidden
                continue
            yield self._read_message(hidden, message)

    def _read_message(self, hidden: Foreign, message: _Message) -> Foreign:
        metadata = message.metadata or {}
        role = self._role(message)
        if role is None:
            return hidden
        parts = self._read_parts(message)
        if not parts:
            return hidden
        finish = metadata.get("finish_details")
        kind = finish.get("type") if isinstance(finish, dict) else None
        return hidden._replace(
            role=role,
            parts=parts,
            created_at=moment_of(message.create_time, self._created_at),
            model=text_of(metadata.get("model_slug"))[:200] if role == "assistant" else "",
            finish_reason=_FINISH.get(kind if isinstance(kind, str) else "", "stop"),
        )

    def _role(self, message: _Message) -> Role | None:
        """Returns whose message it is; None for one that seeshell has no place for."""
        metadata = message.metadata or {}
        match message.author.role:
            case "user":
                if metadata.get("is_user_system_message"):
                    self._out.count("custom instructions; put them into a preset", self._title)
                    return None
                return "user"
            case "assistant":
                if message.recipient not in ("all", None):
                    self._out.count("a call of a tool", self._title)
                    return None
                return "assistant"
            case "tool":
                if self._has_pictures(message):
                    return "assistant"
                if _has_words(message.content):
                    self._out.count("the result of a tool", self._title)
            case _:
                if _has_words(message.content):
                    self._out.count("a system prompt; put it into a preset", self._title)
        return None

    def _has_pictures(self, message: _Message) -> bool:
        parts = message.content.parts or ()
        return any(_kind(part) == "image_asset_pointer" for part in parts)

    def _read_parts(self, message: _Message) -> tuple[Part, ...]:
        content = message.content
        match content.content_type:
            case "text" | "multimodal_text":
                is_tool = message.author.role == "tool"
                parts = [self._read_part(it) for it in content.parts or ()]
                kept = [it for it in parts if it and not (is_tool and isinstance(it, TextPart))]
                return in_place(kept) if any(it != TextPart("") for it in kept) else ()
            case "thoughts":
                return _read_thoughts(content.thoughts or ())
            case "code":
                text = text_of(content.text)
                return (TextPart(f"```\n{text}\n```"),) if text else ()
            case "reasoning_recap":
                return ()
            case other:
                self._out.count(f"content of the kind {other[:40]}", self._title)
                return ()

    def _read_part(self, part: object) -> Part | None:
        if isinstance(part, str):
            return TextPart(text_of(part))
        match _kind(part):
            case "image_asset_pointer":
                return self._read_picture(part)
            case "audio_transcription":
                return TextPart(text_of(part.get("text")) if isinstance(part, dict) else "")
            case other:
                self._out.count(f"content of the kind {other[:40] or 'unknown'}", self._title)
                return None

    def _read_picture(self, part: object) -> Part:
        pointer = text_of(part.get("asset_pointer")) if isinstance(part, dict) else ""
        match = _POINTER.match(pointer)
        name = self._pictures.get(match["id"].split("#")[0]) if match else None
        if name is None:
            self._out.count("a picture whose file is not in the export", self._title)
            return TextPart(f"[picture missing: {pointer.rpartition('/')[2][:80]}]")
        with self._source.open(name) as file:
            own_name = base_name(name).removeprefix(match["id"] if match else "").lstrip("-_")
            return self._out.add_picture(
                own_name if "." in own_name.strip(".") else base_name(name),
                file,
            )


def _read_thoughts(thoughts: list[Any] | tuple[()]) -> tuple[Part, ...]:
    told = []
    for thought in thoughts:
        if isinstance(thought, dict):
            pieces = (text_of(thought.get("summary")), text_of(thought.get("content")))
            told.append("\n".join(it for it in pieces if it))
    text = "\n\n".join(it for it in told if it)
    return (ThoughtsPart(text),) if text else ()


def _has_words(content: _Content) -> bool:
    parts = content.parts or ()
    return bool(text_of(content.text).strip()) or any(
        text_of(part).strip() for part in parts if isinstance(part, str)
    )


def _kind(part: object) -> str:
    return text_of(part.get("content_type")) if isinstance(part, dict) else ""
