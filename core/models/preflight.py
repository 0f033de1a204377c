"""A model's folder, checked before anything heavy is loaded: what is wrong comes as one sentence.

Reads configuration and safetensors headers only; imports neither mlx nor mlx_vlm.
"""

import ast
import json
import re
import struct
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from os import sysconf
from pathlib import Path
from threading import Lock
from typing import Any, Final

from ..errors import ModelNotFound, ModelTooLarge, ModelUnsupported

_INDEX_FILE: Final = "model.safetensors.index.json"

_TOKENIZER_FILES: Final = ("tokenizer.json", "tokenizer.model", "tekken.json", "vocab.json")

_SHARD: Final = re.compile(r"(?P<stem>.+)-(?P<number>\d+)-of-(?P<count>\d+)\.safetensors")

_MOST_SHARDS: Final = 1000
"""A file name that promises more is not believed."""

_LONGEST_HEADER: Final = 100_000_000
"""Bytes. Source: the limit of the safetensors library."""

_one_parse: Final = Lock()
"""Python 3.11 raises SystemError when two threads parse beside each other, as two loads do of which
the first was given up."""

_HALF_PRECISION: Final = ("F16", "BF16")

_NUMBERS: Final = re.compile("BOOL|[IU](8|16|32|64)|B?F16|F32|C64|F8_E4M3")
"""Types of numbers that MLX reads. For one more, F8_E8M0, mlx-vlm changes the file itself."""


@dataclass(frozen=True)
class Weights:
    """What the weight files hold, as their headers say."""

    stored_bytes: int
    """Bytes of the files."""
    half_precision_bytes: int
    """Of these, bytes of 16-bit floating-point tensors."""

    @property
    def needed_bytes(self) -> int:
        """Memory that the loaded weights take here.

        Where there is no GPU the engine widens half precision to float32.
        """
        widened = 0 if sys.platform == "darwin" else self.half_precision_bytes
        return self.stored_bytes + widened


def check_checkpoint(folder: Path, name: str = "") -> Weights:
    """Returns what the folder's weights take, once a vision-language model can be made of it.

    Args:
        folder: where the model's files lie.
        name: what errors call the model; the folder's path if empty.

    Raises:
        ModelNotFound, ModelUnsupported, ModelTooLarge: with one sentence that says what to do.
    """
    name = name or str(folder)
    check_config(folder, name)
    missing = missing_files(folder)
    if missing:
        more = f" and {len(missing) - 1} more of its files" if len(missing) > 1 else ""
        raise ModelUnsupported(f"{name} lacks {missing[0]}{more}; copy or download it again.")
    files = _weight_files(folder)
    halves = sum(map(_half_precision_bytes, files))
    weights = Weights(sum(file.stat().st_size for file in files), halves)
    check_memory(name, weights.needed_bytes)
    return weights


def missing_files(folder: Path) -> list[str]:
    """Returns the names of the files that a model needs and that the folder lacks.

    Raises:
        ModelUnsupported: the index of the weight files can't be read.
    """
    files = _weight_files(folder)
    missing = [file.name for file in files if not file.is_file()] if files else ["*.safetensors"]
    if not any((folder / name).is_file() for name in _TOKENIZER_FILES):
        missing.append("tokenizer.json")
    if not (folder / "config.json").is_file():
        missing.append("config.json")
    return missing


def check_config(folder: Path, name: str = "") -> dict[str, Any]:
    """Returns the folder's config.json, which describes a vision model that mlx-vlm knows.

    Args:
        folder: where config.json lies.
        name: what errors call the model; the folder's path if empty.

    Raises:
        ModelNotFound, ModelUnsupported: with one sentence that says what to do.
    """
    name = name or str(folder)
    if not folder.is_dir():
        raise ModelNotFound(f"There is no folder {name}; give the one that holds config.json.")
    if not (folder / "config.json").is_file():
        raise ModelUnsupported(
            f"{name} holds no config.json; give the folder of an MLX model, or `demo`."
        )
    config = _read_json(folder / "config.json")
    model_type = config.get("model_type")
    if config.get("model_file"):
        raise ModelUnsupported(
            f"{name} brings program code of its own, which seeshell does not run; choose a model "
            "without `model_file` in its config.json."
        )
    if not isinstance(config.get("vision_config"), dict):
        raise ModelUnsupported(
            f"{name} is a text-only model, with no vision_config in its config.json; choose a "
            "vision-language model such as Qwen3-VL."
        )
    if not isinstance(model_type, str) or not _is_known_architecture(model_type):
        raise ModelUnsupported(
            f"{name} is of the architecture {model_type!r}, which mlx-vlm does not know; choose "
            "another model or update mlx-vlm."
        )
    return config


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
    """Returns the bytes that a model can have: all memory, or the GPU's share on macOS.

    Source: Metal's recommended working set, 2/3 of up to 36 GB of unified memory and 3/4 of more,
    unless the user set `iogpu.wired_limit_mb`.
    """
    total = sysconf("SC_PAGE_SIZE") * sysconf("SC_PHYS_PAGES")
    if sys.platform != "darwin":
        return total
    command = ["sysctl", "-n", "iogpu.wired_limit_mb"]
    limit = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    if limit.isdigit() and int(limit):
        return int(limit) << 20
    return total * 2 // 3 if total <= 36 << 30 else total * 3 // 4


