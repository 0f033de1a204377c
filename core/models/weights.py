"""The weight files of a folder: which there should be, and what their headers say they hold."""

import json
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from ..errors import ModelUnsupported
from .backends import has_gpu
from .config import read_json
from .families import ADVICE
from .memory import format_bytes

INDEX_FILE: Final = "model.safetensors.index.json"
"""Names the file of each tensor."""

_SHARD: Final = re.compile(r"(?P<stem>.+)-(?P<number>\d+)-of-(?P<count>\d+)\.safetensors")

_MOST_SHARDS: Final = 1000
"""A file name that promises more is not believed."""

_LONGEST_HEADER: Final = 100_000_000
"""Bytes. Source: the limit of the safetensors library."""

_HALF_PRECISION: Final = ("F16", "BF16")

_OUTPUT: Final = "lm_head.weight"
"""Ends the name of the matrix that makes logits."""

_SIGHT: Final = re.compile(
    "vision|visual|image|img|vpm|siglip|clip|patch|sam_model|perceiver|pixel|resampler"
)
"""In the names of a vision tower's tensors. Source: mlx-vlm's packages, all of them."""

_NUMBERS: Final = re.compile("BOOL|[IU](8|16|32|64)|B?F16|F32|C64|F8_E4M3")
"""Types of numbers that MLX reads. For one more, F8_E8M0, mlx-vlm changes the file itself."""


class Tensor(NamedTuple):
    """What a header says of one tensor."""

    dtype: str
    """In the words of the format: BF16, U32, ..."""
    shape: tuple[int, ...]
    nbytes: int


@dataclass(frozen=True)
class Weights:
    """What the weight files hold, as their headers say."""

    stored_bytes: int
    """Bytes of the files."""
    half_precision_bytes: int
    """Of these, bytes of 16-bit floating-point tensors that are used."""
    vision_bytes: int
    """Of these, bytes of the vision tower and of what ties it to the language model."""
    unused_bytes: int = 0
    """Of these, bytes of an output matrix that mlx-vlm replaces by the word embeddings."""
    tensors: "Mapping[str, Tensor]" = field(default_factory=dict, repr=False)
    """All of them, by name."""

    @property
    def needed_bytes(self) -> int:
        """Memory that the loaded weights take here.

        Where there is no GPU the engine widens half precision to float32.
        """
        return self.loaded_bytes + (0 if has_gpu() else self.half_precision_bytes)

    @property
    def loaded_bytes(self) -> int:
        """Memory that they take as they are stored."""
        return self.stored_bytes - self.unused_bytes


def measure(files: Iterable[Path], *, is_tied: bool = False) -> Weights:
    """Returns what weight files hold, once their headers were found sound.

    Args:
        files: all of a model's.
        is_tied: whether the output matrix is that of the word embeddings; some store it all the
            same.

    Raises:
        ModelUnsupported: one is cut off, no safetensors file or of a type that MLX can't read.
    """
    stored = 0
    tensors: dict[str, Tensor] = {}
    for file in files:
        stored += file.stat().st_size
        tensors |= {name: _describe(it) for name, it in _checked_tensors(file).items()}
    outputs = {name for name in tensors if is_tied and name.endswith(_OUTPUT)}
    halves = sum(
        it.nbytes
        for name, it in tensors.items()
        if it.dtype in _HALF_PRECISION and name not in outputs
    )
    vision = sum(it.nbytes for name, it in tensors.items() if _SIGHT.search(name))
    unused = sum(tensors[name].nbytes for name in outputs)
    return Weights(stored, halves, vision, unused, tensors)


def _describe(tensor: dict[str, Any]) -> Tensor:
    begin, end = tensor["data_offsets"]
    return Tensor(tensor["dtype"], tuple(tensor["shape"]), end - begin)


def check_sight(name: str, tensors: Iterable[str]) -> None:
    """Checks by their names that there are weights of a vision tower: some versions leave it out.

    Raises:
        ModelUnsupported: there are none.
    """
    if not any(map(_SIGHT.search, tensors)):
        raise ModelUnsupported(
            f"{name} holds no weights of a vision tower, only those of a language model; {ADVICE}."
        )


