"""What was read of another program's file: a bundle of it, and what could not be taken."""

import io
import math
import os
from datetime import UTC, datetime
from hashlib import sha256
from typing import BinaryIO, Final
from uuid import UUID, uuid5

from ....core.conversation import Attachment
from ....core.errors import TransferError
from ....core.kept import KeptConversation
from ....core.transfer.bundle_writer import BundleWriter
from ....core.transfer.checked import checked, plain_line

_NAMESPACE: Final = UUID("9f1d2a52-6f0e-5d0b-9f0e-3b1a7c2e5d84")
"""Makes uuids of other programs' ids: the same thing gets the same one at each import."""

_LONGEST_NAME: Final = 200
_CHUNK_BYTES: Final = 2**20
_LAST_MOMENT: Final = 253_402_300_799.0
"""The end of the year 9999."""
_MILLISECONDS: Final = 1e11
"""A time that is larger than that counts no seconds."""


class Collected:
    """The conversations of one file, as a bundle takes them.

    Raises:
        TransferError: from methods that add something, when the bundle can't be written.
    """

    def __init__(self, origin: str, bundle: BundleWriter) -> None:
        """Begins with none.

        Args:
            origin: the program that the file comes from, as `chatgpt`.
            bundle: takes what is found.
        """
        self.origin = origin
        self.conversations = 0
        self.messages = 0
        self.pictures = 0
        """Places in messages where a picture stands."""
        self._bundle = bundle
        self._left_out: list[str] = []
        self._counted: dict[str, list[str]] = {}
        self._uuids: set[str] = set()

    @property
    def left_out(self) -> tuple[str, ...]:
        """What could not be taken, one sentence each."""
        return (*self._left_out, *(_count(it, found) for it, found in self._counted.items()))

    def uuid(self, *ids: str) -> str:
        """Returns what names a conversation or message here that has these ids elsewhere."""
        return str(uuid5(_NAMESPACE, "\n".join((self.origin, *ids))))

    def add(self, conversation: KeptConversation) -> None:
        """Adds a conversation, unless it can't be taken: then it is left out with a sentence."""
        try:
            kept = checked(conversation)
            if kept.uuid in self._uuids:
                raise TransferError(f"“{kept.title}” is twice in the file; the first one is taken.")
        except TransferError as error:
            self._left_out.append(str(error))
            return
        if why := self._bundle.add_conversation(kept):
            self._left_out.append(why)
            return
        self._uuids.add(kept.uuid)
        self.conversations += 1
        self.messages += len(kept.messages)
        parts = (part for message in kept.messages for part in message.parts)
        self.pictures += sum(isinstance(part, Attachment) for part in parts)

    def add_picture(self, name: str, content: bytes | BinaryIO) -> Attachment:
        """Adds the file of a picture, whose size the core finds out.

        Args:
            name: what to call it.
            content: all its bytes, or a file of them.
        """
        file = io.BytesIO(content) if isinstance(content, bytes) else content
        digest = _hash(file)
        self._bundle.add_picture(digest, file)
        shown = plain_line(name)[-_LONGEST_NAME:] or "picture"
        return Attachment(digest, shown, 0, 0)

    def leave_out(self, sentence: str) -> None:
        """Notes that something could not be taken."""
        self._left_out.append(sentence)

    def count(self, what: str, title: str) -> None:
        """Notes one more thing of a kind that can't be taken.

        Args:
            what: the kind and the reason, as "tool call, which seeshell does not know".
            title: of the conversation.
        """
        self._counted.setdefault(what, []).append(plain_line(title)[:60])


def moment_of(value: object, otherwise: float) -> float:
    """Returns a time in seconds since the epoch.

    Args:
        value: seconds, milliseconds, or a date as ISO 8601 writes it, in UTC where it does not say.
        otherwise: what to return where it is none of these.
    """
    if isinstance(value, str):
        try:
            date = datetime.fromisoformat(value)
        except ValueError:
            return otherwise
        value = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return otherwise
    moment = float(value) / 1000 if value > _MILLISECONDS else float(value)
    return moment if math.isfinite(moment) and 0 < moment <= _LAST_MOMENT else otherwise


def text_of(value: object) -> str:
    """Returns a text; empty where it is none. What no file can hold becomes a question mark."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def base_name(path: str) -> str:
    """Returns the last part of a path."""
    return os.path.basename(path.replace("\\", "/"))  # noqa: PTH119 - it need be no path here


def _hash(file: BinaryIO) -> str:
    digest = sha256()
    file.seek(0)
    while chunk := file.read(_CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _count(what: str, titles: list[str]) -> str:
    where = f"as in “{titles[0]}”" if titles[0] else "in a conversation without a title"
    times = "once" if len(titles) == 1 else f"{len(titles):,} times"
    return f"Left out {times}, {where}: {what}."
