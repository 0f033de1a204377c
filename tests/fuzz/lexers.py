"""Hostile code in every language: `python -m tests.fuzz.lexers [--lines 20] [--slow-lines 2000]`.

Each line is drawn as the log draws a code block, and the time for which that holds up the interface
is taken. The languages that took longest are tried with many more lines. Ends with 1 if any line
held it up for longer than the bar, the best of three tries: a tick of the system's may be 10 ms.
"""

import argparse
import re
import sys
import time
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from pygments.lexers import get_all_lexers
from rich.style import Style

from seeshell.tui.log.bounded import render_bounded
from seeshell.tui.log.cuts import CODE_LINES_AT_MOST
from seeshell.tui.log.lexers import LEXERS
from seeshell.tui.log.markdown import LINE_CHARACTERS, Block
from seeshell.tui.log.palette import Palette

BAR_SECONDS = 0.05
SLOWEST = 40
WIDTH = 100

_TRIES = 3
_HARMLESS = 8
"""Pieces of text after which what comes next is given as much time as at first."""
_LONGEST = 2 * LINE_CHARACTERS - 100
_SIGNS = "\"'\\/*<>{}()[]#`$%&;:=-+!?@|~^.,_ "
_OTHERS = "aAzZ019éжあ"

PALETTE = Palette(*(Style(color=f"color({number})") for number in range(len(Palette._fields))))


class Held(NamedTuple):
    """For how long a line held up the interface."""

    seconds: float
    language: str
    line: str


def hostile_lines(random: Random) -> Iterator[str]:
    """Yields lines that make regular expressions backtrack, without end."""
    while True:
        shape = random.randrange(7)
        if shape == 0:
            yield random.choice(_SIGNS) + random.choice(_SIGNS) * random.choice([200, _LONGEST])
        elif shape == 1:
            yield random.choice(_SIGNS + _OTHERS) * _LONGEST
        elif shape == 2:
            pair = random.choice(_SIGNS + _OTHERS) + random.choice(_SIGNS)
            yield pair * (_LONGEST // 2)
        elif shape == 3:
            yield "".join(random.choices(_SIGNS + _OTHERS, k=random.randrange(1, 500)))
        elif shape == 4:
            piece = "".join(random.choices(_SIGNS + _OTHERS, k=random.randrange(3, 12)))
            yield piece * (_LONGEST // len(piece))
        elif shape == 5:
            opened = "".join(random.choices("([{<\"'", k=3))
            yield opened * random.randrange(1, 200) + "a" * random.randrange(1, _LONGEST // 2)
        else:
            lines = random.choices(_SIGNS + _OTHERS, k=random.randrange(1, CODE_LINES_AT_MOST))
            yield "\n".join(line * random.randrange(1, 200) for line in lines)


def code_block(language: str, code: str) -> Block:
    """Returns code in a fence that nothing in it closes."""
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return Block(f"{fence}{language}\n{code}\n{fence}")


def hold(language: str, line: str) -> Held:
    """Returns the best of some tries, if the first is not within the bar."""
    seconds = _time(language, line)
    for _ in range(_TRIES - 1):
        if seconds > BAR_SECONDS:
            seconds = min(seconds, _time(language, line))
    return Held(seconds, language, line)


def try_languages(languages: list[str], count: int, random: Random) -> list[Held]:
    """Returns the worst line of each language, the worst language first."""
    lines = hostile_lines(random)
    worst = [max(hold(language, next(lines)) for _ in range(count)) for language in languages]
    return sorted(worst, reverse=True)


def main() -> int:
    """Tries all languages, then the slowest again, and prints what held the interface longest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=20, help="lines for each language")
    parser.add_argument("--slow-lines", type=int, default=2000, help="lines for the slowest 40")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random = Random(options.seed)
    languages = [aliases[0] for _, aliases, _, _ in get_all_lexers(plugins=False) if aliases]
    _load(languages)
    worst = try_languages(languages, options.lines, random)
    _tell(f"{len(languages)} languages, {options.lines} lines each", worst)
    slowest = [held.language for held in worst[:SLOWEST]]
    again = try_languages(slowest, options.slow_lines, random)
    _tell(f"the {len(slowest)} slowest, {options.slow_lines} lines each", again)
    return int(max(worst + again).seconds > BAR_SECONDS)


def _time(language: str, line: str) -> float:
    for _ in range(_HARMLESS):
        render_bounded(Block("calm"), WIDTH, PALETTE, {})
    block = code_block(language, line)
    # Not by the clock, which also runs while other programs have the processor.
    start = time.thread_time()
    render_bounded(block, WIDTH, PALETTE, {})
    return time.thread_time() - start


def _tell(what: str, worst: list[Held]) -> None:
    over = [held for held in worst if held.seconds > BAR_SECONDS]
    print(f"{what}: {len(over)} held the interface for more than {BAR_SECONDS * 1000:.0f} ms")
    for seconds, language, line in worst[: max(5, len(over))]:
        print(
            f"  {seconds * 1000:5.1f} ms  {language:20} {line[:30]!r}... ({len(line)} characters)"
        )


def _load(languages: list[str]) -> None:
    for language in languages:
        LEXERS.find(language)
    while LEXERS.is_loading:
        time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main())
