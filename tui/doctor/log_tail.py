"""The end of the core's log as a bug report may have it: our own words, and nothing of the user's.

A message is known by the words in which the program writes it. What it fills in is left out, but
for numbers: names of pictures, titles, paths and what servers say stand there.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from ... import core

_LINES: Final = 40
_BYTES: Final = 200_000

_RECORD: Final = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d+ \d+ ([A-Z]+) ([\w.]+): (.*)")
_FRAME: Final = re.compile(
    r'\s+File "[^"]*((?:/seeshell|site-packages|lib/python[\d.]+)/[^"]*)"(.*)'
)
_RAISED: Final = re.compile(r"([A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit|Warning))(?::.*)?")
_PLACE: Final = re.compile(r", line \d+(, in [\w<>]+)?")
_ABORT: Final = re.compile(
    r"(Traceback \(most recent call last\):|Fatal Python error: [A-Z][a-z ]+|Segmentation fault"
    r"|libc\+\+abi: terminating[a-z ]*|Current thread 0x[0-9a-f]+)"
)
_NUMBER: Final = re.compile(r"-?[\d.,]+")
_FILLED: Final = re.compile(r"%[-+ #0]*\d*(?:\.\d+)?[sdrfgx]")
_WORDS: Final = frozenset(
    {"stop", "length", "cancelled", "failed", "filtered", "empty", "thoughts_only", "put off"}
)
"""What may stand for something filled in beside numbers: how answers end, for one."""

_LOGGERS: Final = ("_logger", "_log")
_LEFT_OUT: Final = "…"


def read_log_tail(log_file: Path) -> list[str]:
    """Returns the last lines, what is private left out; none where there is no log."""
    try:
        with log_file.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _BYTES))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    patterns = _patterns(Path(core.__path__[0]))
    return [_told(line, patterns) for line in lines[-_LINES:]]


def _told(line: str, patterns: Sequence[re.Pattern[str]]) -> str:
    """Returns what may be told of a line."""
    if record := _RECORD.fullmatch(line):
        moment, level, logger, message = record.groups()
        name = logger if logger.startswith("seeshell.") else logger.partition(".")[0]
        return f"{moment} {level} {name}: {_told_message(message, patterns)}"
    if frame := _FRAME.match(line):
        place = _PLACE.match(frame[2])
        return f"  File {frame[1]}{place[0] if place else ''}"
    if raised := _RAISED.fullmatch(line.strip()):
        return raised[1]
    abort = _ABORT.match(line)
    return abort[1] if abort else _LEFT_OUT


def _told_message(message: str, patterns: Sequence[re.Pattern[str]]) -> str:
    for pattern in patterns:
        if found := pattern.fullmatch(message):
            return _without_filled(message, found)
    return _LEFT_OUT


def _without_filled(message: str, found: re.Match[str]) -> str:
    pieces, end = [], 0
    for group in range(1, (found.re.groups or 0) + 1):
        start, stop = found.span(group)
        filled = found[group]
        is_told = _NUMBER.fullmatch(filled) or filled in _WORDS
        pieces += [message[end:start], filled if is_told else _LEFT_OUT]
        end = stop
    return "".join([*pieces, message[end:]])


def _patterns(folder: Path) -> list[re.Pattern[str]]:
    """Returns what the messages of the program look like, the longest first."""
    written = {it for source in folder.rglob("*.py") for it in _messages(source)}
    return [_pattern(it) for it in sorted(written, key=len, reverse=True)]


def _messages(source: Path) -> Iterator[str]:
    text = source.read_text("utf-8")
    if not any(f"{it}." in text for it in _LOGGERS):
        return
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        owner, first = node.func.value, node.args[0]
        is_logged = isinstance(owner, ast.Name) and owner.id in _LOGGERS
        if is_logged and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def _pattern(written: str) -> re.Pattern[str]:
    return re.compile("(.*)".join(map(re.escape, _FILLED.split(written))))
