"""`make fuzz-streams`: answers in servers' forms, cut and truncated anywhere and read again.

Each cut takes one dialect, puts its lines and its JSON another way, cuts the bytes anywhere, and
often truncates them. What is read must be the whole text, or exactly the part of it whose events
came; and the end must be seen if, and only if, its mark came.
"""

import argparse
import json
import random
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from seeshell.core.engine.remote.answers.answer_reader import NotAnAnswer

from ..core.engine.remote.answers.dialects import Dialect, Reading, load_dialects, read

_BATCH: Final = 2000
"""Cuts between two lines of progress."""

_LINE_ENDS: Final = (b"\n", b"\r\n", b"\r")
_BOM: Final = b"\xef\xbb\xbf"
_NOISE: Final = (b": ping", b": ", b"event: message", b"id: 7", b"retry: 3000", b"id", b":")
"""Lines that say nothing, which a server may put before any event."""

_HALF: Final = re.compile(r"\s*(\ufffd|<[/a-z]*)$")
"""Half a character, or half a tag around thoughts, where a body was truncated."""

_TYPES: Final = ("text/event-stream", "text/plain", "application/json; charset=utf-8", "", "x/y; z")


@dataclass(frozen=True)
class Cut:
    """One way in which an answer may come."""

    dialect: Dialect
    body: bytes
    """All of it, also where it is truncated."""
    length: int
    """Bytes of it that come."""
    positions: tuple[int, ...]
    """Where these are cut into blocks."""
    content_type: str

    def blocks(self) -> Iterator[bytes]:
        """Yields the body as it comes."""
        edges = (0, *(p for p in self.positions if p < self.length), self.length)
        for start, end in pairwise(edges):
            yield self.body[start:end]


def make_cut(dialect: Dialect, chance: random.Random) -> Cut:
    """Returns a random way in which the dialect may come."""
    line_end = chance.choice(_LINE_ENDS)
    body = dialect.body
    if not _is_json(body):
        style = chance.choice((None, None, "ascii", "raw", "pretty"))
        body = b"\n".join(_lines(body, style, chance))
    body = chance.choice((b"", b"", _BOM)) + body.replace(b"\n", line_end)
    ends_of_lines = [mark.start() for mark in re.finditer(line_end, body)]
    length = chance.choice(
        (len(body), len(body), chance.randint(0, len(body)), chance.choice(ends_of_lines or [0]))
    )
    count = chance.choice((0, 1, 3, 20, len(body)))
    positions = tuple(sorted(chance.randint(1, max(1, length)) for _ in range(count)))
    content_type = chance.choice((dialect.content_type, *_TYPES))
    return Cut(dialect, body, length, positions, content_type)


def _lines(body: bytes, style: str | None, chance: random.Random) -> Iterator[bytes]:
    """Yields the lines of an event stream, put another way."""
    has_noise = chance.random() < 0.3
    is_at_start = True
    for line in body.split(b"\n"):
        if has_noise and is_at_start and line and chance.random() < 0.5:
            yield chance.choice(_NOISE)
        is_at_start = not line
        yield from _write_anew(line, style, chance)


def _write_anew(line: bytes, style: str | None, chance: random.Random) -> Iterator[bytes]:
    """Yields the line with its JSON in another style, or as it is where it holds none."""
    field, _, value = line.partition(b":")
    try:
        chunk = json.loads(value) if field == b"data" and style else None
    except ValueError:
        chunk = None
    if not isinstance(chunk, dict):
        yield line
        return
    text = json.dumps(chunk, ensure_ascii=style != "raw", indent=1 if style == "pretty" else None)
    space = chance.choice((b"", b" "))
    for part in text.split("\n"):
        # Lone halves of characters can only be written as escapes.
        yield b"data:" + space + part.encode("utf-8", "backslashreplace")


