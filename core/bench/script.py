"""The conversations that are measured, the same for every engine.

Each is a generator: it yields what is asked next and is sent the answer, which the prompts after
it repeat as a real conversation does.

Source: the nine steps are those in which today's engines were found to compute again what they
had computed before.
"""

from collections.abc import Callable, Generator, Sequence
from typing import NamedTuple, TypeVar

from ..engine.engine import PromptImage, PromptMessage

Prompt = tuple[PromptMessage, ...]
Draw = Callable[[], PromptImage]
"""Returns a picture that was never seen before."""

ResultT = TypeVar("ResultT")


class Asked(NamedTuple):
    """A question in its conversation."""

    name: str
    prompt: Prompt
    is_new: bool = True
    """Whether a question was typed, during which an engine may work ahead."""
    is_other: bool = False
    """Whether it belongs to the second conversation."""


Script = Generator[Asked, str, None]


def nine_steps(draw: Draw) -> Script:
    """Yields the nine questions of a chat that does everything users do."""
    start = (_question("What is in the picture?", draw()),)
    first = yield Asked("image + question", start)
    follow_up = _go_on(start, first, _question("Which colors are there?"))
    second = yield Asked("text follow-up", follow_up)
    new_image = _go_on(follow_up, second, _question("And what is in this one?", draw()))
    third = yield Asked("new image", new_image)
    last = _go_on(new_image, third, _question("What do both have in common?"))
    yield Asked("text follow-up, two images", last)
    fourth = yield Asked("regenerate", last, is_new=False)
    edited = _go_on(start, first, _question("How many shapes are there?"))
    yield Asked("edit turn 2", edited, is_new=False)
    other = (_question("What is in the picture?", draw()),)
    yield Asked("other conversation", other, is_other=True)
    yield Asked("back to the first", _go_on(last, fourth, _question("Which one is brighter?")))
    swapped = (_question(start[0].text, draw()), *last[1:])
    yield Asked("first image swapped", swapped)


def long_chat(draw: Draw, pictures: int, answers: Sequence[str] = ()) -> Script:
    """Yields a question about many pictures, and a follow-up for each further answer.

    Args:
        draw: returns the pictures.
        pictures: how many the first question has.
        answers: what the model said before; only the question after them is asked.
    """
    images = [draw() for _ in range(pictures)]
    prompt: Prompt = (_question("What is in these pictures?", *images),)
    for text in answers:
        prompt = _go_on(prompt, text, _question("Which colors are there?"))
    while True:
        answer = yield Asked(f"{pictures} images", prompt)
        prompt = _go_on(prompt, answer, _question("Which colors are there?"))


def long_answer() -> Prompt:
    """Returns a question whose answer takes a while."""
    return (_question("Count from one to five hundred, in words, and leave nothing out."),)


def play(
    script: Script, ask: Callable[[Asked], tuple[str, ResultT]], limit: int = 0
) -> list[ResultT]:
    """Returns what was measured for each question of a script.

    Args:
        script: what to ask.
        ask: returns the answer's text and what was measured.
        limit: most questions that are asked; 0 for all.
    """
    results: list[ResultT] = []
    asked = next(script)
    while True:
        text, result = ask(asked)
        results.append(result)
        if len(results) == limit:
            return results
        try:
            asked = script.send(text)
        except StopIteration:
            return results


def _question(text: str, *images: PromptImage) -> PromptMessage:
    return PromptMessage.of("user", text, images)


def _go_on(prompt: Prompt, answer: str, question: PromptMessage) -> Prompt:
    return (*prompt, PromptMessage.of("assistant", answer), question)
