"""The answers in German."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from training.answers import Asked
from training.world import Figure, Place, Scene

Case = Literal["nominative", "accusative"]


class _Noun(NamedTuple):
    singular: str
    plural: str
    gender: Literal["m", "f", "n"]


_NOUNS: Final = {
    "circle": _Noun("Kreis", "Kreise", "m"),
    "square": _Noun("Quadrat", "Quadrate", "n"),
    "triangle": _Noun("Dreieck", "Dreiecke", "n"),
    "star": _Noun("Stern", "Sterne", "m"),
    "diamond": _Noun("Raute", "Rauten", "f"),
    "cross": _Noun("Kreuz", "Kreuze", "n"),
    "shape": _Noun("Form", "Formen", "f"),
}
_COLOURS: Final = {
    "red": "rot",
    "orange": "orange",
    "yellow": "gelb",
    "green": "grün",
    "blue": "blau",
    "purple": "violett",
    "black": "schwarz",
    "white": "weiß",
    "grey": "grau",
}
_PLACES: Final = {
    "top left": "oben links",
    "top right": "oben rechts",
    "bottom left": "unten links",
    "bottom right": "unten rechts",
    "left": "links",
    "right": "rechts",
    "top": "oben",
    "bottom": "unten",
    "middle": "in der Mitte",
}
_ENDINGS: Final = {
    ("m", "nominative"): ("", "er"),
    ("m", "accusative"): ("en", "en"),
    ("f", "nominative"): ("e", "e"),
    ("f", "accusative"): ("e", "e"),
    ("n", "nominative"): ("", "es"),
    ("n", "accusative"): ("", "es"),
}
"""What "ein" and "kein", and an adjective after them, end with."""
_THE: Final = {"m": "Der", "f": "Die", "n": "Das"}
_ORDINALS: Final = ("erste", "zweite", "dritte", "vierte")
_NUMBERS: Final = ("", "", "zwei", "drei", "vier")
_OUTSIDE: Final = "liegt außerhalb meiner Welt farbiger Formen"
STEMS: Final = (
    *((noun.singular.lower(), english) for english, noun in _NOUNS.items() if english != "shape"),
    *((german, english) for english, german in _COLOURS.items()),
    *zip(_ORDINALS, ("first", "second", "third", "fourth"), strict=True),
    *zip(_NUMBERS[2:], ("two", "three", "four"), strict=True),
    *(("oben", "top"), ("unten", "bottom"), ("links", "left"), ("rechts", "right")),
    *(("mitte", "middle"), ("nichts", "nothing"), ("außerhalb", "outside"), ("kein", "no")),
)
"""What the words that depend on a picture begin with, and the English word of each."""
TEXTS: Final = {
    "I only know pictures of coloured shapes.": "Ich kenne nur Bilder farbiger Formen.",
    "There is no picture yet. Please attach one.": "Es gibt noch kein Bild. Bitte füge eines an.",
    "Hello! Show me a picture of coloured shapes.": "Hallo! Zeig mir ein Bild farbiger Formen.",
    "I am a tiny demonstration model. I know coloured shapes.": (
        "Ich bin ein kleines Demomodell. Ich kenne farbige Formen."
    ),
    "I can name shapes, colours and places, and I can count.": (
        "Ich kann Formen, Farben und Orte nennen, und ich kann zählen."
    ),
    "You are welcome.": "Gern geschehen.",
    "Goodbye!": "Auf Wiedersehen!",
}
"""The answers that no picture is needed for."""


def in_german(asked: Asked, scenes: Sequence[Scene]) -> str:
    """The one right answer to a question about pictures, other than one for boxes."""
    match asked.kind:
        case "pictures":
            return f"Es gibt {_number(len(scenes), 'ein Bild', 'Bilder')}."
        case "describe all":
            return " ".join(_show(index, scene) for index, scene in enumerate(scenes))
        case "compare" | "compare pair":
            return _compare(asked, scenes)
    scene = scenes[asked.picture]
    if scene.outside:
        which = f"Das {_ORDINALS[asked.picture]}" if asked.is_named else "Dieses"
        return f"{which} Bild {_OUTSIDE}."
    if asked.kind == "describe":
        if asked.is_named:
            return _show(asked.picture, scene)
        return f"Ich sehe {_listing(scene)}."
    if asked.kind == "ground":
        return f"Der Hintergrund ist {_COLOURS[scene.ground]}."
    return _about_figures(asked, scene.matching(asked.colour, asked.shape, asked.place))


def none_of(asked: Asked) -> str:
    """That there is no such figure."""
    if asked.kind in {"boxes", "boxes shape", "boxes colour"}:
        return _count(asked, 0)
    return f"Es gibt {_a(asked.colour, asked.shape, 'accusative', 'kein')}."


def _about_figures(asked: Asked, found: Sequence[Figure]) -> str:
    match asked.kind:
        case "exists" | "exists pair" | "exists colour":
            return "Ja." if found else "Nein."
        case "at":
            thing = _a(found[0].colour, found[0].shape) if found else "nichts"
            place = _place(asked.place)
            return f"{place[0].upper()}{place[1:]} ist {thing}."
        case "colour" | "which" if found:
            return f"{_the('', found[0].shape)} ist {_COLOURS[found[0].colour]}."
        case "which":
            return f"Keine Form ist {_COLOURS[asked.colour]}."
        case "where" | "where pair" if found:
            return f"{_the(asked.colour, asked.shape)} ist {_place(found[0].place)}."
        case "colour" | "where" | "where pair":
            return none_of(asked)
    return _count(asked, len(found))


def _count(asked: Asked, count: int) -> str:
    shape = asked.shape or "shape"
    ending = "e" if count else "en"
    colour = f"{_inflected(asked.colour, ending)} " if asked.colour else ""
    if count == 0:
        return f"Es gibt keine {colour}{_NOUNS[shape].plural}."
    one = _a(asked.colour, shape, "accusative")
    return f"Es gibt {_number(count, one, f'{colour}{_NOUNS[shape].plural}')}."


def _compare(asked: Asked, scenes: Sequence[Scene]) -> str:
    thing = _a(asked.colour, asked.shape, "accusative")
    hits = [
        f"das {_ORDINALS[index]}"
        for index, scene in enumerate(scenes)
        if scene.matching(asked.colour, asked.shape)
    ]
    if not hits:
        return f"Kein Bild hat {thing}."
    which = _join(hits)
    return f"D{which[1:]} Bild {'hat' if len(hits) == 1 else 'haben'} {thing}."


def _show(index: int, scene: Scene) -> str:
    if scene.outside:
        return f"Das {_ORDINALS[index]} Bild {_OUTSIDE}."
    return f"Das {_ORDINALS[index]} Bild zeigt {_listing(scene)}."


def _listing(scene: Scene) -> str:
    things = [_a(figure.colour, figure.shape, "accusative") for figure in scene.figures]
    return _join(things) or "keine Formen"


def _a(colour: str, shape: str, case: Case = "nominative", word: str = "ein") -> str:
    noun = _NOUNS[shape]
    article, adjective = _ENDINGS[noun.gender, case]
    words = (f"{word}{article}", colour and _inflected(colour, adjective), noun.singular)
    return " ".join(filter(None, words))


def _the(colour: str, shape: str) -> str:
    noun = _NOUNS[shape]
    words = (_THE[noun.gender], colour and _inflected(colour, "e"), noun.singular)
    return " ".join(filter(None, words))


def _inflected(colour: str, ending: str) -> str:
    stem = _COLOURS[colour]
    return stem + (ending[1:] if stem.endswith("e") else ending)


def _place(place: Place | None) -> str:
    return _PLACES[place.name] if place else ""


def _number(count: int, one: str, several: str) -> str:
    return one if count == 1 else f"{_NUMBERS[count]} {several}"


def _join(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} und {words[-1]}"
