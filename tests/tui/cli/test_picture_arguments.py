from pathlib import Path

import pytest

from seeshell.core.errors import ImageError
from seeshell.tui.cli import picture_arguments
from seeshell.tui.cli.picture_arguments import expand


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("page 10.png", "page 9.PNG", "Page 1.heic", "notes.txt", ".hidden.png", "[x].png"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "inner.png").mkdir()
    (tmp_path / "inner.png" / "deep.jpg").write_bytes(b"")
    return tmp_path


def names(*arguments: str | Path) -> list[str]:
    return [Path(it).name for it in expand(map(str, arguments))]


def test_what_is_one_picture_stays_as_it_is() -> None:
    given = ["-", "/a.png", "https://example.org/*.png", "/b.pdf#2-3", "/not/there.png"]
    assert expand(given) == given


def test_a_folder_stands_for_its_pictures_in_the_order_of_their_names(folder: Path) -> None:
    assert names(folder) == ["[x].png", "Page 1.heic", "page 9.PNG", "page 10.png"]


def test_a_glob_stands_for_what_it_matches(folder: Path) -> None:
    assert names(folder / "page*.*") == ["page 9.PNG", "page 10.png"]
    assert names(folder / "**" / "*.jpg") == ["deep.jpg"]
    assert names(folder / "*.txt") == ["notes.txt"]


def test_what_is_really_called_like_a_glob_is_no_glob(folder: Path) -> None:
    assert names(folder / "[x].png") == ["[x].png"]


def test_a_notation_behind_a_glob_counts_for_each_file(folder: Path) -> None:
    assert names(folder / "page*#2") == ["page 9.PNG#2", "page 10.png#2"]


def test_a_folder_may_be_called_like_a_notation(tmp_path: Path) -> None:
    (tmp_path / "scans#2").mkdir()
    (tmp_path / "scans#2" / "a.tif").touch()
    assert names(tmp_path / "scans#2") == ["a.tif"]
    assert names(tmp_path / "scans#2@0,0,5,5") == ["a.tif@0,0,5,5"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("*.tiff", "matches no file; check"), ("inner.png/none", "holds no picture; name files")],
)
def test_nothing_found_is_told(folder: Path, name: str, words: str) -> None:
    (folder / "inner.png" / "none").mkdir()
    with pytest.raises(ImageError, match=words):
        expand([str(folder / name)])


def test_too_many_are_refused_with_both_numbers(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_arguments, "MOST_PICTURES", 3)
    with pytest.raises(ImageError, match="means 4 pictures, more than the limit of 3"):
        expand([str(folder)])
