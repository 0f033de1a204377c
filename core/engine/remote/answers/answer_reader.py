"""The body of a reply to a chat request, read in whatever form it comes.

A stream of events, JSON objects one after another, or one whole answer: the body itself tells which
it is, since the content type that servers name is often another.
"""

import json
from email.message import Message
from typing import Any, Final

import msgspec
from msgspec import Struct

from ...inline_thoughts import InlineThoughts
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
from .event_data import NotJson, decode_data, find_complaint, parse_chunks, read_charset
from .event_stream import BOM, EventStream
from .halves import Halves
from .json_documents import END_MARK, JsonDocuments

_LONGEST_PREAMBLE: Final = 4 * 2**20
"""Bytes that may come before the first thing that an answer could say."""


class NotAnAnswer(Exception):
    """The body can't be read further; what came before has been given out."""


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
            content_type: as the reply names it. Its charset counts for what is no UTF-8; that it
                is an event stream counts where nothing else came.
        """
        self.is_answer = False
        """Whether anything came that an OpenAI-compatible server says."""
        self.has_end_mark = False
        """Whether `[DONE]` came: nothing follows, even if the connection stays open."""
        kind = Message()
        kind["content-type"] = content_type
        self._is_event_stream = kind.get_content_type() == "text/event-stream"
        self._charset = read_charset(kind)
        self._body: EventStream | JsonDocuments | None = None
        self._start = b""
        self._size = self._count = 0
        self._saw_end = self._has_gap = False
        self._chunks = ChunkReader()

    @property
    def has_ended(self) -> bool:
        """Whether a finish reason, the end mark or a whole answer came, and nothing is missing."""
        return self._saw_end and not self._has_gap

    def feed(self, block: bytes) -> ChatPiece:
        """Returns what a block of the body brought.

        Raises:
            NotAnAnswer: it can't be read further, and what came before has been returned.
        """
        self._size += len(block)
        piece = ChatPiece()
        self._body = self._body or self._recognise(block)
        for data in self._body.feed(self._start or block) if self._body else ():
            self._read(data, piece)
        if self._body:
            self._start = b""
        is_strange = not self.is_answer and self._size > _LONGEST_PREAMBLE
        is_too_long = self._body is not None and self._body.is_too_long
        if (is_strange or is_too_long) and piece == ChatPiece():
            raise NotAnAnswer
        return piece

    def end(self) -> ChatPiece:
        """Returns what was left when the body ended."""
        piece = ChatPiece()
        for data in self._body.end() if self._body else ():
            # A first object that broke off began an answer.
            self.is_answer |= data.startswith(b"{")
            self._read(data, piece)
        # So did an event stream that broke off while it waited for the first token.
        self.is_answer |= self._is_event_stream and self._count == 0
        self._chunks.end(piece)
        self._saw_end |= isinstance(self._body, JsonDocuments) and self._chunks.is_whole_answer
        return piece

    def _recognise(self, block: bytes) -> EventStream | JsonDocuments | None:
        """Returns what reads a body that begins so, None while it has not begun.

        What there is of its start is kept; space in front of it says nothing.
        """
        self._start = (self._start + block).lstrip()
        begin = self._start.removeprefix(BOM).lstrip()[:1]
        if not begin or BOM.startswith(self._start):
            return None
        return JsonDocuments() if begin in (b"{", b"[") else EventStream()

    def _read(self, data: bytes, piece: ChatPiece) -> None:
        """Adds to the piece what the data of an event, or a JSON object, says."""
        self._count += 1
        if data.strip().strip(b'"') == END_MARK:
            self._saw_end = self.is_answer = self.has_end_mark = True
            return
        text = decode_data(data, self._charset)
        try:
            for chunk in parse_chunks(text):
                self.is_answer |= self._chunks.read(chunk, piece)
        except (NotJson, RecursionError):
            self._read_words(text, piece)
        self._saw_end |= self._chunks.has_ended

    def _read_words(self, text: str, piece: ChatPiece) -> None:
        """Adds an error in plain words; what only begins as JSON is a gap in the answer."""
        if complaint := find_complaint(text):
            self.is_answer |= self._chunks.read({"error": complaint}, piece)
        elif text.lstrip().startswith("{"):
            self._has_gap |= not self._saw_end


class ChunkReader:
    """Reads the chunks of one answer, whichever fields hold what they say."""

    def __init__(self) -> None:
        self.has_ended = False
        """Whether a finish reason came."""
        self._count = self._whole_messages = 0
        self._has_delta_text = self._has_delta_thoughts = self._has_refused = False
        self._usage = Usage()
        self._text, self._thoughts = Halves(), Halves()
        self._inline = InlineThoughts()

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
        """Adds what was held back: halves of characters that stayed alone, and of tags."""
        rest = self._text.join("", is_last=True)
        text, inline_thoughts = self._inline.split(rest, is_last=True)
        piece.text += text
        piece.thoughts += inline_thoughts + self._thoughts.join("", is_last=True)

    def _read_choice(self, choice: dict[str, Any], piece: ChatPiece) -> None:
        delta, message = as_fields(choice.get("delta")), as_fields(choice.get("message"))
        text, thoughts = read_message(delta)
        if not (text or thoughts):
            text, thoughts = read_message(choice)
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
        text, inline_thoughts = self._inline.split(self._text.join(text))
        piece.text += text
        piece.thoughts += inline_thoughts + self._thoughts.join(thoughts)

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
            piece.usage = self._usage if self._usage != Usage() else None
        return bool(counted)

    @property
    def _cached(self) -> int | None:
        details = self._usage.prompt_tokens_details
        return details.cached_tokens if details else None


def _larger(one: int | None, other: int | None) -> int | None:
    """Returns the larger count: servers count up, and some end with zeros."""
    return max((count for count in (one, other) if count is not None), default=None)


def _encode(value: Any) -> bytes:
    """Returns JSON that any parser takes: without NaN and without halves of characters."""
    clean = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    return msgspec.json.encode(json.loads(clean))
