"""Which LoRA adapters were trained here, and whether one has been trained anew."""

from pathlib import Path

from ..settings import Paths
from .preflight import identify_folder


def list_adapters(paths: Paths) -> tuple[str, ...]:
    """Returns their names, in alphabetical order; `Paths.adapter` makes folders of them."""
    if not paths.adapters_dir.is_dir():
        return ()
    found = (it.name for it in paths.adapters_dir.iterdir() if not it.name.startswith("."))
    return tuple(sorted(found))


def identify_adapter(folder: str) -> str:
    """Returns a hash that changes whenever an adapter's files do.

    Args:
        folder: of the adapter; empty for none.

    Returns:
        Empty for none, and where the folder can't be read.
    """
    try:
        return identify_folder(Path(folder)) if folder else ""
    except OSError:
        return ""
