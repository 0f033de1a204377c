"""Folders as the picker lists them."""

import errno
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from seeshell.core.errors import ImageError
from seeshell.core.regular_files import MACOS_PRIVACY, open_regular
from seeshell.tui.picker.folder import (
    Entry,
    FolderUnreadable,
    filter_entries,
    filter_key,
    find_unnamed,
    put_in_order,
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
    with pytest.raises(FolderUnreadable, match="Not a folder"):
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


def found(typed: str, *names: str) -> list[str]:
    entries = [Entry(name, is_folder=False, key=filter_key(name)) for name in names]
    return [entry.name for entry in filter_entries(entries, typed, with_hidden=False)]


def test_where_no_name_contains_the_letters_those_that_hold_them_in_order_are_found() -> None:
    names = ("lemon-crate.jpg", "l-e-m-x-c-r-p.png", "lemons-crop.png", "melon.png", ".lemcrp.png")
    assert found("lemcrop", *names) == ["lemons-crop.png"]
    assert found("lemcr", *names) == ["lemon-crate.jpg", "lemons-crop.png", "l-e-m-x-c-r-p.png"]
    assert found("crop", *names) == ["lemons-crop.png"]
    assert found("nolem", *names) == []


def test_a_filter_of_letters_takes_one_walk_over_a_name_whatever_it_is() -> None:
    assert found("a" * 40 + "b", "a" * 255) == []


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
    assert read_last_visit(state) == LastVisit(str(Path.cwd()), is_newest_first=True)


@pytest.mark.parametrize("content", [b"", b"{}", b'{"folder": "\\u0000"}', b"\xff"])
def test_a_broken_state_file_is_no_hindrance(tmp_path: Path, content: bytes) -> None:
    state = tmp_path / "picker.json"
    state.write_bytes(content)
    assert read_last_visit(state) == LastVisit(str(Path.cwd()))


def refusing(number: int) -> Callable[..., None]:
    """A call of the system that fails for every path."""

    def refuse(path: object, *_rest: object) -> None:
        raise OSError(number, os.strerror(number), str(path))

    return refuse


@pytest.fixture
def misnamed(tmp_path: Path) -> Path:
    for name in ("IMG_0001", "photo.txt", "scan.pdf", "b.png", ".hidden"):
        Image.new("RGB", (4, 4)).save(tmp_path / name, "PNG")
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "empty").touch()
    (tmp_path / "sub").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    return tmp_path


def test_pictures_whose_names_do_not_say_so_are_found_by_their_content(misnamed: Path) -> None:
    found = put_in_order(find_unnamed(misnamed, lambda: True))
    assert names(found) == ["IMG_0001", "photo.txt"]
    assert all(entry.size_bytes and entry.modified for entry in found)
    assert names(put_in_order((*read_folder(misnamed), *found))) == [
        *("sub", "b.png", "IMG_0001", "photo.txt", "scan.pdf"),
    ]


def test_looking_for_them_ends_when_the_folder_is_left_or_gone(misnamed: Path) -> None:
    assert find_unnamed(misnamed, lambda: False) == ()
    assert find_unnamed(misnamed / "nowhere", lambda: True) == ()


def test_what_may_not_be_opened_is_passed_over(
    misnamed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as disk:
        disk.setattr(os, "open", refusing(errno.EPERM))
        assert find_unnamed(misnamed, lambda: True) == ()


def test_the_refusal_of_macos_over_ssh_is_one_sentence_here_and_where_a_file_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = tmp_path / "shot.png"
    picture.touch()

    with monkeypatch.context() as disk:
        disk.setattr(os, "scandir", refusing(errno.EPERM))
        disk.setattr(os, "open", refusing(errno.EPERM))
        with pytest.raises(FolderUnreadable) as unlisted:
            read_folder(tmp_path)
        with pytest.raises(ImageError) as unopened, open_regular(picture, "shot.png"):
            pass
    assert str(unlisted.value) == MACOS_PRIVACY
    assert str(unopened.value) == f"{picture} may not be read: {MACOS_PRIVACY}"
    assert "Full Disk Access" in MACOS_PRIVACY
    assert "remote users" in MACOS_PRIVACY


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.EACCES, "may not be read; change its permissions"),
        (errno.EIO, "can't be opened (Input/output error)"),
    ],
)
def test_other_refusals_do_not_speak_of_macos(
    number: int, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = tmp_path / "shot.png"
    picture.touch()

    with monkeypatch.context() as disk:
        disk.setattr(os, "open", refusing(number))
        with pytest.raises(ImageError) as refused, open_regular(picture, "shot.png"):
            pass
    assert sentence in str(refused.value)
    assert "macOS" not in str(refused.value)
