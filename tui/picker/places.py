"""Where pictures often are: the user's own folders, the samples, and those picked from last."""

from collections.abc import Iterable
from contextlib import suppress
from os.path import expanduser
from pathlib import Path
from typing import Final, NamedTuple

from platformdirs import user_desktop_path, user_downloads_path, user_pictures_path

from ...core.demo import SAMPLES_PATH

MOST_PLACES: Final = 9
"""Have a digit as their key; there are more only where the user has bookmarked so many."""


class Place(NamedTuple):
    """A folder to go to by one key."""

    name: str
    folder: Path


def find_places(recent: Iterable[str], bookmarks: Iterable[str] = ()) -> tuple[Place, ...]:
    """Returns the folders that there are; looks at the disk, so it may block.

    Args:
        recent: folders that pictures were picked from, the last one first.
        bookmarks: folders that the user has bookmarked: they are there before these.
    """
    home = Path(expanduser("~"))  # noqa: PTH111 - Path's own raises without a home
    named = [
        Place("Home", home),
        Place("Desktop", user_desktop_path()),
        Place("Downloads", user_downloads_path()),
        Place("Pictures", user_pictures_path()),
        Place("Samples", SAMPLES_PATH),
    ]
    named += [Place(in_home(Path(it)), Path(it)) for it in bookmarks]
    found: dict[Path, Place] = {}
    for place in named:
        if _is_folder(place.folder):
            found.setdefault(place.folder, place)
    for folder in map(Path, recent):
        if len(found) < MOST_PLACES and _is_folder(folder):
            found.setdefault(folder, Place(in_home(folder), folder))
    return tuple(found.values())


def in_home(folder: Path) -> str:
    """Returns the path as people write it: `~/photos` within the home folder."""
    home, path = expanduser("~"), str(folder)  # noqa: PTH111 - as above
    is_within = path == home or path.startswith(home + "/")
    return "~" + path[len(home) :] if is_within and home != "/" else path


def _is_folder(path: Path) -> bool:
    with suppress(OSError, ValueError):
        return path.is_dir()
    return False
