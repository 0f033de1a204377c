"""A draft's pictures in their order: removed, moved, checked again, and what was removed put back.

Each function changes a list in place. A picture is found by its id: what the core has said of it
since it was shown, and pictures put in front of it, make it no other one.
"""

from collections.abc import Sequence
from dataclasses import replace

from msgspec import Struct

from ...core.picture_detail import PictureDetail
from .draft import DraftPicture


class RemovedPicture(Struct, frozen=True):
    """A picture that was removed, and where it stood."""

    picture: DraftPicture
    index: int


def remove(
    pictures: list[DraftPicture], removed: list[RemovedPicture], picture: DraftPicture
) -> bool:
    """Removes a picture so that it can be put back; returns whether it was there."""
    index = find(pictures, picture)
    if index is None:
        return False
    removed.append(RemovedPicture(pictures.pop(index), index))
    return True


def put_back(pictures: list[DraftPicture], removed: list[RemovedPicture]) -> DraftPicture | None:
    """Puts back what was removed last, where it stood; returns it, None if nothing was removed."""
    if not removed:
        return None
    last = removed.pop()
    pictures.insert(last.index, last.picture)
    return last.picture


def move(pictures: list[DraftPicture], picture: DraftPicture, distance: int) -> bool:
    """Moves a picture among the others; returns whether it has another place now."""
    index = find(pictures, picture)
    if index is None or not 0 <= index + distance < len(pictures):
        return False
    pictures.insert(index + distance, pictures.pop(index))
    return True


def begin_again(pictures: list[DraftPicture], picture: DraftPicture) -> bool:
    """Makes a refused picture one that is being checked; returns whether it was refused."""
    index = find(pictures, picture)
    if index is None or not pictures[index].error:
        return False
    pictures[index] = replace(pictures[index], error="")
    return True


def choose_detail(
    pictures: list[DraftPicture], picture: DraftPicture, detail: PictureDetail
) -> DraftPicture | None:
    """Has a picture be seen more or less finely; returns it, None if it was to be so already."""
    index = find(pictures, picture)
    if index is None or pictures[index].detail == detail:
        return None
    pictures[index] = replace(pictures[index], detail=detail)
    return pictures[index]


def find(pictures: Sequence[DraftPicture], picture: DraftPicture) -> int | None:
    """Returns the place of a picture, as it is now or was before; None if it is not there."""
    places = (index for index, it in enumerate(pictures) if it.id == picture.id)
    return next(places, None)
