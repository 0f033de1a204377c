"""Paths in the prompt, as terminals paste them and people type them."""

import os
import shlex
import time
import unicodedata
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from seeshell.core.excerpt import WHOLE, Excerpt
from seeshell.tui.session.attach_paths import MAX_TEXT, find_pictures


def picture_paths(text: str, folder: Path) -> list[Path]:
    """The files of pictures that a text consists of; none if it holds anything else."""
    found = find_pictures(text, folder)
    return [] if found.rest else [it.path for it in found.pictures]


names = (
    st.text(
        st.characters(blacklist_characters="/\0\n\r", blacklist_categories=["Cs"]),
        min_size=1,
        max_size=30,
    )
    .map(lambda stem: f"{stem}.png")
    .filter(lambda name: name.strip(" \t") == name and len(name.encode()) < 200)
)


def escape(path: str) -> str:
    """As macOS terminals paste a dropped file: every special character behind a backslash."""
    plain = "/._-"
    return "".join(
        char if char.isalnum() or char in plain or ord(char) > 127 else f"\\{char}" for char in path
    )


def in_double_quotes(path: str) -> str:
    for special in '\\"$`':
        path = path.replace(special, f"\\{special}")
    return f'"{path}"'


WAYS = {
    "shell": shlex.quote,
    "backslashes": escape,
    "double quotes": in_double_quotes,
    "url": lambda path: "file://" + quote(path),
    "url of this host": lambda path: "file://localhost" + quote(path),
}


@given(st.lists(names, min_size=1, max_size=3, unique=True), st.data())
def test_any_existing_names_written_in_any_way_are_found(
    chosen: list[str], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in chosen]
        for path in paths:
            path.touch()
        ways = data.draw(st.lists(st.sampled_from(list(WAYS)), min_size=len(paths)))
        written = [WAYS[way](str(path)) for way, path in zip(ways, paths, strict=False)]
        between = data.draw(st.sampled_from([" ", "\n", " \r\n", "  "]))
        found = find_pictures(between.join(written), Path("/"))
        assert [it.path.resolve() for it in found.pictures] == [path.resolve() for path in paths]
        assert found.rest == ""


@given(st.text(max_size=300))
def test_no_text_breaks_it_and_text_without_pictures_stays(text: str) -> None:
    found = find_pictures(text, Path("/nowhere"))
    assert found == ([], text)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("cat.png", "dog.JPG", "my cat.png", "notes.txt", "it's.webp", "x.heic"):
        (tmp_path / name).touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("text", "expected", "rest"),
    [
        ("cat.png", ["cat.png"], ""),
        ("./cat.png what is this?", ["cat.png"], "what is this?"),
        ("~/cat.png ~/dog.JPG compare them", ["cat.png", "dog.JPG"], "compare them"),
        ("my cat.png", ["my cat.png"], ""),
        ("my\\ cat.png", ["my cat.png"], ""),
        ("'it'\\''s.webp'", ["it's.webp"], ""),
        ("it's.webp", ["it's.webp"], ""),
        ("what is in ~/cat.png?", ["cat.png"], "what is in cat.png?"),
        ("compare cat.png with dog.JPG.", ["cat.png", "dog.JPG"], "compare cat.png with dog.JPG."),
        ("look (cat.png) there", ["cat.png"], "look (cat.png) there"),
        ("cat.png\nand then\ndog.JPG", ["cat.png", "dog.JPG"], "and then"),
        ("cat.png cat.png", ["cat.png"], ""),
        ("X.HEIC", [], "X.HEIC"),
        ("notes.txt", [], "notes.txt"),
        ("no such cat2.png", [], "no such cat2.png"),
        ("I don't see cat.png", ["cat.png"], "I don't see cat.png"),
        ("scatcat.png", [], "scatcat.png"),
    ],
)
def test_what_people_write(folder: Path, text: str, expected: list[str], rest: str) -> None:
    if text == "X.HEIC" and (folder / text).exists():
        pytest.skip("this file system ignores case")
    found = find_pictures(text, folder)
    assert [it.path.name for it in found.pictures] == expected
    assert found.rest == rest


def test_a_paste_is_paths_only_if_it_is_nothing_else(folder: Path) -> None:
    assert picture_paths("cat.png 'my cat.png'\n", folder) == [
        folder / "cat.png",
        folder / "my cat.png",
    ]
    assert picture_paths("cat.png is mine", folder) == []


@pytest.mark.parametrize("pasted", ["Bild 9.41 AM.png", "Bild 9.41\u202fAM.png"])
def test_the_narrow_space_of_macos_screenshots_may_be_lost(tmp_path: Path, pasted: str) -> None:
    path = tmp_path / "Bild 9.41\u202fAM.png"
    path.touch()
    assert picture_paths(pasted, tmp_path) == [path]
    assert picture_paths(escape(pasted), tmp_path) == [path]


def test_a_name_is_found_in_either_unicode_form(tmp_path: Path) -> None:
    for form, other in (("NFC", "NFD"), ("NFD", "NFC")):
        path = tmp_path / unicodedata.normalize(form, f"Käse {form}.png")
        path.touch()
        (found,) = picture_paths(unicodedata.normalize(other, path.name), tmp_path)
        assert found.samefile(path)


def test_a_long_text_full_of_names_that_do_not_exist_is_soon_read(tmp_path: Path) -> None:
    text = "don't see a.png " * 2000
    assert find_pictures(text, tmp_path).pictures == []


