"""What the conversations of each stage of the training are made of."""

from dataclasses import dataclass, replace
from typing import Final

from training.answers import Kind
from training.wishes import WISHES, Wish

_LOOK_UPS: Final[tuple[Kind, ...]] = ("at", "at", "where", "colour", "which", "describe")
_ABOUT_ONE: Final[tuple[Kind, ...]] = (
    *("describe", "describe", "colour", "colour", "where", "where", "where pair", "where pair"),
    *("at", "at", "which", "exists", "exists pair", "exists pair", "exists colour"),
    *("count", "count shape", "count colour", "ground"),
)
_PRACTICE: Final[tuple[Kind, ...]] = (
    *_ABOUT_ONE,
    *("colour", "colour", "where", "where", "where pair", "where pair"),
    *("exists pair", "count shape", "count shape"),
)
"""With more of what is learned last: finding a figure by its shape."""
_PAIRS: Final[tuple[Kind, ...]] = (
    *("describe", "describe", "at", "which", "exists", "exists colour", "count", "count shape"),
    *("colour", "where", "where pair", "exists pair") * 4,
    *("where pair", "exists pair", "count colour", "count colour", "count colour"),
    *("ground", "ground"),
)
"""With more of what is learned very last: colour and shape together."""
_COMBINED: Final[tuple[Kind, ...]] = (
    *("describe", "describe", "describe", "at", "at", "at", "which", "which", "count"),
    *("colour", "where", "where pair", "exists pair") * 3,
    *("exists", "exists colour", "exists pair", "where pair", "ground", "ground", "ground"),
    *("count colour", "count shape") * 4,
)
"""With more of what several figures or an earlier picture are needed for."""
_ABOUT_ALL: Final[tuple[Kind, ...]] = (
    *("compare", "compare", "compare", "compare pair", "compare pair"),
    *("pictures", "describe all"),
)
_PAIRS_ABOUT_ALL: Final[tuple[Kind, ...]] = (
    *("compare", "compare pair", "compare pair") * 3,
    *("pictures", "describe all"),
)
_COMBINED_ABOUT_ALL: Final[tuple[Kind, ...]] = (
    *("compare", "compare", "compare pair", "compare pair") * 3,
    *("pictures", "describe all", "describe all"),
)


@dataclass(frozen=True, slots=True)
class Mix:
    """How dialogues are drawn; the stages of the curriculum differ in it."""

    picture_weights: tuple[float, ...] = (0.06, 0.5, 0.22, 0.12, 0.1)
    """Weights of none, one, two, three and four pictures."""
    most_turns: int = 7
    kinds: tuple[Kind, ...] = _ABOUT_ONE
    outside_share: float = 0.1
    talk_share: float = 0.05
    counting_share: float = 0.002
    about_all: tuple[Kind, ...] = _ABOUT_ALL
    crossed_share: float = 0.0
    """How often the colour and the shape of a pair are those of two figures."""
    wish_share: float = 0.0
    """How many dialogues have a system prompt that their answers must follow."""
    wishes: tuple[Wish, ...] = WISHES
    thought_share: float = 0.0
    """How many dialogues are held with thoughts before the answers."""
    box_share: float = 0.0
    """How many questions about one picture are for boxes."""
    free_share: float = 0.0
    """How many pictures of figures have them at free places and sizes."""


LOOK_UPS: Final = Mix((0.0, 1.0), 6, _LOOK_UPS, 0.03, 0.01, 0.0)
SINGLE_PICTURES: Final = Mix((0.03, 0.97), 6, _ABOUT_ONE, 0.06, 0.03, 0.001)
EVERYTHING: Final = Mix()
PRACTICE: Final = Mix((0.04, 0.26, 0.36, 0.2, 0.14), kinds=_PRACTICE)
PAIRS: Final = replace(PRACTICE, kinds=_PAIRS, about_all=_PAIRS_ABOUT_ALL)
COMBINED: Final = Mix(
    (0.03, 0.22, 0.32, 0.23, 0.2),
    most_turns=9,
    kinds=_COMBINED,
    about_all=_COMBINED_ABOUT_ALL,
    crossed_share=0.3,
)
LESSONS: Final = replace(
    COMBINED,
    picture_weights=(0.02, 0.68, 0.15, 0.09, 0.06),
    most_turns=6,
    wish_share=0.36,
    wishes=("one word", "capitals", "german", "german"),
    thought_share=0.12,
    box_share=0.4,
    free_share=0.4,
)
"""System prompts, thoughts and boxes, mostly about one picture, to learn to look for them."""
TAUGHT: Final = replace(
    COMBINED, wish_share=0.25, thought_share=0.25, box_share=0.22, free_share=0.3
)
"""With system prompts to follow, thoughts and boxes beside all that was there before."""
