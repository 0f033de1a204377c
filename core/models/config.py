"""A model's config.json, and in one sentence why it describes none that can be run."""

import json
import re
from pathlib import Path
from typing import Any, Final

from ..errors import ModelNotFound, ModelUnsupported
from .families import ADVICE, knows_its_vision_config, package_of, takes_pictures

_QUANTISATIONS: Final = ("compressed-tensors", "fp8", "modelopt", "modelopt_mixed", "mxfp4")
"""Other programs' ways to quantise that mlx-vlm reads. MLX's own has no `quant_method`."""

_SIGHT: Final = re.compile("vision|visual|image|img")
"""In the name of some key of every vision-language model's config."""

_TOKEN: Final = re.compile("_(id|ids|index|token|tokens)$")
"""Ends the name of a key on tokens, which text-only versions of a model keep."""


def check_config(folder: Path, name: str = "") -> dict[str, Any]:
    """Returns the folder's config.json, which describes a vision-language model that can be run.

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
    config = read_json(folder / "config.json")
    if config.get("model_file"):
        raise ModelUnsupported(
            f"{name} brings program code of its own, which seeshell does not run; choose a model "
            "without `model_file` in its config.json."
        )
    _check_family(name, config)
    _check_quantisation(name, config)
    return config


def read_json(file: Path) -> dict[str, Any]:
    """Returns the object that a file of a model holds.

    Raises:
        ModelUnsupported: it can't be read, or holds none.
    """
    try:
        value = json.loads(file.read_bytes())
    except OSError as error:
        raise ModelUnsupported(f"{file} can't be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise ModelUnsupported(f"{file} is not valid JSON; copy or download it again.") from error
    if not isinstance(value, dict):
        raise ModelUnsupported(f"{file} is not a JSON object; copy or download it again.")
    return value


def _check_family(name: str, config: dict[str, Any]) -> None:
    family = config.get("model_type")
    if not takes_pictures(family):
        if not any(map(_SIGHT.search, config)):
            raise ModelUnsupported(f"{name} is a text-only model; {ADVICE}.")
        why = "answers no questions about pictures" if package_of(family) else "mlx-vlm lacks"
        raise ModelUnsupported(f"{name} is of the family {family!r}, which {why}; {ADVICE}.")
    if not _describes_sight(config) and not knows_its_vision_config(family):
        raise ModelUnsupported(
            f"{name} is a text-only model, with no vision_config in its config.json; {ADVICE}."
        )


def _describes_sight(config: dict[str, Any]) -> bool:
    """Whether a config says what the vision tower is like, in a part of it perhaps."""
    if "vision_config" in config:
        return isinstance(config["vision_config"], dict)
    parts = (it for it in config.values() if isinstance(it, dict))
    return any(
        _SIGHT.search(key) and not _TOKEN.search(key) and part[key]
        for part in (config, *parts)
        for key in part
    )


def _check_quantisation(name: str, config: dict[str, Any]) -> None:
    if "quantization" in config:
        return
    texts = config.get("text_config")
    for part in (config, texts if isinstance(texts, dict) else {}):
        stated = part.get("quantization_config")
        method = stated.get("quant_method") if isinstance(stated, dict) else None
        if method is not None and method not in _QUANTISATIONS:
            raise ModelUnsupported(
                f"{name} is quantised by {method}, which MLX can't read; choose a version for MLX."
            )
