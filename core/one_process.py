"""Refuses to be one of several processes that compute a model together, as `mlx.launch` starts."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from .errors import CoreUnreachable

_RANKS: Final = ("MLX_RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK")
"""Which of the processes this is: of mlx.launch's backends, and of MPI's."""

_SIZES: Final = ("MLX_WORLD_SIZE", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE")

_HOSTS: Final = ("MLX_HOSTFILE", "MLX_IBV_DEVICES")
"""Files with a list that has an entry for each process."""


def check_alone(environment: Mapping[str, str]) -> None:
    """Makes sure that a core is no part of a group of processes.

    The engine computes every model in one process, whichever families mlx-vlm can spread; each
    process of a group would answer by itself.

    Args:
        environment: variables of this process.

    Raises:
        CoreUnreachable: it is.
    """
    if any(_number(environment.get(name, "")) > 0 for name in _RANKS) or _count(environment) > 1:
        raise CoreUnreachable(
            "seeshell computes a model in one process, and mlx.launch or MPI has started several: "
            "start it alone, and for a model that needs several machines give --model the address "
            "of a server that spreads it, such as `vllm serve`."
        )


def _count(environment: Mapping[str, str]) -> int:
    """Returns how many processes there are, as far as the environment tells; 1 if it does not."""
    counts = [_number(environment.get(name, "")) for name in _SIZES]
    for name in _HOSTS:
        with suppress(OSError, ValueError, RecursionError):
            listed = json.loads(Path(environment.get(name, "")).read_bytes())
            counts.append(len(listed) if isinstance(listed, list) else 1)
    return max(*counts, 1)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0
