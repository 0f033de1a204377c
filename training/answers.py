"""What can be asked about pictures, and the one right answer to each question."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from training.boxes import box_of, written
from training.world import Figure, Place, Scene

Kind = Literal[
    "describe",
    "colour",
    "where",
    "where pair",
    "at",
    "which",
    "exists",
    "exists pair",
    "exists colour",
    "count",
    "count shape",
    "count colour",
    "ground",
    "compare",
    "compare pair",
    "pictures",
    "describe all",
    "box",
    "box pair",
    "boxes",
    "boxes shape",
    "boxes colour",
]

BOX_KINDS: Final = frozenset({"box", "box pair", "boxes", "boxes shape", "boxes colour"})
ONE_PLACE_KINDS: Final = frozenset({"at", "where", "where pair"})
"""Questions with a place's name, which have no answer where figures stand freely."""
ORDINALS: Final = ("first", "second", "third", "fourth")
NUMBERS: Final = ("no", "one", "two", "three", "four")
OUTSIDE: Final = "outside my world of coloured shapes"
OFF_TOPIC: Final = "I only know pictures of coloured shapes."
NO_PICTURE: Final = "There is no picture yet. Please attach one."


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's meaning, without its wording."""

    kind: Kind
    picture: int = 0
    """Index of the picture asked about; of no meaning where all are."""
    is_named: bool = False
    """Whether the question says which picture, or that all pictures, are meant."""
    colour: str = ""
    shape: str = ""
    place: Place | None = None


def answer(asked: Asked, scenes: Sequence[Scene]) -> str:
    """The one right answer."""
    match asked.kind:
        case "pictures":
            return f"{_there_are(len(scenes), 'picture')}."
        case "describe all":
            return " ".join(show(index, scene) for index, scene in enumerate(scenes))
        case "compare" | "compare pair":
            return _compare(asked, scenes)
    scene = scenes[asked.picture]
    if scene.outside:
        which = f"The {ORDINALS[asked.picture]}" if asked.is_named else "This"
        return f"{which} picture is {OUTSIDE}."
    return _answer_in_scene(asked, scene)


def _answer_in_scene(asked: Asked, scene: Scene) -> str:
    found = scene.matching(asked.colour, asked.shape, asked.place)
    match asked.kind:
        case "describe" if asked.is_named:
            return show(asked.picture, scene)
        case "describe":
            return f"I see {_listing(scene)}."
        case "colour":
            return f"The {asked.shape} is {found[0].colour}." if found else _none(asked)
        case "where" | "where pair":
            return f"The {name_of(asked)} is {found[0].place.phrase}." if found else _none(asked)
        case "which":
            if not found:
                return f"No shape is {asked.colour}."
            return f"The {found[0].shape} is {asked.colour}."
        case "at":
            thing = article(found[0].name) if found else "nothing"
            return f"There is {thing} {asked.place.phrase if asked.place else ''}."
        case "exists" | "exists pair" | "exists colour":
            return "Yes, there is." if found else "No, there is not."
        case "ground":
            return f"The background is {scene.ground}."
        case "box" | "box pair" | "boxes" | "boxes shape" | "boxes colour" if found:
            return written([box_of(figure, scene.ratio) for figure in found])
        case "box" | "box pair":
            return _none(asked)
        case _:
            return f"{_there_are(len(found), name_of(asked) or 'shape')}."


def _compare(asked: Asked, scenes: Sequence[Scene]) -> str:
    hits = [
        ORDINALS[index]
        for index, scene in enumerate(scenes)
        if scene.matching(asked.colour, asked.shape)
    ]
    if not hits:
        return f"No picture has {article(name_of(asked))}."
    verb = "picture has" if len(hits) == 1 else "pictures have"
    return f"The {join(hits)} {verb} {article(name_of(asked))}."


def show(index: int, scene: Scene) -> str:
    """What a numbered picture shows, as a sentence."""
    if scene.outside:
        return f"The {ORDINALS[index]} picture is {OUTSIDE}."
    return f"The {ORDINALS[index]} picture shows {_listing(scene)}."


def _listing(scene: Scene) -> str:
    return join([article(figure.name) for figure in scene.figures]) or "no shapes"


def name_of(asked: Asked) -> str:
    """The colour and the shape that are asked for, as far as they are."""
    is_any_shape = asked.kind in {"count colour", "boxes colour"}
    words = (asked.colour, asked.shape or ("shape" if is_any_shape else ""))
    return " ".join(filter(None, words))


def _none(asked: Asked) -> str:
    return f"There is no {name_of(asked)}."


def _there_are(count: int, noun: str) -> str:
    if count == 1:
        return f"There is one {noun}"
    return f"There are {NUMBERS[count]} {plural(noun)}"


def article(words: str) -> str:
    """The words with "a" or "an" before them."""
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def plural(words: str) -> str:
    """The plural of a noun, or of a colour and a noun."""
    return f"{words}es" if words.endswith("s") else f"{words}s"


def join(words: Sequence[str]) -> str:
    """An English list."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def is_unambiguous(found: Sequence[Figure]) -> bool:
    """Whether "the" may stand before what was found."""
    return len(found) <= 1
