"""Folders as the picker lists them."""

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeshell.tui.picker.folder import (
    Entry,
    FolderUnreadable,
    filter_entries,
    filter_key,
    read_folder,
)
from seeshell.tui.picker.last_visit import LastVisit, read_last_visit, write_last_visit
from seeshell.tui.sizes import in_bytes


def names(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.name for entry in entries]


def test_folders_come_first_and_numbers_count(tmp_path: Path) -> None:
    for name in ("shot 10.png", "Shot 9.PNG", "b.heic", "notes.txt", "x.HEIC.bak"):
        (tmp_path / name).touch()
    (tmp_path / "sub.d").mkdir()
    assert names(read_folder(tmp_path)) == ["sub.d", "b.heic", "Shot 9.PNG", "shot 10.png"]


def test_links_that_lead_nowhere_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (entry,) = read_folder(tmp_path)
    assert (entry.name, entry.size_bytes) == ("gone.png", 0)


def test_a_folder_that_is_gone_or_none_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnreadable, match="gone"):
        read_folder(tmp_path / "nowhere")
    with pytest.raises(FolderUnreadable, match="no folder"):
        read_folder(tmp_path / "file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    tmp_path.chmod(0)
    with pytest.raises(FolderUnreadable, match="permissions"):
        read_folder(tmp_path)
    tmp_path.chmod(0o700)


@pytest.mark.parametrize(
    "typed", ["SCHÖN", unicodedata.normalize("NFD", "schön"), "9.41am", "9.41 AM", "n9"]
)
def test_the_filter_ignores_case_spaces_and_unicode_forms(typed: str) -> None:
    name = unicodedata.normalize("NFD", "Schön 9.41\u202fAM.png")
    entry = Entry(name, is_folder=False, key=filter_key(name))
    assert filter_entries([entry], typed, with_hidden=False) == (entry,)


def test_hidden_names_are_shown_if_asked_for() -> None:
    hidden = Entry(".a.png", is_folder=False, key=filter_key(".a.png"))
    assert filter_entries([hidden], "", with_hidden=False) == ()
    assert filter_entries([hidden], "", with_hidden=True) == (hidden,)
    assert filter_entries([hidden], ".a", with_hidden=False) == (hidden,)


@given(st.integers(min_value=0, max_value=10**13))
def test_sizes_take_three_digits(size: int) -> None:
    number, unit = in_bytes(size).split()
    assert len(number.replace(".", "")) <= 3 or unit == "TB"


def test_the_last_folder_is_read_back(tmp_path: Path) -> None:
    state = tmp_path / "cache" / "picker.json"
    folder = tmp_path / "pictures"
    folder.mkdir()
    visit = LastVisit(str(folder), is_newest_first=True)
    write_last_visit(state, visit)
    assert read_last_visit(state) == visit
    assert state.stat().st_mode & 0o777 == 0o600
    folder.rmdir()
    assert read_last_visit(state) == LastVisit(str(Path.cwd()))


@pytest.mark.parametrize("content", [b"", b"{}", b'{"folder": "\\u0000"}', b"\xff"])
def test_a_broken_state_file_is_no_hindrance(tmp_path: Path, content: bytes) -> None:
    state = tmp_path / "picker.json"
    state.write_bytes(content)
    assert read_last_visit(state) == LastVisit(str(Path.cwd()))
