"""What `-i` and `seeshell attach` name: files, folders, globs, addresses, standard input."""

from collections.abc import Iterable, Sequence
from os.path import lexists
from pathlib import Path
from typing import Final

from ...core.errors import ImageError
from ...core.excerpt import path_of
from ...core.web.address import is_web_address
from ..session.named_files import find_files, names_several
from .arguments import STANDARD_INPUT
from .output import Output
from .standard_input import save_picture

MOST_PICTURES: Final = 100
"""Of one folder or glob; more is rather one question for each of them."""


def read_pictures(
    arguments: Sequence[str], folder: Path, output: Output, *, name: str = "standard input"
) -> list[str]:
    """Returns the paths and addresses that arguments name, in their order.

    Args:
        arguments: at most one of them is `-`.
        folder: where what standard input holds is written.
        output: of the command.
        name: what that is called.

    Raises:
        BadRequest: standard input can't be read.
        ImageError: standard input holds no picture, or as `expand`.
    """
    names = expand(arguments)
    if STANDARD_INPUT in names:
        path = folder / name
        save_picture(path, output)
        names[names.index(STANDARD_INPUT)] = str(path)
    return names


def expand(arguments: Iterable[str]) -> list[str]:
    """Returns the arguments with each folder and glob replaced by its pictures, in their order.

    Raises:
        ImageError: a folder or glob has no pictures, or too many, or can't be read.
    """
    return [name for argument in arguments for name in _expand_one(argument)]


def _expand_one(argument: str) -> list[str]:
    if argument == STANDARD_INPUT or is_web_address(argument):
        return [argument]
    # A notation behind a glob counts for each of its files.
    path = path_of(argument)
    if lexists(argument) or not names_several(path):
        path = argument
    if not names_several(path):
        return [argument]
    notation = argument[len(path) :]
    found = find_files(path, path)
    if len(found) > MOST_PICTURES:
        raise ImageError(
            f"{path} means {len(found):,} pictures, more than the limit of {MOST_PICTURES}: "
            "name fewer, or ask about each with `seeshell ask --each`."
        )
    return [f"{it}{notation}" for it in found]