def find_mismatch(cut: Cut) -> str:
    """Returns what is wrong with the reading of a cut, "" if nothing is."""
    try:
        found = read(cut.blocks(), cut.content_type)
    except NotAnAnswer:
        return "no answer"
    if cut.length == len(cut.body):
        return _compare(found, cut.dialect)
    received = cut.body[: cut.length].removeprefix(_BOM)
    whole = _whole_documents(received) if _is_json(cut.dialect.body) else _whole_events(received)
    expected = read([whole + b"\n\n"], cut.content_type)
    for name in ("text", "thoughts", "finish", "counts", "has_ended"):
        if getattr(found, name) != getattr(expected, name):
            return f"{name}: {getattr(found, name)!r} instead of {getattr(expected, name)!r}"
    for name in ("text", "thoughts"):
        if not getattr(cut.dialect, name).startswith(_HALF.sub("", getattr(found, name))):
            return f"{name}: {getattr(found, name)!r} is not how the whole one begins"
    return ""


def _compare(found: Reading, dialect: Dialect) -> str:
    pairs = {
        "text": (found.text, dialect.text),
        "thoughts": (found.thoughts, dialect.thoughts),
        "finish": (found.finish, dialect.finish),
        "usage": (found.counts, dialect.usage),
        "has_ended": (found.has_ended, dialect.ended),
        "error": (bool(found.refusal), bool(dialect.error)),
        "is_answer": (found.is_answer, True),
    }
    wrong = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    return "; ".join(f"{name}: {was!r} instead of {want!r}" for name, (was, want) in wrong.items())


def _is_json(body: bytes) -> bool:
    return body.startswith((b"{", b"["))


def _whole_events(received: bytes) -> bytes:
    """Returns the lines of a truncated event stream without an event that did not come whole."""
    lines = re.split(rb"\r\n|\r|\n", received)
    start = max((n for n, line in enumerate(lines[:-1]) if not line), default=-1) + 1
    data = [n for n in range(start, len(lines)) if lines[n].startswith((b"data", b"error"))]
    values = [lines[n].partition(b":")[2].decode("utf-8", "replace") for n in data]
    end = _end_of_whole_documents("\n".join(values))
    kept = "\n".join(values)[:end].count("\n") + 1 if end else 0
    return b"\n".join(lines if kept == len(data) else [*lines[: data[kept]], b""])


def _whole_documents(received: bytes) -> bytes:
    """Returns a truncated body without a JSON object that did not come whole."""
    text = received.decode("utf-8", "ignore")
    return text[: _end_of_whole_documents(text)].encode()


def _end_of_whole_documents(text: str) -> int:
    """Returns where the last whole object, or the end mark, ends; 0 without any."""
    end = 0
    while mark := re.compile(r"\{|\[DONE\]").search(text, end):
        if mark[0] == "[DONE]":
            end = mark.end()
            continue
        try:
            _, end = json.JSONDecoder(strict=False).raw_decode(text, mark.start())
        except ValueError:
            break
    return end


def main() -> int:
    """Runs as many cuts as the command line asks for; 1 where one of them is misread."""
    options = _parse()
    dialects = load_dialects()
    chance = random.Random(options.seed)
    started_at = time.monotonic()
    mismatches = 0
    for number in range(1, options.cuts + 1):
        cut = make_cut(dialects[number % len(dialects)], chance)
        if mismatch := find_mismatch(cut):
            mismatches += 1
            print(
                f"cut {number}, {cut.dialect.name}: {mismatch}\n  {list(cut.blocks())}", flush=True
            )
        if number % _BATCH == 0:
            print(f"{number} cuts, {mismatches} mismatches", flush=True)
    seconds = time.monotonic() - started_at
    print(
        f"{options.cuts} cuts of {len(dialects)} dialects, {mismatches} mismatches, "
        f"{seconds:.0f} s, seed {options.seed}"
    )
    return 1 if mismatches else 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz-streams", description=__doc__)
    parser.add_argument("--cuts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
