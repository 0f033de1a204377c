"""Conversations from elsewhere, checked: what is stored of them can harm nobody."""

import unicodedata
from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec.structs import replace

from ..conversation import Attachment
from ..errors import BadRequest, TransferError
from ..kept import KeptConversation, KeptMessage
from ..tags import clean_tags
from ..undecodable import UNDECODABLE
from .bundle_format import MOST_MESSAGES, is_sha256, is_uuid

_LONGEST_TITLE: Final = 1000
_LONGEST_NAME: Final = 4096
"""Of models, files and the like."""
_MOST_TAGS: Final = 100
_MOST_PARTS: Final = 1000
_MOST_PIXELS: Final = 10_000_000
"""In one direction; and tokens of a picture."""
_LAST_MOMENT: Final = 253_402_300_799.0
"""The end of the year 9999, the last that calendars here know."""


def read_conversation(uuid: str, document: bytes) -> KeptConversation:
    """Returns the conversation that a file of a bundle holds.

    Args:
        uuid: what the file is named for.
        document: JSON of the conversation.

    Raises:
        TransferError: it can't be taken, in one sentence.
    """
    try:
        kept = msgspec.json.decode(document, type=KeptConversation)
    except UNDECODABLE as error:
        raise TransferError(
            f"Conversation {uuid} is left out: its file is damaged ({error})."
        ) from error
    kept = checked(kept).portable()
    if kept.uuid != uuid:
        raise TransferError(f"Conversation {uuid} is left out: its file is another one's.")
    return kept


def checked(kept: KeptConversation) -> KeptConversation:
    """Returns the conversation with a title and tags of one plain line each.

    Raises:
        TransferError: it can't be taken, in one sentence.
    """
    title = plain_line(kept.title)[:_LONGEST_TITLE]
    if why := _find_fault(kept):
        raise TransferError(f"“{title or kept.uuid[:40]}” is left out: {why}.")
    try:
        tags = clean_tags(map(plain_line, kept.tags))
    except BadRequest as error:
        raise TransferError(f"“{title}” is left out: {error}") from error
    return replace(kept, title=title, tags=tags)


def plain_line(text: str) -> str:
    """Returns the text as one line without control characters."""
    line = " ".join(text.split())
    return "".join(it for it in line if unicodedata.category(it) != "Cc")


def _find_fault(kept: KeptConversation) -> str:
    """Returns why a conversation can't be taken; empty if it can."""
    if not is_uuid(kept.uuid):
        return "its uuid is none"
    if not kept.messages:
        return "it has no messages"
    if len(kept.messages) > MOST_MESSAGES:
        return f"it has more than {MOST_MESSAGES:,} messages"
    if not _are_moments((kept.created_at, kept.updated_at)):
        return "its time makes no sense"
    if len(kept.tags) > _MOST_TAGS:
        return f"it has more than {_MOST_TAGS} tags"
    choices = kept.choices
    if _are_long((kept.origin, choices.model, choices.adapter, choices.preset)):
        return "a name in it is too long"
    known: set[str] = set()
    for message in kept.messages:
        if message.uuid in known or not is_uuid(message.uuid):
            return "two of its messages are the same, or one has no uuid"
        if message.parent is not None and message.parent not in known:
            return "one of its messages follows none that comes before it"
        known.add(message.uuid)
        if why := _find_fault_in_message(message):
            return why
    if kept.head is not None and kept.head not in known:
        return "what it shows last is none of its messages"
    return ""


def _find_fault_in_message(message: KeptMessage) -> str:
    if not _are_moments((message.created_at,)):
        return "the time of a message makes no sense"
    if len(message.parts) > _MOST_PARTS:
        return f"a message has more than {_MOST_PARTS:,} parts"
    if _are_long((message.turn, message.model, message.model_source, message.adapter)):
        return "a name in it is too long"
    pictures = (part for part in message.parts if isinstance(part, Attachment))
    return next(filter(None, map(_find_fault_in_picture, pictures)), "")


def _find_fault_in_picture(picture: Attachment) -> str:
    if not is_sha256(picture.sha256):
        return "a picture in it is named by no sha256"
    if _are_long((picture.name, picture.note)):
        return "the name of a picture in it is too long"
    numbers = (
        picture.width,
        picture.height,
        picture.model_width,
        picture.model_height,
        picture.tokens,
        picture.pixel_budget,
    )
    if not all(0 <= number <= _MOST_PIXELS for number in numbers):
        return "the size of a picture in it makes no sense"
    return ""


def _are_moments(times: Iterable[float]) -> bool:
    return all(0 <= moment <= _LAST_MOMENT for moment in times)


def _are_long(names: Iterable[str]) -> bool:
    return any(len(name) > _LONGEST_NAME for name in names)
