"""`presets.toml` in the user's editor; where there is none it begins as an example."""

import asyncio
from pathlib import Path
from typing import Any

from textual.screen import Screen

from ...core.presets import EXAMPLE
from ...core.private_files import make_missing_folders, replace_private
from ..visible import visible
from .editor import EditorFailed, edit_file


async def edit_presets(screen: Screen[Any], path: Path) -> None:
    """Returns when the editor has ended; the screen tells what went wrong."""
    try:
        await asyncio.to_thread(_begin, path)
        await edit_file(screen.app, path, "what it has saved counts")
    except OSError as error:
        problem = f"{path} can't be written: {error.strerror or error}."
        screen.notify(visible(problem), severity="warning", markup=False)
    except EditorFailed as error:
        screen.notify(visible(str(error)), severity="warning", markup=False)


def _begin(path: Path) -> None:
    """Writes the example where there is nothing of that name, not even a broken link."""
    if path.exists() or path.is_symlink():
        return
    make_missing_folders(path.parent)
    replace_private(path, EXAMPLE.encode())
