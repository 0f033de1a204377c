"""What Tab completes: words, paths and names behind `@`."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeshell.core.excerpt import WHOLE
from seeshell.tui.session.attach_paths import find_pictures
from seeshell.tui.session.completion import Choice, Word, common_start, find_choices, word_before


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("cat.png", "Car.JPG", "my cat.png", "it's.webp", "notes.txt", ".hidden.png"):
        (tmp_path / name).touch()
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "one.png").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("what is ~/ca", Word(8, "~/ca")),
        ("~/ca", Word(0, "~/ca")),
        (r"see ~/my\ c", Word(4, "~/my c")),
        ("see '~/my c", Word(4, "~/my c", "'")),
        ('see "~/my c', Word(4, "~/my c", '"')),
        ("don't ~/ca", Word(6, "~/ca")),
        ("tell @lem", Word(5, "@lem")),
        ("done ", None),
        ("", None),
        ("\\" * 80 + " ", None),
    ],
)
def test_the_word_before_the_cursor(line: str, word: Word | None) -> None:
    assert word_before(line, len(line)) == word


def test_only_what_stands_before_the_cursor_counts() -> None:
    assert word_before("~/cat and", 4) == Word(0, "~/ca")


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("~", ["~/"]),
        ("~/cat.", ["~/cat.png"]),
        ("~/cat", ["~/cat.png", "~/catalogue/"]),
        ("~/CAT", ["~/cat.png", "~/catalogue/"]),
        ("~/catalogue/", ["~/catalogue/one.png"]),
        ("~/my", [r"~/my\ cat.png"]),
        ("'~/my", ["'~/my cat.png'"]),
        ('"~/it', ['"~/it\'s.webp"']),
        ("'~/it", [r"~/it\'s.webp"]),
        ("~/no", []),
        ("~/.h", ["~/.hidden.png"]),
        ("cat", ["cat.png", "catalogue/"]),
        ("./car", ["./Car.JPG"]),
        ("/nowhere/", []),
        ("~nobody-of-this-name/x", []),
        ("x\0", []),
    ],
)
def test_paths_of_pictures_and_folders(folder: Path, typed: str, texts: list[str]) -> None:
    word = word_before(typed, len(typed))
    assert word is not None
    assert [choice.text for choice in find_choices(word, (), folder, folder)] == texts


def test_behind_an_at_part_of_a_name_finds_pictures_of_the_conversation_first(
    folder: Path,
) -> None:
    choices = find_choices(Word(0, "@cat"), ["my cat.png", "scat.png"], folder)
    assert choices == [
        Choice("cat.png", "cat.png", folder / "cat.png"),
        Choice("my cat.png", "my cat.png"),
        Choice("scat.png", "scat.png"),
    ]


@given(st.text(st.characters(codec="utf-8", exclude_characters="/\0\n\r"), min_size=1, max_size=20))
def test_a_completed_path_is_read_back_as_the_file(tmp_path_factory: object, stem: str) -> None:
    assert isinstance(tmp_path_factory, pytest.TempPathFactory)
    folder = tmp_path_factory.mktemp("one")
    name = f"a{stem}.png"
    if len(name.encode()) > 200:
        return
    (folder / name).touch()
    (choice,) = find_choices(Word(0, f"{folder}/a"), (), folder)
    found = find_pictures(choice.text)
    assert [it.path.name for it in found.pictures] == [name]
    assert found.rest == ""


@pytest.mark.parametrize("name", ["b.pdf#2", "cat.png@1,2,3,4", "b.pdf#2@1,2,3,4"])
def test_a_file_that_is_called_like_an_excerpt_is_completed_and_read_back_as_itself(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).touch()
    (tmp_path / name.partition("#")[0].partition("@")[0]).touch()
    *_, choice = find_choices(Word(0, f"{tmp_path}/{name[:3]}"), (), tmp_path)
    (picture,) = find_pictures(choice.text).pictures
    assert (picture.path, picture.excerpt) == (tmp_path / name, WHOLE)


@pytest.mark.parametrize(
    ("typed", "texts", "start"),
    [
        ("~/c", ["~/cat.png", "~/catalogue/"], "~/cat"),
        ("@04", ["IMG_041.png", "IMG_042.png"], "@IMG_04"),
        ("@1", ["a b1.png", "a b1.jpg"], ""),
        ("@a", ["ba.png", "a.png"], "@"),
    ],
)
def test_what_all_begin_with_can_be_completed_further(
    typed: str, texts: list[str], start: str
) -> None:
    assert common_start(Word(0, typed), [Choice("", text) for text in texts]) == start
