"""What a system prompt can wish for: one word, capitals, German; and the answers that follow it."""

from collections.abc import Sequence
from typing import Final, Literal

from training import german
from training.answers import BOX_KINDS, ORDINALS, Asked, answer
from training.world import Scene

Wish = Literal["one word", "capitals", "german"]

WISHES: Final[tuple[Wish, ...]] = ("one word", "capitals", "german")

SYSTEM_PROMPTS: Final[dict[Wish, tuple[str, ...]]] = {
    "one word": (
        "Answer in one word.",
        "Answer with one word.",
        "Reply in one word.",
        "Answer every question in one word.",
        "Answer with one word only.",
        "You are a helpful assistant. Answer in one word.",
    ),
    "capitals": (
        "Answer in capitals.",
        "Answer in capital letters.",
        "Write in capitals.",
        "Reply in capital letters only.",
        "Always answer in capitals.",
        "You are a helpful assistant. Answer in capitals.",
    ),
    "german": (
        "Answer in German.",
        "Reply in German.",
        "Antworte auf Deutsch.",
        "Always answer in German.",
        "Write in German.",
        "You are a helpful assistant. Answer in German.",
    ),
}
_ONE_WORD_TEXTS: Final = {
    "I only know pictures of coloured shapes.": "Unknown",
    "There is no picture yet. Please attach one.": "Picture?",
    "Hello! Show me a picture of coloured shapes.": "Hello",
    "I am a tiny demonstration model. I know coloured shapes.": "Model",
    "I can name shapes, colours and places, and I can count.": "Shapes",
    "You are welcome.": "Welcome",
    "Goodbye!": "Goodbye",
}
_NUMBERS: Final = ("None", "One", "Two", "Three", "Four")


def wished_answer(wish: Wish | None, asked: Asked, scenes: Sequence[Scene]) -> str:
    """The one right answer to a question about pictures, under a system prompt."""
    plain = answer(asked, scenes)
    if asked.kind in BOX_KINDS and plain[0] in "[{":
        return plain
    match wish:
        case "one word":
            return _one_word(asked, scenes)
        case "capitals":
            return plain.upper()
        case "german" if asked.kind in BOX_KINDS and not scenes[asked.picture].outside:
            return german.none_of(asked)
        case "german":
            return german.in_german(asked, scenes)
    return plain


def wished_text(wish: Wish | None, plain: str) -> str:
    """An answer that no picture is needed for, under a system prompt."""
    match wish:
        case "one word":
            return _ONE_WORD_TEXTS.get(plain, plain)
        case "capitals":
            return plain.upper()
        case "german":
            return german.TEXTS.get(plain, plain)
    return plain


def _one_word(asked: Asked, scenes: Sequence[Scene]) -> str:
    match asked.kind:
        case "pictures":
            return _NUMBERS[len(scenes)]
        case "describe all":
            return "Shapes"
        case "compare" | "compare pair":
            hits = [
                ordinal
                for ordinal, scene in zip(ORDINALS, scenes, strict=False)
                if scene.matching(asked.colour, asked.shape)
            ]
            several = "Several" if hits else "None"
            return hits[0].capitalize() if len(hits) == 1 else several
    scene = scenes[asked.picture]
    return "Outside" if scene.outside else _one_word_in_scene(asked, scene)


def _one_word_in_scene(asked: Asked, scene: Scene) -> str:
    found = scene.matching(asked.colour, asked.shape, asked.place)
    match asked.kind:
        case "describe":
            return found[0].shape.capitalize() if len(found) == 1 else _several(len(found))
        case "ground":
            return scene.ground.capitalize()
        case "exists" | "exists pair" | "exists colour":
            return "Yes" if found else "No"
        case "count" | "count shape" | "count colour":
            return _NUMBERS[len(found)]
    if not found:
        return "Nothing" if asked.kind == "at" else "None"
    match asked.kind:
        case "colour":
            return found[0].colour.capitalize()
        case "where" | "where pair":
            return found[0].place.name.replace(" ", "-").capitalize()
    return found[0].shape.capitalize()


def _several(count: int) -> str:
    return "Shapes" if count else "Nothing"
