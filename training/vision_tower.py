"""The vision tower of Qwen3-VL in torch, for many small pictures at once.

Parameters carry the names of the published checkpoints below `visual.`, except the patch
embedding: both frames of a still picture are equal, so one frame's weights are trained here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.grids import MERGE_SIZE, Grid

Config = dict[str, Any]


@dataclass(frozen=True)
class PictureBatch:
    """Patches of many pictures, pictures of one grid side by side."""

    patches: Tensor
    """(patches, values) as bytes."""
    groups: Sequence[tuple[Grid, int]]
    """Each grid with the number of its pictures, in the order of `patches`."""


def rotate_half(x: Tensor) -> Tensor:
    """The second half negated and put before the first."""
    half = x.shape[-1] // 2
    return torch.cat((-x[..., half:], x[..., :half]), -1)


class Attention(nn.Module):
    """Attention among the patches of one picture."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(
        self, x: Tensor, cos: Tensor, sin: Tensor, groups: Sequence[tuple[Grid, int]]
    ) -> Tensor:
        """Attends within each picture; `x` holds the patches of all of them."""
        total, width = x.shape
        q, k, v = self.qkv(x).view(total, 3, self.heads, width // self.heads).unbind(1)
        q = q * cos + rotate_half(q) * sin
        k = k * cos + rotate_half(k) * sin
        outputs, start = [], 0
        for (rows, columns), count in groups:
            patches = rows * columns * MERGE_SIZE**2
            end = start + patches * count
            parts = (
                t[start:end].view(count, patches, self.heads, -1).transpose(1, 2) for t in (q, k, v)
            )
            out = functional.scaled_dot_product_attention(*parts)
            outputs.append(out.transpose(1, 2).reshape(-1, width))
            start = end
        return self.proj(torch.cat(outputs))


class Block(nn.Module):
    """One vision layer."""

    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, heads)
        self.mlp = nn.ModuleDict(
            {"linear_fc1": nn.Linear(width, inner), "linear_fc2": nn.Linear(inner, width)}
        )

    def forward(
        self, x: Tensor, cos: Tensor, sin: Tensor, groups: Sequence[tuple[Grid, int]]
    ) -> Tensor:
        """The patches after attention and feed-forward."""
        x = x + self.attn(self.norm1(x), cos, sin, groups)
        inner = self.mlp["linear_fc1"](self.norm2(x))
        return x + self.mlp["linear_fc2"](functional.gelu(inner, approximate="tanh"))


class Merger(nn.Module):
    """Joins 2 x 2 patches into one image token of the language model's width."""

    def __init__(self, width: int, out: int, norm_after_join: bool) -> None:
        super().__init__()
        self.joined = width * MERGE_SIZE**2
        self.norm_after_join = norm_after_join
        self.norm = nn.LayerNorm(self.joined if norm_after_join else width, eps=1e-6)
        self.linear_fc1 = nn.Linear(self.joined, self.joined)
        self.linear_fc2 = nn.Linear(self.joined, out)

    def forward(self, x: Tensor) -> Tensor:
        """(patches, width) to (image tokens, out)."""
        if self.norm_after_join:
            x = self.norm(x.reshape(-1, self.joined))
        else:
            x = self.norm(x).reshape(-1, self.joined)
        return self.linear_fc2(functional.gelu(self.linear_fc1(x)))


class VisionTower(nn.Module):
    """Pictures to image tokens, with the deepstack taps."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width, heads = config["hidden_size"], config["num_heads"]
        self.side = int(config["num_position_embeddings"] ** 0.5)
        self.head_dim = width // heads
        self.taps = list(config["deepstack_visual_indexes"])
        self.patch_embed = nn.Linear(3 * config["patch_size"] ** 2, width)
        self.pos_embed = nn.Embedding(config["num_position_embeddings"], width)
        self.blocks = nn.ModuleList(
            Block(width, heads, config["intermediate_size"]) for _ in range(config["depth"])
        )
        out = config["out_hidden_size"]
        self.merger = Merger(width, out, norm_after_join=False)
        self.deepstack_merger_list = nn.ModuleList(
            Merger(width, out, norm_after_join=True) for _ in self.taps
        )
        self._geometry: dict[Grid, tuple[Tensor, Tensor]] = {}

    def forward(self, batch: PictureBatch) -> tuple[Tensor, list[Tensor]]:
        """Image tokens of all pictures and, for each tap, what the text layers add to them."""
        geometry = [(self._geometry_of(grid), count) for grid, count in batch.groups]
        mix = torch.cat([mix.repeat(count, 1) for (mix, _), count in geometry])
        angles = torch.cat([angles.repeat(count, 1) for (_, angles), count in geometry])
        cos, sin = angles.cos()[:, None], angles.sin()[:, None]
        x = self.patch_embed(batch.patches.float() / 127.5 - 1) + mix @ self.pos_embed.weight
        added = []
        for index, block in enumerate(self.blocks):
            x = block(x, cos, sin, batch.groups)
            if index in self.taps:
                added.append(self.deepstack_merger_list[self.taps.index(index)](x))
        return self.merger(x), added

    def _geometry_of(self, grid: Grid) -> tuple[Tensor, Tensor]:
        """Weights of the learned positions for each patch of a grid, and its rotary angles."""
        if grid not in self._geometry:
            rows, columns = (MERGE_SIZE * side for side in grid)
            row, column = _patch_coordinates(rows, columns)
            mix = _interpolation(rows, self.side)[row][:, :, None]
            mix = (mix * _interpolation(columns, self.side)[column][:, None]).flatten(1)
            steps = torch.arange(0, self.head_dim // 2, 2) / (self.head_dim // 2)
            frequencies = 1 / 10_000**steps
            angles = torch.cat([row[:, None] * frequencies, column[:, None] * frequencies], -1)
            self._geometry[grid] = mix, torch.cat([angles, angles], -1)
        return self._geometry[grid]


def _patch_coordinates(rows: int, columns: int) -> tuple[Tensor, Tensor]:
    """Row and column of each patch, the four of an image token one after the other."""
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")

    def in_blocks(t: Tensor) -> Tensor:
        blocks = t.view(rows // MERGE_SIZE, MERGE_SIZE, columns // MERGE_SIZE, MERGE_SIZE)
        return blocks.transpose(1, 2).flatten()

    return in_blocks(y), in_blocks(x)


def _interpolation(length: int, side: int) -> Tensor:
    """(length, side) weights that spread `side` learned positions evenly over a length."""
    spots = torch.linspace(0, side - 1, length)
    return (1 - (spots[:, None] - torch.arange(side)).abs()).clamp(min=0)
