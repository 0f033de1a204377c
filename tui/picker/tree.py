"""The folders around one as rows of a tree: those above, those beside, those in it."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from .folder import put_names_in_order

_MOST_ABOVE: Final = 4
"""Folders above that are shown; deeper trees begin further down."""


class TreeRow(NamedTuple):
    """A folder in the tree."""

    folder: Path
    depth: int
    """How far it is set in; 0 for the first row."""


def read_siblings(folder: Path) -> tuple[str, ...]:
    """Returns the names of the folders beside this one, itself included; blocks.

    None but itself where the folder above can't be read.
    """
    names = {folder.name}
    with suppress(OSError), os.scandir(folder.parent) as items:
        names |= {item.name for item in items if _is_folder(item)}
    return put_names_in_order(names)


def tree_rows(
    folder: Path, siblings: Iterable[str], children: Iterable[str], *, with_hidden: bool
) -> tuple[TreeRow, ...]:
    """Returns the rows of the tree that is open at a folder.

    Args:
        folder: the one that is shown.
        siblings: names of the folders beside it, itself included.
        children: names of the folders in it.
        with_hidden: whether names that begin with a dot have rows; the folder itself always has.
    """
    above = list(folder.parents)[:_MOST_ABOVE][::-1]
    rows = [TreeRow(it, depth) for depth, it in enumerate(above)]
    depth = len(above)
    beside = (folder.parent / name for name in siblings) if above else (folder,)
    for one in beside:
        if one == folder:
            rows.append(TreeRow(folder, depth))
            rows += [TreeRow(folder / name, depth + 1) for name in _shown(children, with_hidden)]
        elif with_hidden or not one.name.startswith("."):
            rows.append(TreeRow(one, depth))
    return tuple(rows)


def _shown(names: Iterable[str], with_hidden: bool) -> list[str]:
    return [name for name in names if with_hidden or not name.startswith(".")]


def _is_folder(item: "os.DirEntry[str]") -> bool:
    try:
        return item.is_dir()
    except OSError:
        return False
