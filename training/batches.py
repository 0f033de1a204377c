"""Fresh examples in batches of like length."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from training.dialogues import Mix, Shown, sample_dialogue
from training.grids import Grid
from training.network import rotary_positions
from training.prompts import IMAGE_TOKEN, Example, encode
from training.vision_tower import PictureBatch
from training.world import Split

_DIALOGUES_AT_ONCE: Final = 320


@dataclass(frozen=True)
class Pictures:
    """Pictures packed by grid, with what each shows."""

    batch: PictureBatch
    shown: Sequence[Shown]
    order: Sequence[int]
    """Where each packed picture stood before."""


@dataclass(frozen=True)
class Batch:
    """One step's dialogues."""

    ids: Tensor
    is_answer: Tensor
    positions: Tensor
    image_tokens: Tensor
    """Where the image tokens of `pictures` stand in the flattened ids."""
    ordinals: Tensor
    """For each of them, which picture of its dialogue it belongs to, from 0."""
    pictures: Pictures | None
    edge_tokens: Tensor
    """Where, in the flattened ids, the edges of boxes are about to be said."""
    edge_sides: Tensor
    edge_shares: Tensor
    meant_tokens: Tensor
    """Where, in the flattened ids, a word that stands for a plain one is about to be said."""
    meant_ids: Tensor


def pack_pictures(
    shown: Sequence[Shown], patches: Sequence[np.ndarray], grids: Sequence[Grid]
) -> Pictures:
    """Pictures of one grid side by side, so that attention runs once per grid."""
    order = sorted(range(len(grids)), key=lambda index: grids[index])
    groups = [(grid, len(list(same))) for grid, same in groupby(grids[index] for index in order)]
    stacked = torch.from_numpy(np.concatenate([patches[index] for index in order]))
    return Pictures(PictureBatch(stacked, groups), [shown[index] for index in order], order)


def batches(
    rng: random.Random, split: Split, mix: Mix, tokenizer: Tokenizer, tokens: int
) -> Iterator[Batch]:
    """Batches of about so many tokens, drawn afresh without end."""
    while True:
        examples = [
            encode(sample_dialogue(rng, split, mix), tokenizer, rng)
            for _ in range(_DIALOGUES_AT_ONCE)
        ]
        examples.sort(key=lambda example: len(example.ids))
        groups: list[list[Example]] = [[]]
        for example in examples:
            if groups[-1] and len(example.ids) * (len(groups[-1]) + 1) > tokens:
                groups.append([])
            groups[-1].append(example)
        rng.shuffle(groups)
        for group in groups:
            yield collate(group, tokenizer)


def collate(examples: Sequence[Example], tokenizer: Tokenizer) -> Batch:
    """The examples padded to one length."""
    image_token = tokenizer.token_to_id(IMAGE_TOKEN)
    length = max(len(example.ids) for example in examples)
    ids = np.full((len(examples), length), tokenizer.token_to_id("<|endoftext|>"))
    is_answer = np.zeros((len(examples), length), bool)
    positions = np.zeros((len(examples), length, 3), np.int64)
    spans: list[np.ndarray] = []
    ordinals: list[np.ndarray] = []
    for row, example in enumerate(examples):
        end = len(example.ids)
        ids[row, :end] = example.ids
        is_answer[row, :end] = example.is_answer
        positions[row, :end] = rotary_positions(example.ids, image_token, example.grids)
        spots = np.flatnonzero(ids[row] == image_token) + row * length
        ends = np.cumsum([rows * columns for rows, columns in example.grids])[:-1]
        new = np.split(spots, ends) if example.grids else []
        spans += new
        ordinals += [np.full(len(span), ordinal) for ordinal, span in enumerate(new)]
    pictures = None
    if spans:
        pictures = pack_pictures(
            [shown for example in examples for shown in example.shown],
            [patches for example in examples for patches in example.patches],
            [grid for example in examples for grid in example.grids],
        )
    order = pictures.order if pictures else []
    tokens, belongs = (
        np.concatenate([np.zeros(0, np.int64), *(parts[index] for index in order)])
        for parts in (spans, ordinals)
    )
    edges = [
        (row * length + edge.token, edge.side, edge.share)
        for row, example in enumerate(examples)
        for edge in example.edges
    ]
    edge_tokens, edge_sides, edge_shares = zip(*edges, strict=True) if edges else ((), (), ())
    meant = [
        (row * length + token, word)
        for row, example in enumerate(examples)
        for token, word in example.meant
    ]
    meant_tokens, meant_ids = zip(*meant, strict=True) if meant else ((), ())
    return Batch(
        *map(torch.from_numpy, (ids, is_answer, positions, tokens, belongs)),
        pictures,
        torch.tensor(edge_tokens, dtype=torch.long),
        torch.tensor(edge_sides, dtype=torch.long),
        torch.tensor(edge_shares),
        *(torch.tensor(part, dtype=torch.long) for part in (meant_tokens, meant_ids)),
    )
