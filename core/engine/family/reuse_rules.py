"""What of a prompt's KV a family can use again: found out by trying, not by its name."""

from typing import TYPE_CHECKING, Any, Final

import mlx.core as mx
import numpy as np
from PIL import Image

from ..kv.prefix import ImageSpan
from ..mlx_vlm_names import chunked_prefill_enabled
from .family import Reuse
from .positions import rope_positions
from .processing import token_list, types_of

if TYPE_CHECKING:
    from .generic import Generic

_SIZES: Final = ((64, 48), (48, 80))
"""Pixels across and down of the pictures that are tried."""

_NO_BUDGET: Final = 10**9

_TOLERANCE: Final = 1e-3
"""Part of the largest number by which rows may differ that are the same."""


def find_reuse(family: "Generic", model: Any) -> Reuse:
    """Returns what can be reused as far as no picture need be encoded to tell.

    Args:
        family: of the model.
        model: as mlx-vlm loads it.
    """
    inputs = family.inputs([_picture(family, _SIZES[0])])
    tokens = token_list(inputs)
    found = family.embed(tokens, inputs)
    if found.cross_attention_states is not None or found.decoder_inputs_embeds is not None:
        return Reuse("cold", "its layers look at pictures beside the prompt")
    if found.inputs_embeds.shape[1] != len(tokens):
        return Reuse("cold", "its pictures have other numbers of rows than of tokens")
    is_picture = family.is_picture(tokens)
    places = np.flatnonzero(is_picture).tolist()
    if not _counts_as_a_grid(model.language_model, tokens, places, inputs):
        return Reuse("cold", "its tokens are placed by a rule of its own")
    kinds = types_of(inputs, is_picture), types_of(inputs, np.zeros_like(is_picture))
    with_picture, text = (
        chunked_prefill_enabled(model, input_ids=mx.array([tokens]), prefill_kwargs=kind)
        for kind in kinds
    )
    if not text:
        return Reuse("cold", "its tokens attend to those after them")
    if not with_picture:
        return Reuse("text", "a picture's tokens attend to each other")
    return Reuse("full")


def pictures_are_independent(family: "Generic") -> bool:
    """Whether a picture has the rows in a prompt with another that it has alone."""
    pictures = [_picture(family, size) for size in _SIZES]
    inputs = family.inputs(pictures)
    tokens = token_list(inputs)
    places = mx.array(np.flatnonzero(family.is_picture(tokens)))
    together = family.embed(tokens, inputs).inputs_embeds[0][places]
    alone = mx.concatenate([family.encode(picture).embeddings for picture in pictures])
    if alone.shape != together.shape:
        return False
    difference = mx.abs(together - alone).max() / mx.abs(alone).max()
    return bool((difference <= _TOLERANCE).item())


def long_after(language: Any) -> int:
    """Returns the length past which positions are turned by other angles; 0 for none.

    KV of a prompt up to it is of no use for a longer one.
    """
    for _, module in language.named_modules():
        limit = getattr(module, "original_max_position_embeddings", 0)
        short, long = (getattr(module, name, None) for name in ("_short_freqs", "_long_freqs"))
        if limit and short is not None and long is not None:
            is_same = bool(mx.allclose(short, long).item())
            return 0 if is_same else int(limit)
    return 0


def _counts_as_a_grid(
    language: Any, tokens: list[int], places: list[int], inputs: dict[str, Any]
) -> bool:
    """Whether positions are those of Qwen2-VL, or simply the tokens' indexes."""
    index = getattr(language, "get_rope_index", None)
    if not callable(index):
        return True
    grid = inputs.get("image_grid_thw")
    if grid is None:
        return False
    expected = np.array(index(mx.array([tokens]), grid, None, None)[0])
    _, rows, columns = (int(it) for it in np.array(grid)[0])
    merge = round((rows * columns / max(1, len(places))) ** 0.5)
    if not places or rows * columns != len(places) * merge**2:
        return False
    span = ImageSpan(places[0], rows // merge, columns // merge, "")
    return np.array_equal(rope_positions([span], len(tokens)), expected.reshape(3, -1))


def _picture(family: "Generic", size: tuple[int, int]) -> Image.Image:
    """Returns a picture that is not the same everywhere, at a size that the processor keeps."""
    fitted = family.fit(*size, budget=_NO_BUDGET)
    return Image.linear_gradient("L").resize((fitted.width, fitted.height)).convert("RGB")
