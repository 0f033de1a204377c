"""Which families of models can be run: those whose prompts mlx-vlm can put pictures into.

Read from the source of the installed mlx-vlm, whose import would take seconds and MLX with it.
"""

import ast
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from ..errors import ModelUnsupported

DEFAULT_MODEL: Final = "lmstudio-community/Qwen3-VL-4B-Instruct-MLX-4bit"
"""The model to recommend on Apple silicon."""

ADVICE: Final = f"choose a vision-language model such as {DEFAULT_MODEL}"
"""What a refusal ends with."""


def package_of(model_type: object) -> str:
    """Returns the package of mlx-vlm for a `model_type` of config.json; empty if it has none."""
    if not isinstance(model_type, str) or not model_type:
        return ""
    family = model_type.lower()
    package = _renamed().get(family, family)
    return package if package in _packages() else ""


def takes_pictures(model_type: object) -> bool:
    """Whether mlx-vlm answers questions about pictures with models of this `model_type`."""
    package = package_of(model_type)
    if not package:
        return False
    prompted = _prompted()
    return (str(model_type).lower() in prompted or package in prompted) and _has_sight(package)


def knows_its_vision_config(model_type: object) -> bool:
    """Whether mlx-vlm knows what the vision tower is like where config.json does not say."""
    file = package_folder(package_of(model_type)) / "config.py"
    return file.is_file() and any(
        "vision_config:" in line and "default_factory" in line
        for line in file.read_text(encoding="utf-8").splitlines()
    )


@cache
def picture_families() -> tuple[str, ...]:
    """Returns the values of `model_type` that can be run, by name."""
    known = {*_prompted(), *_renamed(), *_packages()}
    return tuple(sorted(filter(takes_pictures, known)))


def package_folder(package: str) -> Path:
    """Returns where the source of one of mlx-vlm's packages lies."""
    return _folder() / "models" / package


def _has_sight(package: str) -> bool:
    """Whether a package has a vision tower; some of those with a prompt format read text only."""
    folder = package_folder(package)
    front = (folder / "__init__.py").read_text(encoding="utf-8")
    return (folder / "vision.py").is_file() or "VisionModel" in front


@cache
def _folder() -> Path:
    found = find_spec("mlx_vlm")
    if found is None or not found.submodule_search_locations:
        raise ModelUnsupported(
            "mlx-vlm is missing, so that no model can be loaded here; install seeshell again, or "
            "name a model on another machine, such as http://host:8080/v1."
        )
    return Path(found.submodule_search_locations[0])


@cache
def _packages() -> frozenset[str]:
    fronts = (_folder() / "models").glob("*/__init__.py")
    return frozenset(front.parent.name for front in fronts)


@cache
def _renamed() -> dict[str, str]:
    """Returns the packages whose name is another than the `model_type`."""
    table = _assigned("utils.py", "MODEL_REMAPPING")
    return dict(ast.literal_eval(table))


@cache
def _prompted() -> frozenset[str]:
    """Returns the values of `model_type` for which mlx-vlm has a form of prompts."""
    table = _assigned("prompt_utils.py", "MODEL_CONFIG")
    return frozenset(key.value for key in table.keys)


def _assigned(file: str, name: str) -> Any:
    """Returns the expression that a module of mlx-vlm assigns to a name."""
    tree = ast.parse((_folder() / file).read_bytes())
    return next(
        it.value
        for it in tree.body
        if isinstance(it, ast.Assign) and getattr(it.targets[0], "id", "") == name
    )
