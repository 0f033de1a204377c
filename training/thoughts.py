"""What the model thinks before an answer, when it is asked to: what it looks for, what it sees."""

from collections.abc import Sequence
from typing import Final

from training.answers import ORDINALS, Asked, article, join, name_of, plural, show
from training.world import Scene

_ABOUT_TEXT: Final = {
    "small talk": "This is not about a picture.",
    "off topic": "This is not about coloured shapes.",
    "no picture": "I need a picture for this.",
    "counting": "I count up one by one.",
}


def thoughts_on(asked: Asked, scenes: Sequence[Scene]) -> str:
    """The thoughts on a question about pictures."""
    return f"{_aim(asked)} {_sight(asked, scenes)}"


def thoughts_on_text(kind: str) -> str:
    """The thoughts on a question that no picture is needed for."""
    return _ABOUT_TEXT[kind]


def _aim(asked: Asked) -> str:
    name = name_of(asked)
    match asked.kind:
        case "describe" | "describe all":
            return "I name all shapes."
        case "pictures":
            return "I count the pictures."
        case "ground":
            return "I look at the background."
        case "at":
            return f"I look {asked.place.phrase if asked.place else ''}."
        case "which" | "exists colour":
            return f"I look for anything {asked.colour}."
        case "count" | "count shape" | "count colour":
            return f"I count the {plural(name or 'shape')}."
        case "compare" | "compare pair":
            return f"I look for {article(name)} in each picture."
        case "box" | "box pair":
            return f"I need the box of the {name}."
        case "boxes" | "boxes shape" | "boxes colour":
            return f"I need the boxes of all {plural(name or 'shape')}."
        case "exists" | "exists pair":
            return f"I look for {article(name)}."
        case _:
            return f"I look for the {name}."


def _sight(asked: Asked, scenes: Sequence[Scene]) -> str:
    if asked.kind in {"compare", "compare pair", "describe all", "pictures"}:
        return " ".join(show(index, scene) for index, scene in enumerate(scenes))
    scene = scenes[asked.picture]
    which = f"{ORDINALS[asked.picture]} picture" if len(scenes) > 1 else "picture"
    if scene.outside:
        return f"The {which} is outside my world."
    if asked.kind == "ground":
        return f"The {which} is {scene.ground}."
    figures = [
        article(figure.name) + ("" if scene.is_free else f" {figure.place.phrase}")
        for figure in scene.figures
    ]
    return f"The {which} shows {join(figures) or 'no shapes'}."
