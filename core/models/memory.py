"""What a model can have of this machine's memory."""

import subprocess
import sys
from functools import cache
from os import sysconf
from typing import Final

from ..errors import ModelTooLarge
from .backends import has_gpu

USABLE_SHARE: Final = 0.9
"""Of the memory that a model can have, for weights, KV caches and features; the rest is for what is
there for a moment, and the allocator's slack."""


def check_memory(name: str, needed_bytes: int, usable_bytes: int = 0) -> None:
    """Checks that the weights fit the memory.

    Args:
        name: what errors call the model.
        needed_bytes: of the loaded weights.
        usable_bytes: what a model can have; 0 for what this machine gives.

    Raises:
        ModelTooLarge: names both numbers and what helps.
    """
    usable = usable_bytes or usable_memory()
    if needed_bytes > usable:
        raise ModelTooLarge(
            f"{name} needs {format_bytes(needed_bytes)} for its weights and a model can have "
            f"{format_bytes(usable)} of this machine's memory; choose a smaller model or one with "
            "fewer bits a weight, or use a model on another machine by its http:// address."
        )


@cache
def usable_memory() -> int:
    """Returns the bytes that a model can have: all memory, the GPU's share on macOS, or its own.

    Source: Metal's recommended working set, 2/3 of up to 36 GB of unified memory and 3/4 of more,
    unless the user set `iogpu.wired_limit_mb`.
    """
    total = sysconf("SC_PAGE_SIZE") * sysconf("SC_PHYS_PAGES")
    if sys.platform != "darwin":
        return (_nvidia_memory() if has_gpu() else 0) or total
    command = ["sysctl", "-n", "iogpu.wired_limit_mb"]
    limit = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    if limit.isdigit() and int(limit):
        return int(limit) << 20
    return total * 2 // 3 if total <= 36 << 30 else total * 3 // 4


def number_bytes() -> int:
    """Returns the bytes of a number that the engine computes with here."""
    return 2 if has_gpu() else 4


def _nvidia_memory() -> int:
    """Returns the bytes of the first NVIDIA GPU; 0 where its tool does not say."""
    command = ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    first = answer.stdout.partition("\n")[0].strip()
    return int(first) << 20 if first.isdigit() else 0


def format_bytes(count: int) -> str:
    """Returns a size for people, in decimal units as disks and downloads are sold."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"
