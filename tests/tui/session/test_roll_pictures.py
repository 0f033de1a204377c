"""Which pictures a roll is about: files, folders, globs and notations."""

import os
from pathlib import Path

import pytest

from seeshell.core.errors import ImageError
from seeshell.core.excerpt import Excerpt, NamedPicture, Region
from seeshell.tui.session.roll_pictures import find_pictures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b10.PNG", "b9.png", "A.jpg", ".hidden.png", "notes.txt", "sub/c.png"):
        path = tmp_path / "scans" / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.touch()
    return tmp_path / "scans"


def names(*arguments: str | Path) -> list[str]:
    return [Path(it.path).name for it in find_pictures(map(str, arguments)).pictures]


def test_a_folder_stands_for_the_pictures_right_in_it_in_natural_order(folder: Path) -> None:
    assert names(folder) == ["A.jpg", "b9.png", "b10.PNG"]


def test_a_glob_is_expanded_and_goes_deep(folder: Path) -> None:
    assert names(f"{folder}/**/*.png") == ["b9.png", "c.png"]
    assert names(f"{folder}/*") == ["A.jpg", "b9.png", "b10.PNG"]


def test_files_come_in_the_order_in_which_they_are_named_and_once(folder: Path) -> None:
    picked = [folder / "b10.PNG", folder / "A.jpg", folder / "../scans/b10.PNG"]
    assert names(*picked) == ["b10.PNG", "A.jpg"]


def test_a_file_that_is_named_is_asked_about_whatever_it_is_called(folder: Path) -> None:
    assert names(folder / "notes.txt") == ["notes.txt"]


def test_a_notation_names_pages_and_rectangles(folder: Path) -> None:
    found = find_pictures([f"{folder}/A.jpg@1,2,30,40", f"{folder}/b9.png#2-3"]).pictures
    assert [it.excerpt for it in found] == [
        Excerpt(region=Region(1, 2, 30, 40)), Excerpt(2), Excerpt(3),
    ]  # fmt: skip


def test_a_notation_behind_a_folder_or_a_glob_counts_for_each_picture(folder: Path) -> None:
    for argument in (f"{folder}#2", f"{folder}/*#2"):
        found = find_pictures([argument]).pictures
        assert [(Path(it.path).name, it.excerpt) for it in found] == [
            ("A.jpg", Excerpt(2)), ("b9.png", Excerpt(2)), ("b10.PNG", Excerpt(2)),
        ]  # fmt: skip


@pytest.mark.parametrize("name", ["x[1].png", "b.png#2", "a.png@1,2,3,4"])
def test_a_file_that_is_really_called_so_wins(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    (found,) = find_pictures([str(tmp_path / name)]).pictures
    assert (Path(found.path).name, found.excerpt) == (name, Excerpt())


def test_a_page_of_a_file_whose_name_looks_like_a_glob(tmp_path: Path) -> None:
    (tmp_path / "x[1].tif").touch()
    (found,) = find_pictures([str(tmp_path / "x[1].tif#2")]).pictures
    assert (Path(found.path).name, found.excerpt) == ("x[1].tif", Excerpt(2))


def test_files_of_one_name_are_called_by_more_of_their_paths(tmp_path: Path) -> None:
    for place in ("one", "two"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "a.png").touch()
    (tmp_path / "two" / "b.png").touch()
    found = find_pictures([str(tmp_path / "one"), str(tmp_path / "two")]).pictures
    assert [it.name for it in found] == ["one/a.png", "two/a.png", ""]


@pytest.mark.parametrize(
    ("argument", "sentence"),
    [("nope.png", "does not exist"), ("*.nope", "matches no file"), ("", "holds no picture")],
)
def test_an_argument_that_names_nothing_is_an_error(
    tmp_path: Path, argument: str, sentence: str
) -> None:
    with pytest.raises(ImageError, match=sentence):
        find_pictures([str(tmp_path / argument)])


def test_pictures_of_the_web_are_refused() -> None:
    url = "https://example.org/a.png"
    for argument in (url, NamedPicture(url, Excerpt(2))):
        with pytest.raises(ImageError, match="on the web"):
            find_pictures([argument])


def test_a_name_that_is_no_text_is_told_and_left_out(tmp_path: Path) -> None:
    for name in (b"\xff.png", b"fine.png"):
        (tmp_path / os.fsdecode(name)).touch()
    found = find_pictures([str(tmp_path)])
    assert [Path(it.path).name for it in found.pictures] == ["fine.png"]
    assert "rename the file" in found.problems[0]
