"""Folders and files that only their owner can read, whatever lies there before."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from seeshell.core.private_files import (
    make_missing_folders,
    make_private_folder,
    open_own,
    open_private,
    replace_private,
    tighten_folder,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_new_folders_are_private_and_older_ones_above_them_stay(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_private_folder(tmp_path / "a" / "b")
    assert [mode(tmp_path / "a"), mode(tmp_path / "a" / "b")] == [0o700, 0o700]
    assert mode(tmp_path) == 0o755


def test_a_folder_that_others_could_read_is_made_private(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o755)
    make_missing_folders(folder)
    assert mode(folder) == 0o755
    make_private_folder(folder)
    assert mode(folder) == 0o700


def link(path: Path) -> None:
    (path.parent / "elsewhere").mkdir()
    path.symlink_to(path.parent / "elsewhere")


def dangling_link(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (link, "It is a link, which is not followed here: put a folder there"),
        (dangling_link, "It is a link to a folder that is missing"),
        (Path.touch, "It is no folder: move it away"),
        (os.mkfifo, "It is no folder: move it away"),
    ],
)
def test_what_is_in_place_of_a_folder_is_named(
    tmp_path: Path, make: Callable[[Path], object], sentence: str
) -> None:
    place = tmp_path / "place"
    make(place)
    with pytest.raises(OSError, match="It is") as refused:
        make_private_folder(place)
    assert refused.value.strerror == sentence
    assert refused.value.filename == str(place)
    if not sentence.startswith("It is no"):
        assert isinstance(refused.value, PermissionError)


def test_only_another_users_folder_is_said_to_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(PermissionError, match="It belongs to another user"):
        make_private_folder(tmp_path)
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(PermissionError, match="It belongs to another user"):
        open_private(path, os.O_WRONLY)


def test_a_new_file_is_private_whatever_the_umask(tmp_path: Path) -> None:
    os.close(open_private(tmp_path / "new" / "file", os.O_WRONLY))
    assert mode(tmp_path / "new" / "file") == 0o600


def test_a_file_that_others_could_read_is_made_private(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    path.chmod(0o664)
    os.close(open_private(path, os.O_WRONLY))
    assert mode(path) == 0o600


@pytest.mark.parametrize("flags", [os.O_WRONLY, os.O_WRONLY | os.O_TRUNC, os.O_RDWR, os.O_RDONLY])
@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (link, "It is a link, which is not followed here: move it away"),
        (dangling_link, "It is a link, which is not followed here: move it away"),
        (Path.mkdir, "It is no file: move it away"),
        (os.mkfifo, "It is no file: move it away"),
    ],
)
def test_what_is_in_place_of_a_file_is_named_and_not_followed(
    tmp_path: Path, make: Callable[[Path], object], sentence: str, flags: int
) -> None:
    place = tmp_path / "place"
    make(place)
    with pytest.raises(OSError, match="It is") as refused:
        open_private(place, flags)
    assert (refused.value.strerror, refused.value.filename) == (sentence, str(place))
    assert not (tmp_path / "nowhere").exists()


def test_a_link_to_a_file_is_not_written_through(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("kept")
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(PermissionError):
        open_private(tmp_path / "link", os.O_WRONLY | os.O_TRUNC)
    assert target.read_text() == "kept"


def test_a_missing_file_is_not_made_to_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_own(tmp_path / "file", os.O_RDONLY)


def test_a_file_is_replaced_whole_whatever_had_its_name(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("kept")
    path = tmp_path / "new" / "state.json"
    replace_private(path, b"1")
    path.unlink()
    path.symlink_to(target)
    replace_private(path, b"2")
    assert (path.read_bytes(), mode(path), path.is_symlink()) == (b"2", 0o600, False)
    assert target.read_text() == "kept"
    assert [it.name for it in path.parent.iterdir()] == ["state.json"]


def test_a_replacement_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    (path / "full").mkdir(parents=True)
    with pytest.raises(OSError, match=r"state\.json"):
        replace_private(path, b"1")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("loose", [0o755, 0o777, 0o750, 0o701])
def test_a_folder_of_seeshells_alone_is_tightened(tmp_path: Path, loose: int) -> None:
    folder = tmp_path / "home"
    (folder / "data").mkdir(parents=True)
    (folder / "core.log.1").touch()
    folder.chmod(loose)
    assert tighten_folder(folder, {"data", "core.log"})
    assert mode(folder) == 0o700


def test_a_folder_that_others_share_is_told_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o1777)
    (tmp_path / "data").mkdir()
    (tmp_path / "letters").mkdir()
    assert not tighten_folder(tmp_path, {"data"})
    (tmp_path / "letters").rmdir()
    link = tmp_path / "data" / "link"
    link.symlink_to(tmp_path)
    assert not tighten_folder(link, {"data"})
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    assert not tighten_folder(tmp_path, {"data"})
    assert mode(tmp_path) == 0o1777


def test_a_folder_that_is_missing_or_private_needs_no_tightening(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "letters").mkdir()
    assert tighten_folder(tmp_path, {"data"})
    assert tighten_folder(tmp_path / "missing", {"data"})
