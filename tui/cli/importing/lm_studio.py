"""LM Studio's conversations: a JSON file each, with versions of each message beside each other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from ....core.conversation import FinishReason, Part, Role, TextPart, ThoughtsPart
from ....core.errors import TransferError
from ....core.kept import KeptConversation
from ....core.transfer.handed_in import open_handed_in
from ....core.undecodable import UNDECODABLE
from .collected import Collected, base_name, moment_of, text_of
from .foreign_tree import Foreign, in_place, make_tree
from .source import Source

ORIGIN: Final = "lm-studio"

ENDING: Final = ".conversation.json"

_FILES: Final = "user-files"
"""The folder beside the conversations' in which pictures lie."""
_LEVELS: Final = 6
"""How deep below it a conversation may lie in folders."""

_FINISH: Final[dict[str, FinishReason]] = {
    "userStopped": "cancelled",
    "maxPredictedTokensReached": "length",
    "contextLengthReached": "length",
    "failed": "failed",
}


class _Message(Struct):
    versions: list[dict[str, Any]]
    currentlySelected: int = 0  # noqa: N815 - as it is written


class _Conversation(Struct):
    messages: list[_Message]
    name: str | None = None
    createdAt: Any = None  # noqa: N815
    userLastMessagedAt: Any = None  # noqa: N815
    assistantLastMessagedAt: Any = None  # noqa: N815
    pinned: bool | None = None
    systemPrompt: str | None = None  # noqa: N815


def read(source: Source, name: str, out: Collected) -> None:
    """Reads one conversation.

    Raises:
        TransferError: the file can't be read.
    """
    try:
        found = msgspec.json.decode(source.read(name), type=_Conversation)
    except UNDECODABLE as error:
        raise TransferError(f"{name} can't be read as LM Studio's: {error}.") from error
    out.add(_Reader(source, name, out, found).read())


class _Reader:
    """One conversation."""

    def __init__(self, source: Source, name: str, out: Collected, found: _Conversation) -> None:
        self._out = out
        self._found = found
        self._id = base_name(name).removesuffix(ENDING)
        self._title = text_of(found.name)
        self._pictures = _find_pictures(source.place_of(name))
        self._created_at = moment_of(found.createdAt, moment_of(_number(self._id), 1.0))

    def read(self) -> KeptConversation:
        """Returns the conversation with all versions of its messages."""
        found = self._found
        if text_of(found.systemPrompt):
            self._out.count("a system prompt; put it into a preset", self._title)
        tree = make_tree(self._read_messages(), self._out, self._id, self._title)
        changed = [found.userLastMessagedAt, found.assistantLastMessagedAt]
        shown = self._last_shown()
        return KeptConversation(
            uuid=self._out.uuid(self._id),
            title=self._title,
            created_at=self._created_at,
            updated_at=max(moment_of(it, self._created_at) for it in changed),
            messages=tree.messages,
            head=tree.places.get(shown) if tree.messages else None,
            is_pinned=bool(found.pinned),
            origin=ORIGIN,
        )

    def _last_shown(self) -> str:
        last = len(self._found.messages) - 1
        return f"{last} {_selected(self._found.messages[last])}" if last >= 0 else ""

    def _read_messages(self) -> Iterator[Foreign]:
        """Yields all versions; what comes after a message hangs on the version that is shown."""
        before: str | None = None
        for place, message in enumerate(self._found.messages):
            for number, version in enumerate(message.versions):
                yield self._read_version(f"{place} {number}", before, version)
            before = f"{place} {_selected(message)}"

    def _read_version(
        self, identifier: str, before: str | None, version: dict[str, Any]
    ) -> Foreign:
        role: Role = "user" if version.get("role") == "user" else "assistant"
        if version.get("role") == "system":
            self._out.count("a system prompt; put it into a preset", self._title)
            return Foreign(identifier, before, None)
        sender = version.get("senderInfo")
        model = text_of(sender.get("senderName")) if isinstance(sender, dict) else ""
        parts: list[Part] = []
        finish: FinishReason = "stop"
        steps = version.get("steps")
        for step in steps if isinstance(steps, list) else (version,):
            if not isinstance(step, dict) or not isinstance(step.get("content"), list):
                self._out.count("a step of a tool", self._title)
                continue
            parts += self._read_step(step)
            finish = _read_finish(step) or finish
        return Foreign(
            identifier,
            before,
            role,
            in_place(parts) or (TextPart(""),),
            self._created_at,
            model[:200] if role == "assistant" else "",
            finish,
        )

    def _read_step(self, step: dict[str, Any]) -> Iterator[Part]:
        style = step.get("style")
        is_thinking = isinstance(style, dict) and style.get("type") == "thinking"
        for part in step["content"]:
            kind = part.get("type") if isinstance(part, dict) else None
            if kind == "text":
                text = text_of(part.get("text"))
                yield ThoughtsPart(text) if is_thinking else TextPart(text)
            elif kind == "file":
                yield self._read_file(part)
            else:
                self._out.count(
                    f"content of the kind {text_of(kind)[:40] or 'unknown'}", self._title
                )

    def _read_file(self, part: dict[str, Any]) -> Part:
        name = text_of(part.get("fileIdentifier"))
        path = self._pictures.get(name)
        if path is None or part.get("fileType") not in ("image", None):
            self._out.count("a file that is no picture, or is not there any more", self._title)
            return TextPart(f"[file missing: {name[:200]}]")
        with open_handed_in(path) as file:
            return self._out.add_picture(name, file)


def _find_pictures(place: Path | None) -> dict[str, Path]:
    """Returns the files that users have attached, by their names."""
    for folder in () if place is None else tuple(place.absolute().parents)[:_LEVELS]:
        files = folder / _FILES
        if files.is_dir():
            return {it.name: it for it in files.iterdir() if it.is_file() and not it.is_symlink()}
    return {}


def _selected(message: _Message) -> int:
    """Returns which version of a message is shown."""
    return min(max(message.currentlySelected, 0), max(len(message.versions) - 1, 0))


def _read_finish(step: dict[str, Any]) -> FinishReason | None:
    told = step.get("genInfo")
    stats = told.get("stats") if isinstance(told, dict) else None
    reason = stats.get("stopReason") if isinstance(stats, dict) else None
    return _FINISH.get(reason) if isinstance(reason, str) else None


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 20 else None
