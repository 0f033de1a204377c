"""`make fuzz-ahead`: decoding ahead gives what one token after the other gives, by chance too.

Two engines on the same weights hold the same conversations, in which much is said again; one of
them decodes ahead wherever it can, in passes of random sizes. Greedy answers must be the same token
for token. Sampled ones, of other seeds, must come from the same distribution: a chi-square test
compares how often each token followed each beginning of an answer.

With `--mutant` proposed tokens are now and then accepted that the model did not choose, and both
must find it.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from seeshell.core.engine.decoding.chooser import Choices
from seeshell.core.engine.engine import PromptImage, PromptMessage
from seeshell.core.engine.loading import load_checkpoint
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.models.sources import find_model

from ..core.engine.asking import AlwaysGains, Answer, draw_shape, make_asker

_QUESTIONS: Final = (
    "What is in the picture?",
    "Describe the picture.",
    "Describe all pictures.",
    "Compare the pictures.",
    "What is in the first picture?",
    "What is your name?",
    "Who are you?",
    "What can you do?",
    "Count to 100.",
)
_SHAPES: Final = [(shape, color) for shape in ("circle", "square") for color in ("red", "blue")]
_MOST_TURNS: Final = 6
_GREEDY: Final = GenerationOptions(temperature=0.0, max_tokens=60)
_CONVERSATION: Final = 1
_REPORTED: Final = 50
"""Answers from one line of progress to the next."""

_TEMPERATURE: Final = 2.0
"""At which the demo model's answers differ, and are still copied now and then."""

_LEAST_EXPECTED: Final = 5
"""Rarer tokens of a place are counted as one: the test wants so many of each."""

_MOST_DEVIATION: Final = 3.3
"""Standard deviations above what chance gives: exceeded once in two thousand runs."""


class Pair:
    """Two engines on the demo model, of which one decodes ahead."""

    def __init__(self, seed: int, folder: Path) -> None:
        checkpoint = load_checkpoint(find_model("demo", lambda _: None))
        self.ahead, self.plain = make_asker(checkpoint), make_asker(checkpoint)
        self.chance = random.Random(seed)
        self.ahead.resident.ahead.gain = AlwaysGains(self.chance.choice)
        self.plain.resident.ahead.is_allowed = False
        self.images = [draw_shape(folder, *shape) for shape in _SHAPES]

    def forget(self) -> None:
        """Begins a conversation: nothing of the last one is left."""
        for ask in (self.ahead, self.plain):
            ask.resident.free_caches()
            ask.resident.past.remove_conversation(_CONVERSATION)


def compare_greedy(pair: Pair, count: int, report: Callable[[str], None]) -> int:
    """Compares so many greedy answers; returns how many differ."""
    answers = differing = tokens = copied = 0
    while answers < count:
        pair.forget()
        for messages in _conversation(pair):
            found, expected = (
                ask(*messages, options=_GREEDY, conversation=_CONVERSATION)
                for ask in (pair.ahead, pair.plain)
            )
            messages.append(PromptMessage.of("assistant", expected.text))
            answers += 1
            tokens += expected.stats.generated_tokens
            copied += found.stats.copied_tokens
            if (found.tokens, found.text) != (expected.tokens, expected.text):
                differing += 1
                report(f"differs: {[message.text for message in messages]}\n  {found.text!r}")
            if answers % _REPORTED == 0:
                report(
                    f"{answers} greedy answers, {tokens} tokens, {copied} copied, "
                    f"{differing} answers differ"
                )
    return differing


def _conversation(pair: Pair) -> Iterator[list[PromptMessage]]:
    """Yields the messages of each prompt; the answer is put behind them before the next."""
    chance = pair.chance
    messages: list[PromptMessage] = []
    for _ in range(chance.randint(2, _MOST_TURNS)):
        if len(messages) > 2 and chance.random() < 0.3:
            # An edit: another question in place of one of the last two.
            del messages[-2 * chance.randint(1, 2) :]
        images: tuple[PromptImage, ...] = ()
        if chance.random() < 0.4:
            images = (chance.choice(pair.images),)
        messages.append(PromptMessage.of("user", chance.choice(_QUESTIONS), images))
        yield messages
        if chance.random() < 0.15:
            yield _regenerated(messages)


def _regenerated(messages: list[PromptMessage]) -> list[PromptMessage]:
    del messages[-1]
    return messages


