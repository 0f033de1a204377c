"""Replies as servers send them, each in a file of `dialects/` with what should come of it.

The forms are those that the servers send or sent; the words in them are made up. A file holds
comments that name the server, then `name: JSON` lines with what to expect, an empty line, and the
body exactly as it comes.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from seeshell.core.engine.remote.answers.answer_reader import AnswerReader, ChatPiece, Usage

_FOLDER: Final = Path(__file__).with_name("dialects")


@dataclass(frozen=True)
class Dialect:
    """A reply in a server's form, recorded or rebuilt, and what should come of it."""

    name: str
    body: bytes
    content_type: str
    text: str
    thoughts: str
    finish: str | None
    """The finish reason as the server says it."""
    ended: bool
    """Whether anything marks the end."""
    usage: list[int | None] | None
    """Tokens of the prompt, of the answer, and of the prompt those that were cached."""
    error: str | None
    """Words of the error that the server reports."""


@dataclass
class Reading:
    """What a reader made of a body."""

    text: str = ""
    thoughts: str = ""
    deltas: int = 0
    finish: str | None = None
    usage: Usage | None = None
    refusal: bytes = b""
    has_ended: bool = False
    is_answer: bool = False
    pieces: list[ChatPiece] = field(default_factory=list, compare=False)

    def add(self, piece: ChatPiece) -> None:
        """Takes in a piece as whoever reads an answer does."""
        self.pieces.append(piece)
        self.text += piece.text
        self.thoughts += piece.thoughts
        self.deltas += piece.deltas
        self.finish = piece.finish_reason or self.finish
        self.usage = piece.usage or self.usage
        self.refusal = self.refusal or piece.refusal

    @property
    def counts(self) -> list[int | None] | None:
        """The usage as a dialect gives it."""
        if self.usage is None:
            return None
        details = self.usage.prompt_tokens_details
        cached = details.cached_tokens if details else None
        return [self.usage.prompt_tokens, self.usage.completion_tokens, cached]


def read(blocks: Iterable[bytes], content_type: str = "text/event-stream") -> Reading:
    """Returns what a new reader makes of these blocks of a body.

    Raises:
        NotAnAnswer: it can't be read to its end.
    """
    reader = AnswerReader(content_type)
    reading = Reading()
    for block in blocks:
        reading.add(reader.feed(block))
    reading.add(reader.end())
    reading.has_ended, reading.is_answer = reader.has_ended, reader.is_answer
    return reading


def load_dialects() -> list[Dialect]:
    """Returns every dialect, by name."""
    return [_load(path) for path in sorted(_FOLDER.glob("*.txt"))]


def _load(path: Path) -> Dialect:
    head, _, body = path.read_bytes().partition(b"\n\n")
    lines = [line for line in head.decode().split("\n") if not line.startswith("#")]
    values: dict[str, Any] = {
        name.replace("-", "_"): json.loads(value)
        for name, _, value in (line.partition(": ") for line in lines)
    }
    return Dialect(path.stem, body, **values)


def event(chunk: object) -> bytes:
    """Returns a chunk as an event."""
    return b"data: %s\n\n" % json.dumps(chunk).encode()


def choice(finish: object = None, **said: object) -> dict[str, Any]:
    """Returns a chunk whose one choice says this."""
    return {"choices": [{"index": 0, **said, "finish_reason": finish}]}


def read_choices(*choices: dict[str, Any]) -> Reading:
    """Returns what a new reader makes of these chunks."""
    return read(map(event, choices))
