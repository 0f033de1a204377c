"""Which word of the plain answers a word in German or in capitals stands for."""

import re
from collections.abc import Iterator
from typing import Final

from training.answers import NUMBERS, ORDINALS, plural
from training.german import STEMS
from training.world import COLOURS, GROUNDS, SHAPES

_WORD: Final = re.compile(r"[^\W\d_]+")
_PLAIN: Final = frozenset(
    (
        *COLOURS,
        *GROUNDS,
        *SHAPES,
        *(plural(shape) for shape in SHAPES),
        *ORDINALS,
        *NUMBERS,
        *("top", "bottom", "left", "right", "middle", "nothing", "outside"),
    )
)


def meanings_in(answer: str) -> Iterator[tuple[int, str]]:
    """For each such word where it begins in the answer, and the plain word, in lower case."""
    for word in _WORD.finditer(answer):
        text = word.group()
        lower = text.lower()
        if lower in _PLAIN:
            if text != lower:
                yield word.start(), lower
        else:
            plain = next((plain for stem, plain in STEMS if lower.startswith(stem)), "")
            if plain:
                yield word.start(), plain