def compare_sampled(pair: Pair, count: int, report: Callable[[str], None]) -> float:
    """Samples so many tokens with each engine; returns by how much they differ.

    Returns:
        Standard deviations from what two samples of one distribution give.
    """
    pair.forget()
    question = PromptMessage.of("user", "What is in the picture?", tuple(pair.images[:2]))
    samples = [_Followers(), _Followers()]
    seed = tokens = copied = 0
    while tokens < count:
        answers = []
        for ask in (pair.ahead, pair.plain):
            seed += 1
            options = GenerationOptions(temperature=_TEMPERATURE, max_tokens=30, seed=seed)
            answers.append(ask(question, options=options, conversation=_CONVERSATION))
        for sample, answer in zip(samples, answers, strict=True):
            sample.add(answer)
        tokens += min(answer.stats.generated_tokens for answer in answers)
        copied += answers[0].stats.copied_tokens
        if seed % (4 * _REPORTED) == 0:
            report(f"{tokens} tokens sampled with each, {copied} copied")
    square, freedom = _chi_square(*samples)
    if not freedom:
        raise SystemExit("These are too few tokens to compare; ask for more with --tokens.")
    # Source: Wilson and Hilferty, The distribution of chi-square, 1931.
    spread = 2 / (9 * freedom)
    deviation = float(((square / freedom) ** (1 / 3) - (1 - spread)) / spread**0.5)
    report(
        f"{tokens} tokens sampled with each, {copied} copied: chi-square {square:.0f} at {freedom} "
        f"degrees of freedom, {deviation:+.2f} standard deviations"
    )
    return deviation


class _Followers(defaultdict[tuple[int, ...], Counter[int]]):
    """How often each token followed each beginning of an answer."""

    def __init__(self) -> None:
        super().__init__(Counter)

    def add(self, answer: Answer) -> None:
        for index, token in enumerate(answer.tokens):
            self[tuple(answer.tokens[:index])][token] += 1


def _chi_square(one: _Followers, other: _Followers) -> tuple[float, int]:
    """Returns chi-square and degrees of freedom, over all beginnings that came often enough.

    What follows one beginning is independent of what follows another, once it is known how often
    each came. Source: Billingsley, Statistical methods in Markov chains, 1961.
    """
    square, freedom = 0.0, 0
    for beginning in one.keys() & other.keys():
        table = _table(one[beginning], other[beginning])
        sums = [sum(row[index] for row in table) for index in (0, 1)]
        for row in table:
            for index in (0, 1):
                expected = sum(row) * sums[index] / sum(sums)
                square += (row[index] - expected) ** 2 / expected
        freedom += max(0, len(table) - 1)
    return square, freedom


def _table(one: Counter[int], other: Counter[int]) -> list[tuple[int, int]]:
    """Returns how often each token came here and there, rare ones together."""
    rows, rest = [], (0, 0)
    share = min(one.total(), other.total()) / (one.total() + other.total())
    for token in one.keys() | other.keys():
        row = one[token], other[token]
        if sum(row) * share >= _LEAST_EXPECTED:
            rows.append(row)
        else:
            rest = rest[0] + row[0], rest[1] + row[1]
    if sum(rest) * share >= _LEAST_EXPECTED:
        rows.append(rest)
    return rows


def accept_too_much(patch: pytest.MonkeyPatch) -> None:
    """The mistake: one proposed token in ten is accepted although another one was chosen."""
    agreed, chance = Choices.agreed, random.Random(0)

    def agreed_or_not(self: Choices, proposal: Sequence[int], least: float) -> Any:
        count, follower = agreed(self, proposal, least)
        if count < len(proposal) and follower is not None and chance.random() < 0.1:
            return count + 1, int(self.tokens[count + 1].item())
        return count, follower

    patch.setattr(Choices, "agreed", agreed_or_not)


def main() -> int:
    """Runs what the command line asks for; 0 where it found what it was to find."""
    options = _parse()
    started_at = time.monotonic()

    def report(line: str) -> None:
        print(f"{line}, {(time.monotonic() - started_at) / 60:.1f} min", flush=True)

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        if options.mutant:
            accept_too_much(patch)
        pair = Pair(options.seed, Path(folder))
        differing = compare_greedy(pair, options.answers, report)
        deviation = compare_sampled(pair, options.tokens, report)
    found = [differing > 0, deviation > _MOST_DEVIATION]
    return 0 if found == [options.mutant] * 2 else 1


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz-ahead", description=__doc__)
    parser.add_argument("--answers", type=int, default=1000, help="greedy ones")
    parser.add_argument("--tokens", type=int, default=20_000, help="sampled with each engine")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mutant", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
