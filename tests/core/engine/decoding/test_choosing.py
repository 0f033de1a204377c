"""Which tokens are chosen from given logits, and by which of the options."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from msgspec.structs import replace

from seeshell.core.engine.decoding.chooser import Chooser, make_chooser
from seeshell.core.engine.decoding.sampling import Chance
from seeshell.core.engine.loading import Checkpoint
from seeshell.core.generation_options import GenerationOptions

SAMPLED = GenerationOptions(temperature=1.0, seed=1)


def logits_of(demo: Checkpoint, *probabilities: float) -> Any:
    """Logits of the whole vocabulary, whose first tokens have these probabilities."""
    row = np.full((1, demo.model.config.text_config.vocab_size), -1e9, dtype=np.float32)
    row[0, : len(probabilities)] = np.log(probabilities)
    return mx.array(row)


def chosen(chooser: Chooser, logits: Any, count: int) -> list[int]:
    """Tokens chosen one after the other where the model always says the same."""
    tokens = []
    for _ in range(count):
        token = chooser.choose(logits)
        chooser.take(token)
        tokens.append(int(token.item()))
    return tokens


def sample(demo: Checkpoint, options: GenerationOptions, *probabilities: float) -> list[int]:
    return chosen(make_chooser(demo, options, 300), logits_of(demo, *probabilities), 300)


def test_tokens_come_with_their_probabilities() -> None:
    probabilities = np.array([0.5, 0.3, 0.15, 0.05])
    rows = mx.array(np.tile(np.log(probabilities), (4000, 1)))
    tokens = mx.argmax(Chance(1.0, [], seed=3).scores(rows, 0), axis=-1)
    counts = np.bincount(np.array(tokens), minlength=4)
    expected = 4000 * probabilities
    # Exceeded once in a thousand seeds, with three degrees of freedom.
    assert (((counts - expected) ** 2) / expected).sum() < 16.3


def test_a_seed_repeats_what_is_chosen_and_another_does_not(demo: Checkpoint) -> None:
    logits = logits_of(demo, 0.3, 0.3, 0.4)
    first, again, other, none = (
        chosen(make_chooser(demo, replace(SAMPLED, seed=seed), 30), logits, 30)
        for seed in (1, 1, 2, None)
    )
    assert first == again
    assert len({tuple(tokens) for tokens in (first, other, none)}) == 3


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({}, {0, 1, 2}),
        ({"min_p": 0.3}, {0, 1}),
        ({"min_p": 0.6}, {0}),
        ({"top_p": 0.7}, {0, 1}),
        ({"top_k": 1}, {0}),
        ({"temperature": 0.05}, {0}),
        ({"temperature": 0.0, "min_p": 0.3}, {0}),
    ],
)
def test_an_option_leaves_out_unlikely_tokens(
    demo: Checkpoint, options: dict[str, Any], kept: set[int]
) -> None:
    asked = replace(SAMPLED, **options)
    assert set(sample(demo, asked, 0.55, 0.3, 0.15)) == kept


@pytest.mark.parametrize(
    ("options", "tokens"),
    [
        ({}, [0, 0, 0, 0]),
        ({"presence_penalty": 0.5}, [0, 0, 0, 0]),
        ({"presence_penalty": 1.0}, [0, 1, 0, 0]),
        ({"presence_penalty": 2.0}, [0, 1, 2, 0]),
        ({"repetition_penalty": 1.0}, [0, 0, 0, 0]),
        ({"repetition_penalty": 3.0}, [0, 1, 0, 0]),
        ({"repetition_penalty": 5.0}, [0, 1, 2, 0]),
    ],
)
def test_a_penalty_makes_room_for_what_was_not_said_yet(
    demo: Checkpoint, options: dict[str, float], tokens: Sequence[int]
) -> None:
    chooser = make_chooser(demo, GenerationOptions(temperature=0.0, **options), 4)
    assert chosen(chooser, logits_of(demo, 0.6, 0.3, 0.1), 4) == tokens


def test_what_is_not_asked_for_is_as_the_checkpoint_says(demo: Checkpoint) -> None:
    defaults = {"repetition_penalty": 4.0, "min_p": 0.3}
    strict = dataclasses.replace(demo, generation_defaults=defaults)
    greedy = GenerationOptions(temperature=0.0)
    logits = logits_of(demo, 0.55, 0.3, 0.15)
    assert chosen(make_chooser(strict, greedy, 3), logits, 3) == [0, 1, 2]
    off = replace(greedy, repetition_penalty=1.0)
    assert chosen(make_chooser(strict, off, 3), logits, 3) == [0, 0, 0]
    plain = replace(SAMPLED, repetition_penalty=1.0)
    assert set(chosen(make_chooser(strict, plain, 300), logits, 300)) == {0, 1}
    assert set(sample(strict, replace(plain, min_p=0.0), 0.55, 0.3, 0.15)) == {0, 1, 2}


def test_a_checkpoint_says_how_its_makers_would_sample(demo: Checkpoint) -> None:
    assert demo.generation_defaults["do_sample"] is False
