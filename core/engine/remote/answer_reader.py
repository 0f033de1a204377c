"""The body of a reply to a chat request, read in whatever form it comes.

A stream of events, JSON objects one after another, or one whole answer: the body itself tells which
it is, since the content type that servers name is often another.
"""

import codecs
import json
from email.message import Message
from typing import Any, Final

import msgspec
from msgspec import Struct

from .chunk_forms import (
    ANSWER_COUNTS,
    CACHED_COUNTS,
    PROMPT_COUNTS,
    as_fields,
    find_choices,
    find_usages,
    is_empty_chunk,
    name_finish_reason,
    read_content,
    read_count,
    read_error,
    read_message,
)
from .event_stream import BOM, EventStream
from .halves import Halves
from .json_documents import END_MARK, JsonDocuments

_LONGEST_PREAMBLE: Final = 4 * 2**20
"""Bytes that may come before the first thing that an answer could say."""


class NotAnAnswer(Exception):
    """The body can't be read further; what came before has been given out."""


class _NotJson(Exception):
    """The data of an event is no JSON."""


class TokenDetails(Struct):
    """Of the prompt's tokens, those that the server did not compute again."""

    cached_tokens: int | None = None


class Usage(Struct):
    """What an answer cost, as the server counts."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: TokenDetails | None = None


class ChatPiece(Struct):
    """What one read from the body brought."""

    text: str = ""
    thoughts: str = ""
    deltas: int = 0
    """Pieces of text and of thoughts that were joined."""
    finish_reason: str | None = None
    """As the server says it; `read_finish_reason` tells what it amounts to."""
    usage: Usage | None = None
    """All that was counted so far."""
    refusal: bytes = b""
    """JSON of an error that the server reports inside the answer: an object with an `error`."""


class AnswerReader:
    """Reads the body of a reply to a chat request, in whatever form it comes."""

    def __init__(self, content_type: str) -> None:
        """Reads nothing yet.

        Args:
            content_type: as the reply names it; only its charset counts, for what is no UTF-8.
        """
        self.has_ended = False
        """Whether a finish reason, the end mark or a whole answer came."""
        self.is_answer = False
        """Whether anything came that an OpenAI-compatible server says."""
        self._charset = _charset(content_type)
        self._body: EventStream | JsonDocuments | None = None
        self._start = b""
        self._size = 0
        self._is_broken = False
        self._chunks = ChunkReader()

    def feed(self, block: bytes) -> ChatPiece:
        """Returns what a block of the body brought.

        Raises:
            NotAnAnswer: it can't be read further, and what came before has been returned.
        """
        self._size += len(block)
        if self._body is None:
            self._start = block = (self._start + block).removeprefix(BOM).lstrip()
            if BOM.startswith(block):
                return ChatPiece()
            self._body = JsonDocuments() if block[:1] in (b"{", b"[") else EventStream()
        piece = ChatPiece()
        for data in self._body.feed(block):
            self._read(data, piece)
        is_strange = not self.is_answer and self._size > _LONGEST_PREAMBLE
        if (self._is_broken or self._body.is_too_long or is_strange) and piece == ChatPiece():
            raise NotAnAnswer
        return piece

    def end(self) -> ChatPiece:
        """Returns what was left when the body ended."""
        piece = ChatPiece()
        for data in self._body.end() if self._body else ():
            # A first object that broke off began an answer.
            self.is_answer |= data.startswith(b"{")
            self._read(data, piece)
        self._chunks.end(piece)
        if isinstance(self._body, JsonDocuments) and self._chunks.is_whole_answer:
            self.has_ended = True
        return piece

    def _read(self, data: bytes, piece: ChatPiece) -> None:
        """Adds to the piece what the data of an event, or a JSON object, says."""
        if self._is_broken:
            return
        if data.strip().strip(b'"') == END_MARK:
            self.has_ended = self.is_answer = True
            return
        try:
            for chunk in _parse(self._decode(data)):
                self.is_answer |= self._chunks.read(chunk, piece)
        except (_NotJson, RecursionError):
            # What is no object, as `ping`, says nothing and does no harm.
            self._is_broken = data.lstrip().startswith(b"{")
        self.has_ended |= self._chunks.has_ended

    def _decode(self, data: bytes) -> str:
        """Returns the text of data; what is no character stays a byte, as `Halves` takes it."""
        try:
            return data.decode()
        except UnicodeDecodeError:
            if not self._charset:
                return data.decode("utf-8", "surrogateescape")
            return data.decode(self._charset, "replace")


class ChunkReader:
    """Reads the chunks of one answer, whichever fields hold what they say."""

    def __init__(self) -> None:
        self.has_ended = False
        """Whether a finish reason came."""
        self._count = self._whole_messages = 0
        self._has_delta_text = self._has_delta_thoughts = self._has_refused = False
        self._usage = Usage()
        self._text, self._thoughts = Halves(), Halves()

    @property
    def is_whole_answer(self) -> bool:
        """Whether one chunk came, and it held a whole message."""
        return self._count == self._whole_messages == 1

    def read(self, chunk: dict[str, Any], piece: ChatPiece) -> bool:
        """Adds what a chunk says to the piece; returns whether it is one that servers send."""
        self._count += 1
        if error := read_error(chunk):
            piece.refusal = piece.refusal or _encode({"error": error})
        usage = self._read_usage(chunk, piece)
        choices = find_choices(chunk)
        for choice in choices:
            self._read_choice(choice, piece)
        return bool(error or usage or choices or is_empty_chunk(chunk))

    def end(self, piece: ChatPiece) -> None:
        """Adds halves of characters that stayed alone."""
        piece.text += self._text.join("", is_last=True)
        piece.thoughts += self._thoughts.join("", is_last=True)

    def _read_choice(self, choice: dict[str, Any], piece: ChatPiece) -> None:
        delta, message = as_fields(choice.get("delta")), as_fields(choice.get("message"))
        text, thoughts = read_message(delta or choice)
        self._has_delta_text |= bool(text)
        self._has_delta_thoughts |= bool(thoughts)
        if message:
            self._whole_messages += "delta" not in choice
            # Some servers repeat as a message what came in deltas.
            whole_text, whole_thoughts = read_message(message)
            text = text if self._has_delta_text else whole_text
            thoughts = thoughts if self._has_delta_thoughts else whole_thoughts
        if refused := delta.get("refusal") or message.get("refusal"):
            self._has_refused = True
            text += read_content(refused)[0]
        self._add(text, thoughts, piece)
        if said := name_finish_reason(choice.get("finish_reason")):
            self.has_ended = True
            piece.finish_reason = said
        if self._has_refused:
            piece.finish_reason = "refusal"

    def _add(self, text: str, thoughts: str, piece: ChatPiece) -> None:
        piece.deltas += bool(text or thoughts)
        piece.text += self._text.join(text)
        piece.thoughts += self._thoughts.join(thoughts)

    def _read_usage(self, chunk: dict[str, Any], piece: ChatPiece) -> bool:
        """Adds what was counted; returns whether anything was."""
        counted = list(find_usages(chunk))
        for fields in counted:
            cached = _larger(self._cached, read_count(fields, *CACHED_COUNTS))
            self._usage = Usage(
                _larger(self._usage.prompt_tokens, read_count(fields, *PROMPT_COUNTS)),
                _larger(self._usage.completion_tokens, read_count(fields, *ANSWER_COUNTS)),
                None if cached is None else TokenDetails(cached),
            )
            piece.usage = self._usage
        return bool(counted)

    @property
    def _cached(self) -> int | None:
        details = self._usage.prompt_tokens_details
        return details.cached_tokens if details else None


def _larger(one: int | None, other: int | None) -> int | None:
    """Returns the larger count: servers count up, and some end with zeros."""
    return max((count for count in (one, other) if count is not None), default=None)


def _parse(text: str) -> list[dict[str, Any]]:
    """Returns the chunks in the data of an event; what is JSON but no object says nothing.

    Raises:
        _NotJson, RecursionError: it is no JSON, or nested too deep.
    """
    # `data: data: {...}` comes from servers that wrap an event twice.
    try:
        value = json.loads(text.strip().removeprefix("data:"), strict=False)
    except ValueError as error:
        raise _NotJson from error
    return [chunk for chunk in (value if isinstance(value, list) else [value]) if as_fields(chunk)]


def _encode(value: Any) -> bytes:
    """Returns JSON that any parser takes: without NaN and without halves of characters."""
    clean = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    return msgspec.json.encode(json.loads(clean))


def _charset(content_type: str) -> str:
    """Returns the charset that a content type names, "" for UTF-8 and unknown ones."""
    message = Message()
    message["content-type"] = content_type
    try:
        name = codecs.lookup(message.get_content_charset("utf-8")).name
    except LookupError:
        return ""
    return "" if name == "utf-8" else name
