"""What config.json leaves out: what transformers and mlx-vlm take then, read from their source.

Neither is imported: that would take seconds, and MLX with it.
"""

import ast
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from .families import package_folder, package_of

_MOST_STEPS: Final = 4
"""How far a class is followed through the packages that it is imported from."""


def language_defaults(model_type: str, text_type: str) -> dict[str, Any]:
    """Returns the fields of a language model that have a value of their own.

    Those of transformers count before those of mlx-vlm: who wrote the file left out what
    transformers has.

    Args:
        model_type: of config.json.
        text_type: `model_type` of its part on the language model; empty if it has none.
    """
    package = package_of(model_type)
    ours = _package_defaults(package, "TextConfig") if package else {}
    if package and "hidden_size" not in ours:
        ours = _package_defaults(package, "ModelConfig") | ours
    return ours | _transformers_defaults(text_type)


def vision_defaults(model_type: str) -> dict[str, Any]:
    """Returns the fields of a vision tower that have a value of their own in mlx-vlm."""
    package = package_of(model_type)
    return _package_defaults(package, "VisionConfig") if package else {}


@cache
def _package_defaults(package: str, name: str) -> dict[str, Any]:
    """Returns the default values of a class in a package's config.py, inherited ones included."""
    return _class_defaults(package_folder(package) / "config.py", name, _MOST_STEPS)


def _class_defaults(file: Path, name: str, steps: int) -> dict[str, Any]:
    if not steps or not file.is_file():
        return {}
    tree = ast.parse(file.read_bytes())
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (
            original := next((it.name for it in node.names if name in (it.asname, it.name)), "")
        ):
            return _class_defaults(_imported_file(file, node), original, steps - 1)
        if isinstance(node, ast.ClassDef) and node.name == name:
            bases = (it.id for it in node.bases if isinstance(it, ast.Name))
            found: dict[str, Any] = {}
            for base in bases:
                found |= _class_defaults(file, base, steps - 1)
            return found | dict(_literal_fields(node))
    return {}


def _imported_file(file: Path, node: ast.ImportFrom) -> Path:
    """Returns where a relative import leads: a module, or the config.py of a package."""
    folder = file.parent
    for _ in range(node.level - 1):
        folder = folder.parent
    target = folder.joinpath(*(node.module or "config").split("."))
    return target / "config.py" if target.is_dir() else target.with_suffix(".py")


@cache
def _transformers_defaults(text_type: str) -> dict[str, Any]:
    found = find_spec("transformers")
    if found is None or not text_type.isidentifier():
        return {}
    places = found.submodule_search_locations or ()
    for family in (text_type, text_type.removesuffix("_text")):
        for place in places:
            file = Path(place) / "models" / family / f"configuration_{family}.py"
            if file.is_file():
                return _typed_defaults(file, text_type)
    return {}


def _typed_defaults(file: Path, model_type: str) -> dict[str, Any]:
    """Returns the fields of the class in a module that is for this `model_type`."""
    for node in ast.parse(file.read_bytes()).body:
        if isinstance(node, ast.ClassDef):
            stated = dict(_literal_fields(node))
            if stated.get("model_type") == model_type:
                return stated
    return {}


def _literal_fields(node: ast.ClassDef) -> Iterator[tuple[str, Any]]:
    for it in node.body:
        target = it.target if isinstance(it, ast.AnnAssign) else None
        if isinstance(it, ast.Assign):
            target = it.targets[0] if isinstance(it.targets[0], ast.Name) else None
        if isinstance(target, ast.Name) and isinstance(it, ast.Assign | ast.AnnAssign) and it.value:
            value = _value(it.value)
            if value is not None:
                yield target.id, value


def _value(node: ast.expr) -> Any:
    """Returns what an expression of literals amounts to; None where it is no such one."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        left, right = _value(node.left), _value(node.right)
        return left * right if isinstance(left, int) and isinstance(right, int) else None
    return node.value if isinstance(node, ast.Constant) else None
