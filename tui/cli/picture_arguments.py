"""What `-i` and `seeshell attach` name: files, folders, globs, addresses, standard input."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from ...core.errors import ImageError
from ...core.web.address import is_web_address
from ..session.named_files import expand_path
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
    found = expand_path(argument, argument)
    if len(found) > MOST_PICTURES:
        raise ImageError(
            f"{argument} means {len(found):,} pictures, more than the limit of {MOST_PICTURES}: "
            "name fewer, or ask about each with `seeshell ask --each`."
        )
    return found
