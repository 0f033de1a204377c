"""The pictures of a roll, from files, folders, globs and the notation for pages and rectangles."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from ...core.errors import ImageError
from ...core.excerpt import Excerpt, NamedPicture, read_named
from ...core.roll import RollPicture
from ...core.web.address import is_web_address
from .named_files import expand_path, require_text


class FoundPictures(NamedTuple):
    """What the arguments name."""

    pictures: tuple[RollPicture, ...]
    """Each once, in the order of the arguments; those of a folder or a glob in natural order."""
    problems: tuple[str, ...] = ()
    """Sentences about files that can't be asked about."""


def find_pictures(arguments: Iterable[str | NamedPicture]) -> FoundPictures:
    """Returns the pictures that arguments name: a folder stands for the pictures right in it.

    A file that is really called so wins over a glob and over the notation.

    Args:
        arguments: as they were written, or what was picked, which is not read once more.

    Raises:
        ImageError: an argument names nothing, or is on the web.
    """
    found: dict[tuple[str, Excerpt], None] = {}
    problems = []
    for argument in arguments:
        for path, excerpt in _find(argument):
            try:
                require_text(path)
            except ImageError as error:
                problems.append(str(error))
            else:
                found[os.path.abspath(path), excerpt] = None  # noqa: PTH100 - keeps links
    return FoundPictures(_with_names(list(found)), tuple(problems))


def _find(argument: str | NamedPicture) -> Iterator[NamedPicture]:
    """Yields the files that one argument names, and what of each."""
    if is_web_address(written := argument if isinstance(argument, str) else argument.path):
        raise ImageError(
            f"{written} is on the web, and one question is asked about many files alone: download "
            "it first."
        )
    if isinstance(argument, NamedPicture):
        yield argument
        return
    text = os.path.expanduser(argument)  # noqa: PTH111 - Path raises for unknown users
    for name in expand_path(text, argument):
        named = read_named(name, os.path.isfile)
        # Whatever is there, the core says what is wrong with it.
        if not os.path.lexists(named[0].path):
            raise ImageError(f"{argument or 'An empty path'} does not exist; check the path.")
        yield from named


def _with_names(found: Sequence[tuple[str, Excerpt]]) -> tuple[RollPicture, ...]:
    """Returns the pictures; files of one name in different folders are called by more of the path.

    Args:
        found: absolute paths, and what of each file.
    """
    paths = dict.fromkeys(path for path, _ in found)
    counts = Counter(os.path.basename(path) for path in paths)  # noqa: PTH119
    common = os.path.commonpath([os.path.dirname(path) for path in paths]) if paths else ""  # noqa: PTH120
    pictures = []
    for path, excerpt in found:
        picture = RollPicture(path, excerpt=excerpt)
        if counts[Path(path).name] > 1:
            picture = replace(picture, name=os.path.relpath(path, common))
        pictures.append(picture)
    return tuple(pictures)
