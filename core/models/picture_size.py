"""How large a picture is to a model at most: its tokens, and what encoding it takes for a moment.

Counted from configuration; families differ in the fields that say it, of which each has some.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .backends import has_gpu
from .config import read_json
from .config_defaults import vision_defaults
from .memory import number_bytes

_PROCESSOR_FILES: Final = ("preprocessor_config.json", "processor_config.json")

_CHANNELS: Final = 3

_ROW_COPIES: Final = 14
"""Rows of a block's width that are there at once. Source: measured on Qwen3-VL's tower."""

_WIDE_COPIES: Final = 5
"""Of a block's inner width."""

_PIXEL_BYTES: Final = 4


@dataclass(frozen=True)
class LargestPicture:
    """What a picture of the largest size takes."""

    tokens: int
    """In the prompt; 0 where configuration does not say it."""
    patches: int
    """Rows in the vision tower, all tiles together."""
    work_bytes: int
    """Memory while it is encoded, beside the weights."""
    is_fixed: bool
    """Whether the model, not the pixel budget, decides on it."""


def picture_size(folder: Path, config: Mapping[str, Any], pixel_budget: int) -> LargestPicture:
    """Returns what a picture takes that is as large as the pixel budget and the model allow.

    Args:
        folder: of the model, with its processor's configuration.
        config: its config.json.
        pixel_budget: most image tokens of a picture.

    Raises:
        ModelUnsupported: a file of the model can't be read.
    """
    fields = _Fields(folder, config)
    fixed = fields.fixed_tokens()
    tokens = fixed or min(pixel_budget, fields.most_tokens() or pixel_budget)
    tiled = fields.tiles * fields.tile_patches if fixed else 0
    patches = tiled or tokens * fields.merge**2
    span = fields.tile_patches if tiled else patches
    return LargestPicture(tokens, patches, fields.work_bytes(patches, span), bool(fixed))


class _Fields:
    """Numbers of a model's configuration by any of the names that families give them."""

    def __init__(self, folder: Path, config: Mapping[str, Any]) -> None:
        places = (folder / name for name in _PROCESSOR_FILES)
        processors = [read_json(place) for place in places if place.is_file()]
        inner = [it["image_processor"] for it in processors if "image_processor" in it]
        self._processor = [it for it in (*processors, *inner) if isinstance(it, dict)]
        self._config = config
        vision = config.get("vision_config")
        stated = vision if isinstance(vision, dict) else {}
        self._vision = vision_defaults(str(config.get("model_type", ""))) | stated

    @property
    def patch(self) -> int:
        """Pixels across one patch."""
        return self._number("patch_size", "encoder_patch_size") or 14

    @property
    def merge(self) -> int:
        """Patches across one token."""
        return (
            self._number("merge_size", "spatial_merge_size", "downsample_factor")
            or self._number("scale_factor", "pooling_kernel_size")
            or 1
        )

    @property
    def tile(self) -> int:
        """Pixels across one tile, or across the picture where it is not cut."""
        longest = self._nested("max_image_size", "longest_edge")
        return longest or self._number("force_image_size", "image_size") or 0

    @property
    def tile_patches(self) -> int:
        """Patches of one tile."""
        return (self.tile // self.patch) ** 2

    @property
    def tiles(self) -> int:
        """Most tiles of a picture, a small picture of the whole included."""
        edge, tile = (
            self._nested("size", "longest_edge"),
            self._nested("max_image_size", "longest_edge"),
        )
        if edge and tile:
            return math.ceil(edge / tile) ** 2 + 1
        most = self._number("max_dynamic_patch", "num_crops", "max_num", "max_tiles")
        if most:
            return most + 1
        return 13 if "force_image_size" in self._config or self._is_internvl() else 1

    def fixed_tokens(self) -> int:
        """Returns the tokens of a picture where the pixel budget does not decide on them."""
        stated = self._number(
            "mm_tokens_per_image", "vision_soft_tokens_per_image", "image_seq_length"
        )
        if stated:
            return stated
        if crop := self._number("num_img_tokens"):
            return (self.tiles * crop) + 1 + self.tiles * 12
        if tile := self._number("image_seq_len"):
            return self.tiles * tile
        if self._is_internvl():
            return self.tiles * int(math.sqrt(self.tile_patches) * 0.5) ** 2
        is_free = bool(self._number("merge_size", "spatial_merge_size", "max_image_tokens"))
        is_free = is_free or self._config.get("model_type") in ("pixtral", "mistral3")
        return 0 if is_free or not self.tile else self.tile_patches

    def most_tokens(self) -> int:
        """Returns the most tokens that the model takes of a picture; 0 where it does not say."""
        side = self.patch * self.merge
        longest = self._nested("size", "longest_edge")
        # With the shortest beside it, Qwen's processors state areas by the names of edges.
        area = self._number("max_pixels") or (
            longest if self._nested("size", "shortest_edge") else 0
        )
        if area:
            return area // side**2
        if most := self._number("max_image_tokens"):
            return most * (self.tiles if self._number("max_tiles") else 1)
        return (longest // side) ** 2

    def work_bytes(self, patches: int, span: int) -> int:
        """Returns what the tower takes beside its weights.

        Args:
            patches: of the picture.
            span: patches to which each of them attends.
        """
        width = self._number("embed_dim", "hidden_size", "width", of=self._vision) or 1024
        inner = self._number("intermediate_size", of=self._vision) or 4 * width
        frames = self._number("temporal_patch_size") or 1
        pixels = _CHANNELS * frames * self.patch**2 * _PIXEL_BYTES
        # On a GPU attention is fused, and no weight of a pair of patches is ever written.
        heads = self._number("num_heads", "num_attention_heads", of=self._vision) or 16
        pairs = 0 if has_gpu() else heads * span
        row = number_bytes() * (_ROW_COPIES * width + _WIDE_COPIES * inner + pairs)
        return patches * (row + pixels)

    def _is_internvl(self) -> bool:
        return "downsample_ratio" in self._config

    def _number(self, *names: str, of: Mapping[str, Any] | None = None) -> int:
        for part in self._parts() if of is None else (of,):
            for name in names:
                value = part.get(name)
                if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                    return value
        return 0

    def _nested(self, name: str, inner: str) -> int:
        for part in self._processor:
            value = part.get(name)
            if isinstance(value, dict) and isinstance(value.get(inner), int):
                return int(value[inner])
        return 0

    def _parts(self) -> Iterator[Mapping[str, Any]]:
        yield from self._processor
        yield self._config
        yield self._vision
