"""What the documentation's screenshots show: the conversations, and the keys that lead to a view.

A new picture is a row of `SCENES`; `make screenshot` takes it.
"""

from typing import Final, NamedTuple

PICTURES: Final = {
    "four shapes.png": "red-star-green-circle-blue-diamond-orange-square.png",
    "landscape.jpg": "landscape-outside-its-world.jpg",
    "star.png": "green-star.png",
    "three shapes.jpg": "purple-circle-black-triangle-yellow-square.jpg",
    "triangle and cross.png": "yellow-triangle-purple-cross.png",
    "two shapes.png": "red-circle-blue-square.png",
}
"""Files of `~/Pictures`, and the samples that they are."""


class Chat(NamedTuple):
    """A conversation that is had before a screenshot is taken."""

    pictures: tuple[str, ...]
    questions: tuple[str, ...]
    edits: tuple[str, ...] = ()
    """Questions that take the last one's place, one after the other."""
    hours_ago: float = 0
    """How old it is to be on the screenshots, far from where its age changes."""


CHATS: Final = (
    Chat(("star.png",), ("what color is the star?",), hours_ago=5.5 * 24),
    Chat(("two shapes.png",), ("is there a star?", "what is there?"), hours_ago=4.5 * 24),
    Chat(
        ("star.png", "triangle and cross.png"),
        ("which picture has a cross?", "what color is the cross?"),
        edits=("where is the triangle?", "which picture has a star?"),
        hours_ago=2.5 * 24,
    ),
    Chat(("three shapes.jpg",), ("how many shapes?", "where is the square?"), hours_ago=20.5),
    Chat(("four shapes.png",), ("what is in the picture?", "where is the diamond?"), hours_ago=1.5),
)
"""The first one has the number 1."""


class Step(NamedTuple):
    """Keys that are pressed, and what is on screen then."""

    keys: tuple[str, ...]
    texts: tuple[str, ...]


class Scene(NamedTuple):
    """A screenshot."""

    name: str
    """Of its file, without `.svg`."""
    size: tuple[int, int]
    """Columns and rows; few, so that they are read well in a column of text. From 120 columns on,
    conversations stand beside the chat, and beside the picker its folders, whose names differ."""
    chat: int | None
    """Number of the conversation on screen; None for a new one."""
    steps: tuple[Step, ...]


_PICTURE: Final = "▀"
"""What pictures are drawn with."""

SCENES: Final = (
    Scene("chat", (120, 37), 5, (Step((), ("bottom left", "tokens/s", "star?", _PICTURE)),)),
    Scene(
        "library",
        (84, 20),
        5,
        (
            Step(("alt+c",), ("5 conversations",)),
            Step(tuple("star"), ("places",)),
            Step(("down",) * 4, ("is green.",)),
        ),
    ),
    Scene("tree", (84, 14), 3, (Step(("alt+t",), ("branches", "3/3")),)),
    Scene(
        "viewer",
        (84, 26),
        5,
        (
            Step(("f9",), ("four shapes.png", _PICTURE)),
            Step(("c",), ("attach",)),
            Step(("g", "3"), ("tokens",)),
        ),
    ),
    Scene(
        "picker",
        (84, 17),
        5,
        (
            Step(("ctrl+o",), ("landscape.jpg",)),
            Step(("space", "down", "down"), ("1 marked", "tokens", _PICTURE)),
        ),
    ),
)
