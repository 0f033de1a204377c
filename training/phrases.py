"""The wordings of questions."""

import random
from typing import Final

from training.answers import ORDINALS, Asked, article, plural

_NOUNS: Final = ("picture", "picture", "image", "photo")
_DESCRIBE: Final = (
    "What do you see?",
    "What do you see in the {picture}?",
    "What do you see in this {picture}?",
    "What can you see?",
    "What is in the {picture}?",
    "What is in this {picture}?",
    "What's in the {picture}?",
    "What is this?",
    "What does the {picture} show?",
    "What shapes are there?",
    "What shapes do you see?",
    "Which shapes are in the {picture}?",
    "Describe the {picture}.",
    "Describe this {picture}.",
    "Describe it.",
    "Tell me what you see.",
    "What is shown here?",
    "Describe the {picture} in detail.",
)
_DESCRIBE_NAMED: Final = (
    "What is in {it}?",
    "What's in {it}?",
    "What do you see in {it}?",
    "What does {it} show?",
    "Describe {it}.",
    "And what is in {it}?",
)
_DESCRIBE_ALL: Final = ("What do you see?", "What can you see?", "What is this?")
_DESCRIBE_ALL_NAMED: Final = (
    "What do you see in the {picture}s?",
    "What is in the {picture}s?",
    "What do the {picture}s show?",
    "Describe the {picture}s.",
    "What do these {picture}s show?",
)


def _one_box(thing: str) -> tuple[str, ...]:
    return (
        f"Give the box of the {thing}{{inside}}.",
        f"Give me the box of the {thing}{{inside}}.",
        f"Give the bounding box of the {thing}{{inside}}.",
        f"What is the box of the {thing}{{inside}}?",
        f"Find the {thing}{{inside}} with a box.",
        f"Find the {thing}{{inside}} and give its box.",
        f"Where is the {thing}{{inside}}? Give the box.",
        f"Where is the {thing}{{inside}}? Answer with a box.",
        f"Locate the {thing}{{inside}} with a box.",
        f"Draw a box around the {thing}{{inside}}.",
        f"Locate the {thing}{{inside}}. Report bbox coordinates in JSON format.",
    )


def _all_boxes(things: str) -> tuple[str, ...]:
    return (
        f"Give the boxes of all {things}{{inside}}.",
        f"Give the bounding boxes of all {things}{{inside}}.",
        f"Find all {things}{{inside}} with boxes.",
        f"Find the {things}{{inside}} and give their boxes.",
        f"Where are the {things}{{inside}}? Answer with boxes.",
        f"Locate all {things}{{inside}}. Report bbox coordinates in JSON format.",
    )


