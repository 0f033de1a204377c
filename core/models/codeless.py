"""A model's folder as its loaders see it: without the program code that it brings.

Many published models bring Python files, or name some in their `auto_map`, for transformers to run.
mlx-vlm has what they need; some of its processors would run them all the same, without asking.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from .config import read_json

_CODE: Final = ".py"
_REFERENCES: Final = "auto_map"


@contextmanager
def without_code(folder: Path) -> Iterator[Path]:
    """Gives a folder with all of a model's files but its code, and nothing that refers to code.

    It is the folder itself where that is so already, else one of links that goes with the block.

    Raises:
        ModelUnsupported: a JSON file of it can't be read.
    """
    files = list(folder.iterdir())
    changed = {file.name: rest for file in files if (rest := _without_references(file)) is not None}
    if not changed and not any(file.suffix == _CODE for file in files):
        yield folder
        return
    with TemporaryDirectory(prefix="seeshell-model-") as temporary:
        # Under its own name: some loaders tell models apart by that.
        view = Path(temporary, folder.name)
        view.mkdir()
        for file in files:
            if file.name in changed:
                (view / file.name).write_text(json.dumps(changed[file.name]), encoding="utf-8")
            elif file.suffix != _CODE:
                (view / file.name).symlink_to(file.absolute())
        yield view


def _without_references(file: Path) -> dict[str, Any] | None:
    """Returns the object in a JSON file without what names code; None where nothing does."""
    if (
        file.suffix != ".json"
        or not file.is_file()
        or _REFERENCES.encode() not in file.read_bytes()
    ):
        return None
    content = read_json(file)
    return _strip(content) if _names_code(content) else None


def _names_code(value: object) -> bool:
    if isinstance(value, dict):
        return _REFERENCES in value or any(map(_names_code, value.values()))
    return isinstance(value, list) and any(map(_names_code, value))


def _strip(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _strip(part) for key, part in value.items() if key != _REFERENCES}
    return [_strip(part) for part in value] if isinstance(value, list) else value
