"""Keeps a failure for want of memory from spoiling anything but the work that met it."""

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import mlx.core as mx

from .memory import (
    failed_allocation_bytes,
    is_memory_failure,
    memory_limit_bytes,
    out_of_memory,
    wired_memory,
)
from .mlx_vlm_names import generation_stream
from .past_turns import MEMORY_RAN_OUT
from .resident import ResidentModel


@contextmanager
def guarded_memory(resident: ResidentModel, count_tokens: Callable[[], int]) -> Iterator[None]:
    """Runs the block on the model's stream and gives freed buffers back to the system.

    Should memory run out, all caches are freed.

    Args:
        resident: whose caches are freed then.
        count_tokens: says how many tokens the block needed KV for.

    Raises:
        OutOfMemory: it ran out; what comes next works.
    """
    try:
        with wired_memory(), mx.stream(generation_stream):
            yield
    except (RuntimeError, MemoryError) as error:
        if not is_memory_failure(error):
            raise
        traceback.clear_frames(error.__traceback__)
        failure = str(error)
    else:
        mx.clear_cache()
        return
    resident.free_caches()
    resident.past.mark_lost(MEMORY_RAN_OUT)
    mx.clear_cache()
    needed = failed_allocation_bytes(failure) or count_tokens() * resident.pool.token_bytes
    raise out_of_memory(needed, memory_limit_bytes() - int(mx.get_active_memory()))
