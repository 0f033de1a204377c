"""Cuts answers anywhere and has them go on: they must end as they do without the cut.

Run as `python -m tests.fuzz.continued [--step 1]`. Each answer of the demonstration model, with
and without thoughts, and one of random weights is cut after every `step`-th token, and goes on
with the tokens known and, as in another core, read from its text.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from seeshell.core.engine.engine import PromptImage, PromptMessage
from seeshell.core.engine.loading import Checkpoint, load_checkpoint
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.models.sources import find_model

from ..core.engine.asking import Answer, draw_shape, make_asker
from ..core.engine.endless import SHAPES, write_endless

MOST_TOKENS = 120

Prompt = tuple[PromptMessage, ...]


def prompts(picture: PromptImage) -> Iterator[Prompt]:
    """Questions with and without a picture and a system prompt."""
    yield (PromptMessage.of("user", "Tell me about lemons and other fruit."),)
    yield (PromptMessage.of("user", "What is this?", (picture,)),)
    yield (PromptMessage.of("user", "Where is the circle? Give boxes as JSON.", (picture,)),)
    yield (PromptMessage.of("user", "What can you do? Explain in detail."),)
    pirate = PromptMessage.of("system", "You are a pirate.")
    yield pirate, PromptMessage.of("user", "Describe the picture in detail.", (picture,))


def ask(
    checkpoint: Checkpoint, prompt: Prompt, tokens: int, thinking: bool | None, begun: Answer | None
) -> Answer:
    """Returns an answer of at most so many tokens, or the rest of one, in an engine of its own."""
    options = GenerationOptions(temperature=0.0, max_tokens=tokens, thinking=thinking)
    asker = make_asker(checkpoint)
    if begun is not None:
        prompt = (*prompt, PromptMessage("assistant", (begun.text,), begun.thoughts))
    return asker(*prompt, options=options, conversation=1)


def compare(
    checkpoint: Checkpoint,
    prompt: Prompt,
    step: int,
    thinking: bool | None = None,
    *,
    reads: bool = True,
) -> list[bool]:
    """Returns of each cut of an answer whether it ended as the whole one did.

    With `reads` it also goes on with the tokens that its text tells of.
    """
    whole = ask(checkpoint, prompt, MOST_TOKENS, thinking, None)
    are_same = []
    for count in range(1, len(whole.tokens), step):
        options = GenerationOptions(temperature=0.0, max_tokens=count, thinking=thinking)
        asker = make_asker(checkpoint)
        first = asker(*prompt, options=options, conversation=1)
        if not (first.text.strip() or first.thoughts.strip()):
            continue
        begun = PromptMessage("assistant", (first.text,), first.thoughts)
        left = MOST_TOKENS - count
        options = GenerationOptions(temperature=0.0, max_tokens=left, thinking=thinking)
        known = asker(*prompt, begun, options=options, conversation=1)
        read = ask(checkpoint, prompt, MOST_TOKENS, thinking, first)
        for name, rest in (("known", known), *([("read", read)] if reads else [])):
            ours = (first.thoughts + rest.thoughts, first.text + rest.text)
            # What is read is said again in part, so that its limit lies elsewhere.
            is_same = all(
                mine[: len(its)] == its
                for mine, its in zip(ours, (whole.thoughts, whole.text), strict=True)
            )
            are_same.append(is_same)
            if not is_same:
                print(f"{name}, cut after {count}: {ours} is not {(whole.thoughts, whole.text)}")
    return are_same


def main() -> int:
    """Prints how many cuts ended otherwise; returns 1 if any did."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--step", type=int, default=1)
    step = parser.parse_args().step
    demo = load_checkpoint(find_model("demo", print))
    are_same: list[bool] = []
    with tempfile.TemporaryDirectory() as folder:
        picture = draw_shape(Path(folder))
        for prompt in prompts(picture):
            for thinking in (None, True):
                are_same += compare(demo, prompt, step, thinking)
        endless = write_endless(Path(folder), **SHAPES["untied"])
        checkpoint = load_checkpoint(find_model(str(endless), print))
        # What random weights write is no text that one could read again.
        hello = (PromptMessage.of("user", "Hello?"),)
        are_same += compare(checkpoint, hello, 7 * step, reads=False)
    print(f"{are_same.count(False)} of {len(are_same)} answers went on otherwise")
    return int(not all(are_same))


if __name__ == "__main__":
    sys.exit(main())
