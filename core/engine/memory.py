"""What the engine may hold: the machine's memory, wired memory, and failures for want of it."""

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import mlx.core as mx

from ..errors import ImageError, OutOfMemory
from ..models.memory import USABLE_SHARE, usable_memory

_FAILED_ALLOCATION: Final = re.compile(
    r"unable to allocate|attempting to allocate|insufficient memory|out of memory", re.IGNORECASE
)


def memory_limit_bytes() -> int:
    """Returns how much the engine may hold on this machine without swapping."""
    if mx.metal.is_available():
        return int(mx.device_info()["max_recommended_working_set_size"])
    return usable_memory()


def spare_memory_bytes(limit_bytes: int, weights_bytes: int) -> int:
    """Returns what is left beside the weights for KV caches and features; 0 if nothing."""
    return max(0, int(limit_bytes * USABLE_SHARE) - weights_bytes)


def give_back_memory() -> None:
    """Frees what nothing refers to any more, and the buffers that MLX keeps for other arrays."""
    gc.collect()
    mx.clear_cache()


def is_memory_failure(error: BaseException) -> bool:
    """Whether MLX or Python raised this because memory ran out."""
    return isinstance(error, MemoryError) or bool(_FAILED_ALLOCATION.search(str(error)))


def failed_allocation_bytes(failure: str) -> int:
    """Returns the size that MLX says it could not allocate; 0 where it names none."""
    size = re.search(r"allocate (\d+) bytes", failure)
    return int(size.group(1)) if size else 0


def out_of_memory(needed_bytes: int, available_bytes: int) -> OutOfMemory:
    """Returns the error that names both figures and what would help."""
    return OutOfMemory(
        f"The answer needs about {_megabytes(needed_bytes)} of memory beside the model and "
        f"{_megabytes(available_bytes)} are available; leave earlier pictures or messages out, or "
        f"start a new conversation."
    )


def picture_too_large(name: str, needed_bytes: int, available_bytes: int) -> ImageError:
    """Returns the error of a picture that there is no memory to encode."""
    return ImageError(
        f"{name} needs about {_megabytes(needed_bytes)} of memory to be looked at and "
        f"{_megabytes(available_bytes)} are available; lower pixel_budget, in a preset or in "
        f"config.toml, or crop the picture."
    )


def kv_cache_full(limit_bytes: int) -> str:
    """Returns why an answer ended whose KV cache takes all the memory that it may."""
    return (
        f"The answer ended early because its KV cache fills the {_megabytes(limit_bytes)} that it "
        f"may take; leave earlier pictures or messages out, start a new conversation, or set "
        f"kv_bits or a larger kv_bytes in config.toml."
    )


@contextmanager
def wired_memory() -> Iterator[None]:
    """Keeps the model from being swapped out while an answer is computed, where there is Metal.

    Source: `wired_limit` of mlx_vlm.generate.common.
    """
    if not mx.metal.is_available():
        yield
        return
    before = mx.set_wired_limit(memory_limit_bytes())
    try:
        yield
    finally:
        mx.synchronize()
        mx.set_wired_limit(before)


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"
