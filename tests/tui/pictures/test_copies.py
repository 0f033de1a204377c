"""The cache of small copies: a bound that spares what is shown."""

from pathlib import Path

import pytest

from seeshell.core.images import ImageSize
from seeshell.core.pictures.jobs import Finished
from seeshell.tui.pictures.copies import CopyCache, CopyKey, SmallCopy
from seeshell.tui.pictures.drawn import CellGrid
from seeshell.tui.pictures.half_blocks import BUDGETS, THUMBNAIL_BUDGET, HalfBlockDrawer
from seeshell.tui.pictures.renderables import Loader


class Shelf:
    """A cache of three copies of 100 pixels."""

    def __init__(self) -> None:
        self.dropped: list[str] = []
        drop = lambda copy: self.dropped.append(copy.key.sha256)  # noqa: E731
        self.cache = CopyCache(drop, most_pixels=300)

    def add(self, sha256: str, budget: int = 100) -> SmallCopy:
        made = Finished(sha256, ImageSize(99, 99), payload_size=ImageSize(10, 10))
        copy = SmallCopy(CopyKey(sha256, None, budget), Path(sha256), made, b"")
        self.cache.add(copy)
        return copy

    @property
    def kept(self) -> str:
        return "".join(copy.key.sha256 for copy in self.cache)


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    for name in "abc":
        shelf.add(name)
    return shelf


def test_the_copy_used_longest_ago_goes_first(shelf: Shelf) -> None:
    assert shelf.cache.find(CopyKey("a", None, 100)) is not None
    shelf.add("d")
    assert (shelf.kept, shelf.dropped) == ("dac", ["b"])


def test_a_copy_that_somebody_shows_stays_whatever_comes_and_goes_once_nobody_does(
    shelf: Shelf,
) -> None:
    (shown,) = [copy for copy in shelf.cache if copy.key.sha256 == "a"]
    hold = shown.hold()
    for name in "defg":
        shelf.add(name)
    assert shelf.kept == "gfa"
    del hold
    shelf.add("h")
    assert shelf.kept == "hgf"


def test_copies_that_are_all_shown_go_beyond_the_bound(shelf: Shelf) -> None:
    holds = [copy.hold() for copy in shelf.cache]
    shelf.add("d")
    shelf.add("e")
    assert shelf.kept == "ecba"
    del holds
    shelf.add("f")
    assert shelf.kept == "fec"


def test_the_budget_is_part_of_what_a_copy_is(shelf: Shelf) -> None:
    shelf.add("c", budget=400)
    assert shelf.cache.find(CopyKey("c", None, 400)) is not None
    assert shelf.cache.find(CopyKey("c", None, 100)) is not None


def test_a_file_is_forgotten_with_its_copy(shelf: Shelf) -> None:
    path, key = Path("photo.png"), CopyKey("a", None, 100)
    shelf.cache.note_file(path, key, (1, 2))
    assert shelf.cache.find_file(path, key)[1] == (1, 2)
    assert shelf.cache.find_file(path, key._replace(budget=400)) == (None, (0, 0))
    shelf.add("d")
    assert shelf.cache.find_file(path, key) == (None, (0, 0))


def test_only_the_cells_of_the_last_sizes_are_kept(shelf: Shelf) -> None:
    copy = shelf.add("d")
    for columns in range(1, 7):
        copy.keep_strips(CellGrid(columns, 1), [])
    kept = [columns for columns in range(1, 7) if copy.strips(CellGrid(columns, 1)) is not None]
    assert kept == [3, 4, 5, 6]


@pytest.mark.parametrize(
    ("bounds", "budget"),
    [
        ((10, 4), THUMBNAIL_BUDGET),
        ((80, 12), BUDGETS[0]),
        ((100, 55), BUDGETS[0]),
        ((400, 120), BUDGETS[1]),
    ],
)
def test_half_blocks_get_as_many_pixels_as_their_cells_show(
    bounds: tuple[int, int], budget: int
) -> None:
    assert HalfBlockDrawer(Loader((10, 20))).budget(CellGrid(*bounds)) == budget
