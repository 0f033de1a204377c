"""A model's folder, checked before anything heavy is loaded: what is wrong comes as one sentence.

Reads configuration and safetensors headers only; imports neither mlx nor mlx_vlm.
"""

from hashlib import sha256
from pathlib import Path
from typing import Final

from ..errors import ModelUnsupported
from .config import check_config
from .language_config import read_language_config
from .memory import check_memory
from .weights import Weights, check_sight, measure, weight_files

TOKENIZER_FILES: Final = ("tokenizer.json", "tokenizer.model", "tekken.json", "vocab.json")
"""Any of these is a tokenizer."""


def check_checkpoint(folder: Path, name: str = "") -> Weights:
    """Returns what the folder's weights take, once a vision-language model can be made of it.

    Args:
        folder: where the model's files lie.
        name: what errors call the model; the folder's path if empty.

    Raises:
        ModelNotFound, ModelUnsupported, ModelTooLarge: with one sentence that says what to do.
    """
    name = name or str(folder)
    language = read_language_config(check_config(folder, name))
    missing = missing_files(folder)
    if missing:
        more = f" and {len(missing) - 1} more of its files" if len(missing) > 1 else ""
        raise ModelUnsupported(f"{name} lacks {missing[0]}{more}; copy or download it again.")
    weights = measure(weight_files(folder), is_tied=language.is_tied)
    check_sight(name, weights.tensors)
    check_memory(name, weights.needed_bytes)
    return weights


def missing_files(folder: Path) -> list[str]:
    """Returns the names of the files that a model needs and that the folder lacks.

    Raises:
        ModelUnsupported: the index of the weight files can't be read.
    """
    files = weight_files(folder)
    missing = [file.name for file in files if not file.is_file()] if files else ["*.safetensors"]
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        missing.append("tokenizer.json")
    if not (folder / "config.json").is_file():
        missing.append("config.json")
    return missing


def identify_folder(folder: Path) -> str:
    """Returns a hash that changes whenever a file of the model does, by name, size and time."""
    lines = sorted(
        f"{file.name} {status.st_size} {status.st_mtime_ns}"
        for file in folder.iterdir()
        if file.is_file()
        for status in [file.stat()]
    )
    return sha256("\n".join(lines).encode()).hexdigest()