@pytest.mark.parametrize("piece", ["A[<(,", "(/", "[<"])
def test_a_text_in_which_a_name_may_begin_anywhere_is_soon_read(tmp_path: Path, piece: str) -> None:
    text = piece * (MAX_TEXT // len(piece) - 10) + " a.png"
    start = time.process_time()
    assert find_pictures(text, tmp_path).pictures == []
    # It took 3 to 30 s before what is read had a bound.
    assert time.process_time() - start < 1


@pytest.fixture
def unnamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("IMG_0001", "photo.txt", "two words", "scan.pdf", "Käse"):
        Image.new("RGB", (4, 4)).save(tmp_path / name, "PNG")
    (tmp_path / "notes.txt").write_text("IMG_0001 is a picture")
    (tmp_path / "real.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "empty").touch()
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("text", "expected", "rest"),
    [
        ("~/IMG_0001 what is this?", ["IMG_0001"], "what is this?"),
        ("./photo.txt", ["photo.txt"], ""),
        ("{}/IMG_0001", ["IMG_0001"], ""),
        ("'{}/two words' and {}/scan.pdf.", ["two words", "scan.pdf"], "and scan.pdf."),
        ("{}/two\\ words", ["two words"], ""),
        ("file://{}/photo.txt", ["photo.txt"], ""),
        ("file://localhost{}/two%20words", ["two words"], ""),
        ("what is in file://{}/two%20words?", ["two words"], "what is in two words?"),
        ("see <file://{}/photo.txt>, please", ["photo.txt"], "see <photo.txt>, please"),
        ("{}/Ka\u0308se", ["Käse"], ""),
        ("look (./IMG_0001) there", ["IMG_0001"], "look (IMG_0001) there"),
        ("~/real.pdf", ["real.pdf"], ""),
        ("what does {}/real.pdf say?", ["real.pdf"], "what does real.pdf say?"),
        ("IMG_0001 is a name", [], None),
        ("real.pdf is a name", ["real.pdf"], "is a name"),
        ("./notes.txt ./empty ./folder ./pipe ./gone", [], None),
        ("IMG_0001 and/or photo.txt", [], None),
        ("https://example.org/IMG_0001 and ftp://example.org/a", [], None),
    ],
)
def test_a_path_of_a_picture_needs_no_suffix(
    unnamed: Path, text: str, expected: list[str], rest: str | None
) -> None:
    written = text.replace("{}", str(unnamed))
    found = find_pictures(written, unnamed)
    assert [it.path.name for it in found.pictures] == expected
    assert found.rest == (written if rest is None else rest)


@pytest.fixture
def named(folder: Path) -> Path:
    """Some pictures, two of which are called as if they were excerpts of others."""
    for name in ("scan.tif", "my scan.tif", "cat.png@1,2,3,4", "scan.tif#9"):
        (folder / name).touch()
    return folder


@pytest.mark.parametrize(
    ("text", "expected", "rest"),
    [
        ("scan.tif#3", ["scan.tif#3"], ""),
        ("~/scan.tif#2-3,5", ["scan.tif#2", "scan.tif#3", "scan.tif#5"], ""),
        ("cat.png@10,20,30,40", ["cat.png@10,20,30,40"], ""),
        ("what is in ./cat.png@10,20,30,40?", ["cat.png@10,20,30,40"], None),
        ("Compare scan.tif#2-3, please.", ["scan.tif#2", "scan.tif#3"], None),
        ("scan.tif#1", ["scan.tif"], ""),
        ("my scan.tif#2@0,0,5,5", ["my scan.tif#2@0,0,5,5"], ""),
        ("'my scan.tif'#2", ["my scan.tif#2"], ""),
        ("my\\ scan.tif#2", ["my scan.tif#2"], ""),
        ("file://{}/my%20scan.tif#2", ["my scan.tif#2"], ""),
        ("cat.png cat.png@1,2,3,5", ["cat.png", "cat.png@1,2,3,5"], ""),
        ("cat.png@1,2,3,4", ["cat.png@1,2,3,4"], ""),
        ("scan.tif#9", ["scan.tif#9"], ""),
        ("scan.tif#9@0,0,5,5", ["scan.tif#9@0,0,5,5"], ""),
        ("scan.tif#9#2", ["scan.tif#9#2"], ""),
        ("no such.png@1,2,3,4", [], None),
        ("cat.png@1,2,3 there", ["cat.png"], "@1,2,3 there"),
    ],
)
def test_what_of_a_file_may_stand_behind_its_name(
    named: Path, text: str, expected: list[str], rest: str | None
) -> None:
    found = find_pictures(text.replace("{}", str(named)), named)
    assert [it.label for it in found.pictures] == expected
    assert found.rest == (text if rest is None else rest).replace("./", "")
    assert not any(it.error for it in found.pictures)


def test_a_file_that_is_called_like_an_excerpt_is_taken_whole(named: Path) -> None:
    literal, page = find_pictures("cat.png@1,2,3,4 scan.tif#9#2", named).pictures
    assert (literal.path, literal.excerpt) == (named / "cat.png@1,2,3,4", WHOLE)
    assert (page.path, page.excerpt) == (named / "scan.tif#9", Excerpt(2))


def test_a_rectangle_of_a_file_that_is_called_like_pages_is_of_that_file(named: Path) -> None:
    (part,) = find_pictures("scan.tif#9@0,0,5,5", named).pictures
    assert (part.path, str(part.excerpt)) == (named / "scan.tif#9", "@0,0,5,5")


@pytest.mark.parametrize("text", ["scan.tif#0", "scan.tif#5-3", "cat.png@1,2,0,4"])
def test_a_page_or_rectangle_that_makes_no_sense_is_refused_and_never_the_whole_file(
    named: Path, text: str
) -> None:
    (refused,) = find_pictures(text, named).pictures
    assert "write" in refused.error
    assert (refused.label, refused.path) == (text, named / text)
