"""Files of states: a snapshot's arrays, and how they make up what the caches give out."""

from pathlib import Path
from typing import Final

import mlx.core as mx
import numpy as np

from .snapshot import Snapshot, array_of, pack_states, unpack_states
from .spill_block import StoredTensor
from .tensor_file import dtype_of, read_tensor, write_tensors

_FORM: Final = "form"


def write_snapshot(path: Path, snapshot: Snapshot) -> dict[str, StoredTensor]:
    """Writes a snapshot to a file and returns where its tensors lie, by name.

    Args:
        path: ends in `.safetensors`.
        snapshot: what is written.
    """
    form, arrays = pack_states(snapshot)
    named = {str(index): array for index, array in enumerate(arrays)}
    return write_tensors(path, named | {_FORM: mx.array(np.frombuffer(form, np.uint8))})


def read_snapshot(path: Path, stored: dict[str, StoredTensor], length: int) -> Snapshot:
    """Returns the snapshot in a file.

    Args:
        path: of the file.
        stored: where its tensors lie, by name.
        length: tokens that it comes after.

    Raises:
        OSError: the file can't be read.
        ValueError: it is not what was written.
    """
    arrays = [
        array_of(read_tensor(path, tensor), tensor.shape, dtype_of(tensor))
        for tensor in (stored[str(index)] for index in range(len(stored) - 1))
    ]
    return unpack_states(read_tensor(path, stored[_FORM]).tobytes(), arrays, length)