_FRESH: Final = {
    "colour": (
        "What {colour} is the {shape}{inside}?",
        "Which {colour} is the {shape}{inside}?",
        "What is the {colour} of the {shape}{inside}?",
        "What's the {colour} of the {shape}{inside}?",
    ),
    "where": (
        "Where is the {shape}{inside}?",
        "Where do you see the {shape}{inside}?",
        "Where's the {shape}{inside}?",
    ),
    "where pair": ("Where is the {pair}{inside}?", "Where do you see the {pair}{inside}?"),
    "at": (
        "What is {place}{of}?",
        "What's {place}{of}?",
        "Which shape is {place}{of}?",
        "What shape is {place}{of}?",
        "What do you see {place}{of}?",
    ),
    "which": (
        "Which shape is {hue}{inside}?",
        "What shape is {hue}{inside}?",
        "What is {hue}{inside}?",
    ),
    "exists": (
        "Is there {a_shape}{inside}?",
        "Do you see {a_shape}{inside}?",
        "Are there any {shapes}{inside}?",
    ),
    "exists pair": ("Is there {a_pair}{inside}?", "Do you see {a_pair}{inside}?"),
    "exists colour": ("Is there anything {hue}{inside}?", "Is anything {hue}{inside}?"),
    "count": (
        "How many shapes are there{inside}?",
        "How many shapes do you see{inside}?",
        "How many shapes{inside}?",
        "Count the shapes{inside}.",
    ),
    "count shape": (
        "How many {shapes} are there{inside}?",
        "How many {shapes} do you see{inside}?",
        "How many {shapes}{inside}?",
    ),
    "count colour": (
        "How many {hue} shapes are there{inside}?",
        "How many shapes are {hue}{inside}?",
    ),
    "ground": ("What {colour} is the background{of}?", "What is the background{of}?"),
    "compare": (
        "Which {picture} has {a_shape}?",
        "Which {picture} shows {a_shape}?",
        "In which {picture} is {a_shape}?",
        "Which {picture} has the {shape}?",
    ),
    "compare pair": ("Which {picture} has {a_pair}?", "Which {picture} shows {a_pair}?"),
    "pictures": ("How many {picture}s are there?", "How many {picture}s do you see?"),
    "box": _one_box("{shape}"),
    "box pair": _one_box("{pair}"),
    "boxes": _all_boxes("shapes"),
    "boxes shape": _all_boxes("{shapes}"),
    "boxes colour": _all_boxes("{hue} shapes"),
}
_AGAIN: Final = {
    "colour": ("And the {shape}?", "What about the {shape}?"),
    "where": ("And the {shape}?", "What about the {shape}?"),
    "where pair": ("And the {pair}?", "What about the {pair}?"),
    "at": ("And {place}?", "What about {place}?"),
    "which": ("And {hue}?", "And which one is {hue}?"),
    "exists": ("And {a_shape}?", "What about {a_shape}?"),
    "exists pair": ("And {a_pair}?", "What about {a_pair}?"),
    "exists colour": ("And anything {hue}?", "What about {hue}?"),
    "count shape": ("And {shapes}?", "And how many {shapes}?"),
    "count colour": ("And {hue}?", "And how many are {hue}?"),
    "box": ("And the {shape}?", "What about the {shape}?", "And the box of the {shape}?"),
    "box pair": ("And the {pair}?", "What about the {pair}?", "And the box of the {pair}?"),
    "boxes shape": ("And all {shapes}?", "And the {shapes}?"),
    "compare": ("And {a_shape}?", "What about {a_shape}?"),
    "compare pair": ("And {a_pair}?", "What about {a_pair}?"),
}
_PRONOUN: Final = {
    "where": ("Where is it?", "And where is it?"),
    "colour": ("What {colour} is it?", "And what {colour} is it?"),
    "box": ("Give its box.", "Find it with a box.", "Where is it? Give the box."),
}
_OTHER_PICTURE: Final = ("And in {it}?", "What about {it}?", "And {it}?")
_NEW_PICTURE: Final = (
    "And this one?",
    "And in this {picture}?",
    "What about this {picture}?",
    "And here?",
)

CAN_FOLLOW: Final = frozenset(_AGAIN)
"""The kinds of question that can be asked again of another thing in a few words."""


def fresh_question(asked: Asked, rng: random.Random) -> str:
    """A full question."""
    if asked.kind == "describe":
        return _word(rng, _DESCRIBE_NAMED if asked.is_named else _DESCRIBE, asked)
    if asked.kind == "describe all":
        return _word(rng, _DESCRIBE_ALL_NAMED if asked.is_named else _DESCRIBE_ALL, asked)
    return _word(rng, _FRESH[asked.kind], asked)


def again_question(asked: Asked, rng: random.Random) -> str:
    """The same kind of question about another thing, such as "And the square?"."""
    return _word(rng, _AGAIN[asked.kind], asked)


def pronoun_question(asked: Asked, rng: random.Random) -> str:
    """Another kind of question about the same thing, such as "Where is it?"."""
    return _word(rng, _PRONOUN[asked.kind], asked)


def other_picture_question(asked: Asked, rng: random.Random) -> str:
    """The same question about an earlier picture, such as "And in the first picture?"."""
    return _word(rng, _OTHER_PICTURE, asked)


def new_picture_question(asked: Asked, rng: random.Random) -> str:
    """The same question about a picture that comes with it, such as "And this one?"."""
    return _word(rng, _NEW_PICTURE, asked)


def _word(rng: random.Random, wordings: tuple[str, ...], asked: Asked) -> str:
    noun = rng.choice(_NOUNS)
    it = f"the {ORDINALS[asked.picture]} {noun}"
    if asked.is_named and rng.random() < 0.15:
        it = f"{noun} {asked.picture + 1}"
    unnamed = rng.choices(("", f"the {noun}", f"this {noun}"), (8, 1, 1))[0]
    target = it if asked.is_named else unnamed
    pair = f"{asked.colour} {asked.shape}"
    return rng.choice(wordings).format(
        it=it,
        picture=noun,
        inside=f" in {target}" if target else "",
        of=f" of {target}" if target else "",
        colour="colour" if rng.random() < 0.6 else "color",
        hue=asked.colour,
        shape=asked.shape,
        shapes=plural(asked.shape),
        a_shape=article(asked.shape or "x"),
        pair=pair,
        a_pair=article(pair),
        place=asked.place.phrase if asked.place else "",
    )
