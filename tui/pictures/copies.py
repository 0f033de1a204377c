"""Small copies of pictures: one cache with a bound that spares what is on screen. Pure."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple
from weakref import WeakSet

from textual.strip import Strip

from ...core.excerpt import Excerpt
from ...core.pictures.jobs import Fed, Finished, Overlay
from .drawn import CellGrid

MOST_PIXELS: Final = 48 * 60_000
"""Pixels of all copies that are kept beside those on screen: 9 MB as raw RGB."""

_KEPT_SIZES: Final = 4
"""Sizes of a picture whose cells are kept: log, pane and picker, and one from before a resize."""


class CopyKey(NamedTuple):
    """What makes two small copies the same."""

    sha256: str
    """Of the file's bytes."""
    excerpt: Excerpt
    """What of the file it shows."""
    budget: int
    """Most pixels that it may have."""
    fed: Fed | None = None
    """What a model was given of the file, if it shows that."""
    overlay: Overlay | None = None
    """What is drawn over it, if anything."""


class Hold:
    """Keeps a copy in the cache for as long as this object lives."""


@dataclass(eq=False)
class SmallCopy:
    """A small copy of a picture and the cells that were drawn of it."""

    key: CopyKey
    path: Path
    """A file that it can be made of again."""
    made: Finished
    """What the decoder told of the picture."""
    payload: bytes
    """The copy itself; empty once the terminal keeps it."""
    _strips: dict[CellGrid, list[Strip]] = field(default_factory=dict)
    _holds: "WeakSet[Hold]" = field(default_factory=WeakSet)

    @property
    def pixels(self) -> int:
        """How many it has."""
        return self.made.payload_size.width * self.made.payload_size.height

    @property
    def is_held(self) -> bool:
        """Whether somebody shows it."""
        return bool(self._holds)

    def hold(self) -> Hold:
        """Returns what keeps the copy in the cache."""
        hold = Hold()
        self._holds.add(hold)
        return hold

    def strips(self, grid: CellGrid) -> list[Strip] | None:
        """Returns the cells drawn at a size, as far as they are kept."""
        return self._strips.get(grid)

    def keep_strips(self, grid: CellGrid, strips: list[Strip]) -> None:
        """Keeps the cells of a size in place of those drawn first."""
        self._strips[grid] = strips
        if len(self._strips) > _KEPT_SIZES:
            del self._strips[next(iter(self._strips))]


class CopyCache:
    """The copies used last, and which file holds which of them."""

    def __init__(
        self, dropped: Callable[[SmallCopy], None], most_pixels: int = MOST_PIXELS
    ) -> None:
        """Makes an empty cache.

        Args:
            dropped: called with every copy that is no longer kept.
            most_pixels: the bound; copies that are held may go beyond it.
        """
        self._dropped = dropped
        self._most_pixels = most_pixels
        self._copies: OrderedDict[CopyKey, SmallCopy] = OrderedDict()
        self._files: dict[tuple[Path, CopyKey], tuple[CopyKey, tuple[int, int]]] = {}

    def __iter__(self) -> Iterator[SmallCopy]:
        """Yields the copies, that used last first."""
        return iter(list(reversed(self._copies.values())))

    def find(self, key: CopyKey) -> SmallCopy | None:
        """Returns the copy, which counts as used now."""
        copy = self._copies.get(key)
        if copy is not None:
            self._copies.move_to_end(key)
        return copy

    def find_file(self, path: Path, wanted: CopyKey) -> tuple[SmallCopy | None, tuple[int, int]]:
        """Returns the copy made of a file when it was read last, and the file's state then.

        Args:
            path: the file.
            wanted: the copy, of whatever bytes the file held.
        """
        key, state = self._files.get((path, wanted._replace(sha256="")), (None, (0, 0)))
        copy = self._copies.get(key) if key is not None else None
        return (copy, state) if copy is not None else (None, (0, 0))

    def add(self, copy: SmallCopy) -> None:
        """Keeps a copy, and drops those used longest ago that are held by nobody."""
        self._copies[copy.key] = copy
        excess = sum(it.pixels for it in self._copies.values()) - self._most_pixels
        for old in list(self._copies.values())[:-1]:
            if excess <= 0:
                break
            if not old.is_held:
                excess -= old.pixels
                self._drop(old)

    def note_file(self, path: Path, key: CopyKey, state: tuple[int, int]) -> None:
        """Notes which copy a file holds in this state."""
        self._files[path, key._replace(sha256="")] = key, state

    def clear(self) -> None:
        """Forgets every copy without a word."""
        self._copies.clear()
        self._files.clear()

    def _drop(self, copy: SmallCopy) -> None:
        del self._copies[copy.key]
        self._files = {at: kept for at, kept in self._files.items() if kept[0] != copy.key}
        self._dropped(copy)
