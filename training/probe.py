"""Makes image tokens say what they see, in the language model's own word embeddings.

The four corner tokens of a picture each name one figure; every other token names how many
figures there are and the ground, or that the picture is outside the world. Without this the
text layers learn the phrases and never look. Where the figures have spots, their corner tokens
have to know their boxes too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from training.answers import ORDINALS
from training.batches import Batch, Pictures
from training.boxes import bounds_of
from training.dialogues import Shown
from training.grids import Grid, corner_tokens
from training.world import COLOURS, GROUNDS, SHAPES, Figure, Scene

_WORDS: Final = {
    "shape": ("nothing", *SHAPES),
    "colour": ("nothing", *COLOURS),
    "row": ("top", "middle", "bottom"),
    "column": ("left", "middle", "right"),
    "count": ("no", "one", "two", "three", "four", "outside"),
    "ground": GROUNDS,
    "ordinal": ORDINALS,
}
_WEIGHTS: Final = {
    "shape": 1.0,
    "colour": 1.0,
    "row": 0.5,
    "column": 0.5,
    "count": 0.5,
    "ground": 0.25,
}
_BOX_WEIGHT: Final = 10.0
_UNASKED: Final = -100


@dataclass(frozen=True)
class ProbeResult:
    """The loss, and for each property the share of tokens that name it right.

    `off` is by how much of the picture's sides the edges of the boxes are off.
    """

    loss: Tensor
    accuracy: dict[str, float]


class Probe(nn.Module):
    """Reads image tokens with the tied word embeddings; learns one scale, and to read boxes."""

    def __init__(self, tokenizer: Tokenizer, width: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))
        self.box = nn.Linear(width, 4)
        self.edge = nn.Linear(width, 4)
        self._words = {
            name: torch.tensor([_single_token(tokenizer, word) for word in words])
            for name, words in _WORDS.items()
        }

    def forward(self, seen: Tensor, pictures: Pictures, embeddings: Tensor) -> ProbeResult:
        """How well the image tokens `seen` name what the pictures show."""
        normed = functional.rms_norm(seen, (seen.shape[-1],)) * self.scale
        loss = torch.zeros(())
        accuracy = {}
        for name, wanted in _labels_of(pictures).items():
            logits = normed @ embeddings[self._words[name]].T
            asked = wanted != _UNASKED
            if asked.any():
                loss = loss + _WEIGHTS[name] * functional.cross_entropy(logits, wanted)
                hits = logits.argmax(-1)[asked] == wanted[asked]
                accuracy[name] = hits.float().mean().item()
        tokens, bounds = _bounds_of(pictures)
        if len(tokens):
            off = (self.box(normed[tokens]).sigmoid() - bounds).abs().mean()
            loss = loss + _BOX_WEIGHT * off
            accuracy["off"] = off.item()
        return ProbeResult(loss, accuracy)

    def ordinal(self, bound: Tensor, ordinals: Tensor, embeddings: Tensor) -> ProbeResult:
        """How well the image tokens' hidden states `bound` name the picture they belong to."""
        normed = functional.rms_norm(bound, (bound.shape[-1],)) * self.scale
        logits = normed @ embeddings[self._words["ordinal"]].T
        hits = logits.argmax(-1) == ordinals
        loss = functional.cross_entropy(logits, ordinals)
        return ProbeResult(loss, {"ordinal": hits.float().mean().item()})

    def edges(self, measured: Tensor, batch: Batch) -> ProbeResult:
        """How well the tokens before the numbers of boxes know them, `measured` being all."""
        if not len(batch.edge_tokens):
            return ProbeResult(torch.zeros(()), {})
        states = measured[batch.edge_tokens]
        given = self.edge(functional.rms_norm(states, (states.shape[-1],))).sigmoid()
        given = given.gather(1, batch.edge_sides[:, None])[:, 0]
        off = (given - batch.edge_shares).abs().mean()
        return ProbeResult(_BOX_WEIGHT * off, {"edges off": off.item()})

    def meanings(self, measured: Tensor, batch: Batch, embeddings: Tensor) -> ProbeResult:
        """How well the tokens before words in German or capitals know the plain words."""
        if not len(batch.meant_tokens):
            return ProbeResult(torch.zeros(()), {})
        states = measured[batch.meant_tokens]
        logits = functional.rms_norm(states, (states.shape[-1],)) * self.scale @ embeddings.T
        hits = logits.argmax(-1) == batch.meant_ids
        loss = functional.cross_entropy(logits, batch.meant_ids)
        return ProbeResult(loss, {"meant": hits.float().mean().item()})


def _single_token(tokenizer: Tokenizer, word: str) -> int:
    ids = tokenizer.encode(f" {word}").ids
    if len(ids) != 1:
        raise ValueError(f"the tokenizer splits {word!r}, which the probe reads as one token")
    return ids[0]


def _bounds_of(pictures: Pictures) -> tuple[Tensor, Tensor]:
    """The image tokens of figures with spots, and the bounds of those, (tokens, 4)."""
    tokens: list[int] = []
    bounds: list[tuple[float, float, float, float]] = []
    start = 0
    grids = [grid for grid, count in pictures.batch.groups for _ in range(count)]
    for shown, grid in zip(pictures.shown, grids, strict=True):
        corners = zip(corner_tokens(grid), figures_by_corner(shown.scene), strict=True)
        for corner, figure in corners:
            if figure and figure.spot:
                tokens.append(start + corner)
                bounds.append(bounds_of(figure, shown.ratio))
        start += grid[0] * grid[1]
    return torch.tensor(tokens, dtype=torch.long), torch.tensor(bounds).view(-1, 4)


def _labels_of(pictures: Pictures) -> dict[str, Tensor]:
    """For each property the wanted word's index of every image token, or `_UNASKED`."""
    grids = [grid for grid, count in pictures.batch.groups for _ in range(count)]
    rows: dict[str, list[int]] = {name: [] for name in _WEIGHTS}
    for shown, grid in zip(pictures.shown, grids, strict=True):
        for name, labels in _picture_labels(shown, grid).items():
            rows[name] += labels
    return {name: torch.tensor(labels) for name, labels in rows.items()}


def _picture_labels(shown: Shown, grid: Grid) -> dict[str, list[int]]:
    scene, tokens = shown.scene, grid[0] * grid[1]
    count = len(_WORDS["count"]) - 1 if scene.outside else len(scene.figures)
    ground = _UNASKED if scene.outside else GROUNDS.index(scene.ground)
    labels = {name: [_UNASKED] * tokens for name in _WEIGHTS}
    labels["count"] = [count] * tokens
    labels["ground"] = [ground] * tokens
    for corner, figure in zip(corner_tokens(grid), figures_by_corner(scene), strict=True):
        labels["count"][corner] = labels["ground"][corner] = _UNASKED
        labels["shape"][corner] = 1 + SHAPES.index(figure.shape) if figure else 0
        labels["colour"][corner] = 1 + COLOURS.index(figure.colour) if figure else 0
        if figure and not scene.is_free:
            labels["row"][corner] = 1 + figure.place.row
            labels["column"][corner] = 1 + figure.place.column
    return labels


def figures_by_corner(scene: Scene) -> Sequence[Figure | None]:
    """Which figure each corner token names: the one in its quarter, or the one that reaches it.

    A figure that spans the middle belongs to the upper or the left one of its corners.
    """
    found: list[Figure | None] = [None] * 4
    for figure in scene.figures:
        place = figure.place
        found[2 * (place.row > 0) + (place.column > 0)] = figure
    return found
