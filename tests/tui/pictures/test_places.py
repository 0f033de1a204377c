"""Places to go, the tree, and what the list shows."""

from pathlib import Path

import pytest

from seeshell.core.demo import SAMPLES_PATH
from seeshell.tui.picker.folder import Entry, filter_key
from seeshell.tui.picker.last_visit import LastVisit
from seeshell.tui.picker.listing import Listing
from seeshell.tui.picker.path_row import path_row
from seeshell.tui.picker.places import MOST_PLACES, find_places, in_home
from seeshell.tui.picker.tree import read_siblings, tree_rows

HERE = Path("/photos")
ENTRIES = tuple(
    Entry(name, is_folder, filter_key(name), modified=age)
    for name, is_folder, age in (
        ("2024", True, 0.0),
        (".cache", True, 0.0),
        ("apple.png", False, 1.0),
        ("beach 2024.jpg", False, 2.0),
    )
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("DESKTOP", "DOWNLOAD", "PICTURES"):
        monkeypatch.delenv(f"XDG_{name}_DIR", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return tmp_path


def test_places_are_those_that_there_are(home: Path) -> None:
    (home / "Downloads").mkdir()
    trip = home / "trip"
    trip.mkdir()
    recent = [str(trip), str(home / "gone"), str(SAMPLES_PATH), "/\0"]
    assert find_places(recent) == (
        ("Home", home),
        ("Downloads", home / "Downloads"),
        ("Samples", SAMPLES_PATH),
        ("~/trip", trip),
    )


def test_there_are_no_more_places_than_digits(home: Path) -> None:
    folders = [home / str(number) for number in range(20)]
    for folder in folders:
        folder.mkdir()
    assert len(find_places(map(str, folders))) == MOST_PLACES


def test_bookmarks_stand_before_the_last_folders_and_each_once(home: Path) -> None:
    folders = [home / str(number) for number in range(12)]
    for folder in folders:
        folder.mkdir()
    names = list(map(str, folders))
    places = find_places(names[:3], bookmarks=[names[1], names[5], str(home), str(home / "gone")])
    assert [it.folder for it in places][2:] == [folders[1], folders[5], folders[0], folders[2]]
    assert len(find_places([], bookmarks=names)) == 2 + 12


@pytest.mark.parametrize(
    ("path", "shown"), [("", "~"), ("/a/b", "~/a/b"), ("er/a", None)], ids=["home", "in", "beside"]
)
def test_paths_in_home_are_short(home: Path, path: str, shown: str | None) -> None:
    full = Path(f"{home}{path}")
    assert in_home(full) == (shown or str(full))


def test_the_last_folders_picked_from_come_first_and_once() -> None:
    visit = LastVisit("/a", recent=("/1", "/2", "/3", "/4"))
    assert visit.after_picking(["/3", "/5"]).recent == ("/3", "/5", "/1", "/2")


def test_a_bookmark_is_taken_away_as_it_was_set() -> None:
    visit = LastVisit("/a").with_bookmark_toggled("/a").with_bookmark_toggled("/b")
    assert visit.bookmarks == ("/a", "/b")
    assert visit.with_bookmark_toggled("/a").bookmarks == ("/b",)


def test_the_tree_is_open_at_the_folder_shown() -> None:
    rows = tree_rows(Path("/a/b"), (".x", "b", "c"), (".d", "e"), with_hidden=False)
    assert [(str(row.folder), row.depth) for row in rows] == [
        ("/", 0),
        ("/a", 1),
        ("/a/b", 2),
        ("/a/b/e", 3),
        ("/a/c", 2),
    ]


def test_hidden_folders_have_rows_when_they_are_wanted_or_shown() -> None:
    names = [
        [row.folder.name for row in tree_rows(Path("/.a"), (".a", ".b"), (".c",), with_hidden=it)]
        for it in (False, True)
    ]
    assert names == [["", ".a"], ["", ".a", ".c", ".b"]]


def test_a_deep_tree_begins_further_down_and_the_root_has_nothing_beside_it() -> None:
    deep = tree_rows(Path("/1/2/3/4/5/6"), ("6",), (), with_hidden=False)
    assert deep[0].folder == Path("/1/2")
    assert [row.depth for row in deep] == [0, 1, 2, 3, 4]
    root = tree_rows(Path("/"), ("", "x"), ("a",), with_hidden=False)
    assert [(str(row.folder), row.depth) for row in root] == [("/", 0), ("/a", 1)]


def test_siblings_are_read_in_order_and_a_folder_that_is_gone_stands_alone(tmp_path: Path) -> None:
    for name in ("b10", "b9", "a"):
        (tmp_path / name).mkdir()
    (tmp_path / "file").touch()
    assert read_siblings(tmp_path / "a") == ("a", "b9", "b10")
    assert read_siblings(tmp_path / "gone" / "x") == ("x",)


def test_the_cursor_begins_on_the_first_picture() -> None:
    assert Listing(HERE, ENTRIES).first_name == "apple.png"
    assert Listing(HERE, ENTRIES, typed="2024").first_name == "beach 2024.jpg"
    assert Listing(HERE, ENTRIES[:2]).first_name == ""


def test_the_folder_found_is_the_first_that_the_filter_leaves() -> None:
    assert Listing(HERE, ENTRIES, typed="2024").found_folder == HERE / "2024"
    assert Listing(HERE, ENTRIES, typed="apple").found_folder is None


def test_the_newest_picture_comes_first_when_wanted() -> None:
    shown = Listing(HERE, ENTRIES, is_newest_first=True).shown
    assert [entry.name for entry in shown] == ["beach 2024.jpg", "apple.png", "2024"]


@pytest.mark.parametrize(
    ("typed", "problem", "note"),
    [
        ("", "", "No pictures to attach here; {picker.places} shows places to go."),
        ("x", "", "No matching pictures."),
        ("http://a", "", "This is an address: paste it, and it is fetched."),
        ("ftp://a", "", "This is an address: download the picture first, then pick the file."),
        ("x", "Not a folder; go up or elsewhere.", "Not a folder; go up or elsewhere."),
    ],
)
def test_an_empty_list_says_why(typed: str, problem: str, note: str) -> None:
    assert Listing(HERE, typed=typed, problem=problem).note == note


@pytest.mark.parametrize("columns", [20, 44, 80, 200])
def test_the_path_keeps_its_end(columns: int) -> None:
    listing = Listing(Path("/a/long/way/down/to/the/very/last/folder"), ENTRIES, typed="be")
    row = path_row(listing, 2, columns, is_bookmarked=True).plain
    assert "folder  be▏   2 marked · bookmarked · 1 of 4" in row
