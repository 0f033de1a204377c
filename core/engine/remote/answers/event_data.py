"""The data of one event: its bytes as text, and the JSON objects in it."""

import json
import re
from email.message import Message
from typing import Any, Final

_COMPLAINT: Final = re.compile(
    r"""\W*error["']?\s*[:\]]\s*["']?([^{\s].*)""", re.DOTALL | re.IGNORECASE
)
"""Errors that are no JSON: plain words, or words with quotes that nobody escaped."""


class NotJson(Exception):
    """The data of an event is no JSON."""


def read_charset(content_type: Message) -> str:
    """Returns the charset that a content type names, "" for UTF-8 and unknown ones."""
    name = content_type.get_content_charset("utf-8")
    try:
        b"a".decode(name)
    except (LookupError, ValueError):
        return ""
    return "" if name == "utf-8" else name


def decode_data(data: bytes, charset: str) -> str:
    """Returns the text of data; without a charset, what is no UTF-8 stays bytes for `Halves`."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        if not charset:
            return data.decode("utf-8", "surrogateescape")
        return data.decode(charset, "replace")


def parse_chunks(text: str) -> list[dict[str, Any]]:
    """Returns the chunks in data; what is JSON but no object says nothing.

    Raises:
        NotJson: it is none.
        RecursionError: it is nested deeper than any answer.
    """
    # `data: data: {...}` comes from servers that wrap an event twice.
    text = text.strip().removeprefix("data:")
    try:
        value = json.loads(text, strict=False)
    except ValueError as error:
        raise NotJson from error
    chunks = value if isinstance(value, list) else [value]
    return [chunk for chunk in chunks if chunk and isinstance(chunk, dict)]


def find_complaint(text: str) -> str:
    """Returns the words of an error that is no JSON, "" where there is none."""
    complaint = _COMPLAINT.match(text)
    return complaint[1].strip("\"'}] ") if complaint else ""