def identify_folder(folder: Path) -> str:
    """Returns a hash that changes whenever a file of the model does, by name, size and time."""
    lines = sorted(
        f"{file.name} {status.st_size} {status.st_mtime_ns}"
        for file in folder.iterdir()
        if file.is_file()
        for status in [file.stat()]
    )
    return sha256("\n".join(lines).encode()).hexdigest()


def format_bytes(count: int) -> str:
    """Returns a size for people, in decimal units as disks and downloads are sold."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"


def _read_json(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_bytes())
    except OSError as error:
        raise ModelUnsupported(f"{file} can't be read: {error.strerror}.") from error
    except ValueError as error:
        raise ModelUnsupported(f"{file} is not valid JSON; copy or download it again.") from error
    if not isinstance(value, dict):
        raise ModelUnsupported(f"{file} is not a JSON object; copy or download it again.")
    return value


@cache
def _is_known_architecture(model_type: str) -> bool:
    """Whether mlx-vlm has a module for the type, found on disk without importing it."""
    spec = find_spec("mlx_vlm")
    if spec is None or not spec.submodule_search_locations:
        return False
    package = Path(spec.submodule_search_locations[0])
    wanted = model_type.lower()
    module = _renamed_architectures(package).get(wanted, wanted)
    return module.isidentifier() and (package / "models" / module / "__init__.py").is_file()


def _renamed_architectures(package: Path) -> dict[str, str]:
    """Returns mlx-vlm's own table of types that another module reads, from its source."""
    source = (package / "utils.py").read_text(encoding="utf-8")
    with _one_parse:
        body = ast.parse(source).body
    for node in body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "MODEL_REMAPPING":
            table: dict[str, str] = ast.literal_eval(node.value)
            return table
    return {}


def _weight_files(folder: Path) -> list[Path]:
    """Returns the files that mlx-vlm would read, missing ones included.

    These are the files that the index names, else every safetensors file there is, completed by
    what names such as `model-00001-of-00003.safetensors` promise.
    """
    index = folder / _INDEX_FILE
    if index.is_file():
        shards = _read_json(index).get("weight_map")
        if not isinstance(shards, dict) or not all(isinstance(n, str) for n in shards.values()):
            raise ModelUnsupported(f"{index} names no files; copy or download it again.")
        return [folder / name for name in sorted(set(shards.values()))]
    names = {
        file.name
        for file in folder.glob("*.safetensors")
        if not file.name.endswith("consolidated.safetensors")
    }
    for name in tuple(names):
        if match := _SHARD.fullmatch(name):
            stem, digits, count = match["stem"], len(match["number"]), match["count"]
            numbers = range(1, min(int(count), _MOST_SHARDS) + 1)
            names.update(f"{stem}-{n:0{digits}}-of-{count}.safetensors" for n in numbers)
    return [folder / name for name in sorted(names)]


def _half_precision_bytes(file: Path) -> int:
    """Returns the bytes of 16-bit tensors, after checking that the file is as long as it says."""
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
    halves = (t["data_offsets"] for t in tensors.values() if t["dtype"] in _HALF_PRECISION)
    return sum(end - begin for begin, end in halves)


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
    except OSError as error:
        raise ModelUnsupported(f"{file} can't be read: {error.strerror}.") from error
    except (struct.error, ValueError, TypeError, KeyError) as error:
        raise ModelUnsupported(
            f"{file} is cut off or no safetensors file; copy or download it again."
        ) from error
    return header