def check_index(name: str, folder: Path) -> None:
    """Checks the same before the weights are there, where an index names them.

    Raises:
        ModelUnsupported: it names none, or can't be read.
    """
    if (folder / INDEX_FILE).is_file():
        tensors = read_json(folder / INDEX_FILE).get("weight_map")
        check_sight(name, tensors if isinstance(tensors, dict) else ())


def weight_files(folder: Path) -> list[Path]:
    """Returns the files that mlx-vlm would read, missing ones included.

    Raises:
        ModelUnsupported: the index of the weight files can't be read.
    """
    names = (file.name for file in folder.glob("*.safetensors"))
    return [folder / name for name in weight_names(names, folder)]


def weight_names(names: Iterable[str], folder: Path) -> list[str]:
    """Returns which of a model's files are its weights.

    These are the files that the index names, else every safetensors file at the top, completed by
    what names such as `model-00001-of-00003.safetensors` promise.

    Args:
        names: of all the model's files; those in folders hold something else.
        folder: where the index lies, if there is one.

    Raises:
        ModelUnsupported: the index can't be read.
    """
    index = folder / INDEX_FILE
    if index.is_file():
        shards = read_json(index).get("weight_map")
        if not isinstance(shards, dict) or not all(isinstance(n, str) for n in shards.values()):
            raise ModelUnsupported(f"{index} names no files; copy or download it again.")
        return sorted(set(shards.values()))
    found = {name for name in names if _is_weights(name)}
    for name in tuple(found):
        if match := _SHARD.fullmatch(name):
            stem, digits, count = match["stem"], len(match["number"]), match["count"]
            numbers = range(1, min(int(count), _MOST_SHARDS) + 1)
            found.update(f"{stem}-{n:0{digits}}-of-{count}.safetensors" for n in numbers)
    return sorted(found)


def _is_weights(name: str) -> bool:
    # What Mistral's own programs read repeats the other files.
    is_repeated = name.endswith("consolidated.safetensors")
    return name.endswith(".safetensors") and "/" not in name and not is_repeated


def _checked_tensors(file: Path) -> "_Header":
    """Returns a file's tensors, once it is as long as it says and of types that can be read."""
    tensors = _read_header(file)
    for tensor in tensors.values():
        if not _NUMBERS.fullmatch(tensor["dtype"]):
            raise ModelUnsupported(
                f"{file} holds numbers of the type {tensor['dtype']}, which can't be read; choose "
                "another version of the model."
            )
    end = max((tensor["data_offsets"][1] for tensor in tensors.values()), default=0)
    size = file.stat().st_size
    if size < end + tensors.start:
        raise ModelUnsupported(
            f"{file} is cut off at {format_bytes(size)} of {format_bytes(end + tensors.start)}; "
            "copy or download it again."
        )
    return tensors


class _Header(dict[str, dict[str, Any]]):
    """Tensors by name, as a safetensors header lists them."""

    start: int
    """Where the tensors' bytes start in the file."""


def _read_header(file: Path) -> _Header:
    """Returns the tensors of a safetensors file.

    Source: the format's description, 8 bytes of length, then JSON, then the tensors.
    """
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if not 2 <= length <= _LONGEST_HEADER:
                raise ValueError("no header of a possible length")
            header = _Header(json.loads(stream.read(length)))
        header.pop("__metadata__", None)
        header.start = 8 + length
        for tensor in header.values():
            begin, end = tensor["data_offsets"]
            if not (isinstance(tensor["dtype"], str) and 0 <= begin <= end):
                raise ValueError("impossible offsets")
            if not all(isinstance(size, int) and size >= 0 for size in tensor["shape"]):
                raise ValueError("impossible shape")
    except OSError as error:
        raise ModelUnsupported(f"{file} can't be read: {error.strerror}.") from error
    except (struct.error, ValueError, TypeError, KeyError) as error:
        raise ModelUnsupported(
            f"{file} is cut off or no safetensors file; copy or download it again."
        ) from error
    return header
