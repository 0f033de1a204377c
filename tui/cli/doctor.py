"""`seeshell doctor`: what lies between program and user, and the exact lines that mend it."""

import asyncio
import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import get_terminal_size
from textwrap import wrap

import msgspec

from ...core.errors import SettingsError
from ...core.settings import find_paths
from ..doctor import (
    Finding,
    Surroundings,
    look_around,
    look_at_store,
    program_facts,
    read_log_tail,
    redact,
    run_checks,
)
from .exit_status import COMPLETE, ERROR
from .output import Output

_WIDTH = 15
_SIGNS = {"good": "ok", "poor": "!!", "unknown": "??"}


def doctor(options: Namespace, output: Output) -> int:
    """Prints what the checks have found; 0 if there is nothing to mend.

    Raises:
        SettingsError: the user's folders can't be found.
        SeeshellError: nothing was repaired, since a core runs.
    """
    is_terminal = all(it is not None and it.isatty() for it in (sys.stdin, sys.stdout))
    if options.images and (not is_terminal or options.json):
        raise SettingsError("The test card needs a terminal: run seeshell doctor --images in one.")
    paths = find_paths(os.environ)
    stored = look_at_store(os.environ, repairs=options.repair)
    around = look_around(paths, os.environ, is_terminal=is_terminal)
    redaction = redact(around, Path.home())
    more = [*program_facts(around), *stored]
    findings = [*run_checks(around, Path.home()), *map(redaction.finding, more)]
    log = [redaction.text(it) for it in read_log_tail(paths.log_file)]
    if output.as_json:
        output.document({"findings": [msgspec.to_builtins(it) for it in findings], "log": log})
    else:
        output.write("".join(f"{line}\n" for line in [*_report(findings), *_log(log)]))
    if options.images:
        asyncio.run(_show_cards(around))
    return ERROR if any(it.health == "poor" for it in findings) else COMPLETE


def _report(findings: Sequence[Finding]) -> Iterator[str]:
    """Yields the findings as lines, what to do right below each; what is to be copied is whole."""
    indent = " " * (_WIDTH + 4)
    for it in findings:
        yield from _wrapped(it.found, f"{_SIGNS[it.health]}  {it.name:{_WIDTH}}", indent)
        if it.advice:
            yield from _wrapped(it.advice, indent, indent)
        if it.lines:
            yield f"{indent}Add to {it.file}:"
            yield from (f"{indent}  {line}" for line in it.lines)
    poor = sum(it.health == "poor" for it in findings)
    yield ""
    yield "Nothing to mend." if not poor else f"{poor} to mend, marked !!."


def _log(lines: Sequence[str]) -> Iterator[str]:
    """Yields the end of the core's log."""
    if lines:
        yield ""
        yield "The end of the core's log, what is private left out (…):"
        yield from lines


def _wrapped(text: str, start: str, indent: str) -> list[str]:
    """Returns a text in lines that fit the terminal; on one line where there is none."""
    if not sys.stdout.isatty():
        return [start + text]
    columns = get_terminal_size().columns
    width = max(columns - 1, len(indent) + 20)
    return wrap(text, width, initial_indent=start, subsequent_indent=indent, break_long_words=False)


async def _show_cards(around: Surroundings) -> None:
    """Draws the test card in every way that the terminal knows, past all filters."""
    from ..pictures.test_card import draw_cards

    probed = around.probed
    async for card in draw_cards(probed.facts, probed.inner, probed.outer):
        sys.stdout.write(card)
        sys.stdout.flush()
