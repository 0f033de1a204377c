"""Files of tensors, read straight to where the numbers shall lie.

MLX reads a file into new arrays, which would have to be copied together. Here each tensor is read
once, and checked on its way from the file to its place.

XXH3 finds what a crash or a disk does to a file, in less time than reading it takes. A
cryptographic hash would find no more: whoever can forge a file here can forge its manifest too.
"""

from pathlib import Path
from typing import Any, Final, TypeAlias

import mlx.core as mx
import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from .spill_block import StoredTensor

Bytes: TypeAlias = NDArray[np.uint8]
"""A tensor's bytes: its shape, but for the last axis, which counts bytes."""

_DTYPES: Final = {
    "F32": mx.float32,
    "F16": mx.float16,
    "BF16": mx.bfloat16,
    "U32": mx.uint32,
    "I32": mx.int32,
    "I64": mx.int64,
    "U8": mx.uint8,
    "BOOL": mx.bool_,
}
"""Types of numbers by their names in a safetensors file; those that caches have."""


class _Entry(Struct):
    """A tensor in a safetensors file's header."""

    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]


def write_tensors(path: Path, arrays: dict[str, Any]) -> dict[str, StoredTensor]:
    """Writes arrays to a safetensors file and returns where they lie, by name.

    Args:
        path: ends in `.safetensors`.
        arrays: numbers of a type that caches have.
    """
    mx.save_safetensors(str(path), arrays)
    with path.open("rb") as file:
        header = file.read(int.from_bytes(file.read(8), "little"))
        start = file.tell()
        entries = msgspec.json.decode(header, type=dict[str, msgspec.Raw])
        stored = {}
        for name in arrays:
            entry = msgspec.json.decode(entries[name], type=_Entry)
            first, end = entry.data_offsets
            file.seek(start + first)
            checksum = xxh3_64_intdigest(file.read(end - first))
            stored[name] = StoredTensor(
                entry.dtype, entry.shape, start + first, end - first, checksum
            )
        return stored


def read_tensor(path: Path, tensor: StoredTensor) -> Bytes:
    """Returns a tensor's bytes.

    Raises:
        OSError: the file can't be read.
        ValueError: they are not what was written.
    """
    with path.open("rb", buffering=0) as file:
        file.seek(tensor.offset)
        content = file.read(tensor.nbytes)
    if xxh3_64_intdigest(content) != tensor.checksum:
        raise ValueError(f"the tensor at byte {tensor.offset} is not what was written")
    return np.frombuffer(content, np.uint8).reshape(*tensor.shape[:-1], -1)


def dtype_of(tensor: StoredTensor) -> Any:
    """Returns the type of a tensor's numbers."""
    return _DTYPES[tensor.type_name]
