"""Folders and globs: the pictures that each stands for, in natural order."""

import os
import re
from glob import glob, has_magic
from typing import Final

from ...core.errors import ImageError
from ...core.excerpt import choose_path
from ...core.formats.kinds import is_picture_name

_NUMBER: Final = re.compile(r"(\d+)")


def expand_path(text: str, argument: str) -> list[str]:
    """Returns the files that a text names, each with the notation that stands behind it.

    What is neither a folder nor a glob stays as it is, whether it is there or not.

    Args:
        text: a path, a folder or a glob, with or without pages or a rectangle.
        argument: as the user wrote it, for errors.

    Raises:
        ImageError: there are none, or they can't be read.
    """
    path = choose_path(text, os.path.lexists)
    if not _names_several(path):
        return [text]
    notation = text.removeprefix(path)
    return [f"{it}{notation}" for it in _find_files(path, argument.removesuffix(notation))]


def require_text(path: str) -> None:
    """Makes sure that a path can travel.

    Raises:
        ImageError: it holds bytes that are not UTF-8.
    """
    try:
        path.encode()
    except UnicodeEncodeError as error:
        shown = path.encode(errors="replace").decode()
        raise ImageError(f"{shown} holds bytes that are not UTF-8: rename the file.") from error


def _names_several(text: str) -> bool:
    """Whether a text is a folder, or a glob and not a file that is really called so."""
    # Path's own raises where a folder on the way may not be entered.
    return os.path.isdir(text) or (has_magic(text) and not os.path.lexists(text))  # noqa: PTH112


def _find_files(text: str, argument: str) -> list[str]:
    """Returns the pictures right in a folder, or the files that a glob matches.

    Of these those that are called like pictures, if any is; `page 9` stands before `page 10`.

    Args:
        text: a folder or a glob.
        argument: as the user wrote it, for errors.

    Raises:
        ImageError: there are none, or they can't be read.
    """
    if os.path.isdir(text):  # noqa: PTH112 - a text that may be no path
        try:
            names = [item.name for item in os.scandir(text) if _is_shown(item)]
        except OSError as error:
            raise ImageError(f"{argument} can't be read: {error.strerror}.") from error
        if not names:
            raise ImageError(
                f"{argument} holds no picture; name files, or a glob such as '{argument}/**/*.jpg'."
            )
        return [os.path.join(text, name) for name in sorted(names, key=_natural)]  # noqa: PTH118
    files = [path for path in glob(text, recursive=True) if os.path.isfile(path)]  # noqa: PTH113, PTH207
    if not files:
        raise ImageError(f"{argument} matches no file; check the pattern.")
    return sorted([*filter(is_picture_name, files)] or files, key=_natural)


def _is_shown(item: "os.DirEntry[str]") -> bool:
    """Whether a folder's item is a picture that is not hidden."""
    return not item.name.startswith(".") and is_picture_name(item.name) and item.is_file()


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts numbers by their value and letters whatever their case."""
    pieces = _NUMBER.split(name.casefold())
    return [(int(it), "") if it.isdecimal() else (-1, it) for it in pieces]
