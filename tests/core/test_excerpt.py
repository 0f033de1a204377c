"""What of a file is the picture, as people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeshell.core.errors import ImageError
from seeshell.core.excerpt import WHOLE, Excerpt, NamedPicture, Region, key_of, read_key, read_named

SHA256 = "0" * 64


def nothing_there(_path: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("photo.jpg", [("photo.jpg", WHOLE)]),
        ("report.pdf#3", [("report.pdf", Excerpt(3))]),
        ("report.pdf#1", [("report.pdf", WHOLE)]),
        ("report.pdf#3-5,8", [("report.pdf", Excerpt(page)) for page in (3, 4, 5, 8)]),
        ("a.png@1,2,3,4", [("a.png", Excerpt(1, Region(1, 2, 3, 4)))]),
        ("scan.tif#2@0,0,5,5", [("scan.tif", Excerpt(2, Region(0, 0, 5, 5)))]),
        ("C#.png", [("C#.png", WHOLE)]),
        ("me@home.jpg", [("me@home.jpg", WHOLE)]),
        ("a#1.png", [("a#1.png", WHOLE)]),
        ("#3", [("#3", WHOLE)]),
        ("two\nlines.png#2", [("two\nlines.png", Excerpt(2))]),
    ],
)
def test_a_notation_is_read(text: str, expected: list[tuple[str, Excerpt]]) -> None:
    assert list(read_named(text, nothing_there)) == [NamedPicture(*it) for it in expected]


@pytest.mark.parametrize("text", ["b.pdf#2", "a.png@1,2,3,4"])
def test_a_file_that_is_called_so_wins(text: str) -> None:
    assert read_named(text, {text}.__contains__) == (NamedPicture(text, WHOLE),)


@pytest.mark.parametrize(
    ("name", "notation", "excerpt"),
    [
        ("b.pdf#2-3", "@1,2,3,4", Excerpt(1, Region(1, 2, 3, 4))),
        ("a.png@1,2,3,4", "#2", Excerpt(2)),
        ("a.png@1,2,3,4", "@5,6,7,8", Excerpt(1, Region(5, 6, 7, 8))),
    ],
)
def test_a_part_of_a_file_that_is_called_so_is_a_part_of_that(
    name: str, notation: str, excerpt: Excerpt
) -> None:
    there = {name, "b.pdf", "a.png"}.__contains__
    assert read_named(name + notation, there) == (NamedPicture(name, excerpt),)


@pytest.mark.parametrize(
    "text", ["b.pdf#0", "b.pdf#5-3", "b.pdf#1-999999", "a.png@1,2,0,4", "a.png@1,2,3,0"]
)
def test_what_makes_no_sense_is_said(text: str) -> None:
    with pytest.raises(ImageError, match="write"):
        read_named(text, nothing_there)


regions = st.builds(
    Region,
    st.integers(0, 9999),
    st.integers(0, 9999),
    st.integers(1, 9999),
    st.integers(1, 9999),
)


@given(st.builds(Excerpt, st.integers(1, 9999), st.none() | regions))
def test_keys_are_read_as_they_were_made(excerpt: Excerpt) -> None:
    assert read_key(key_of(SHA256, excerpt)) == (SHA256, excerpt)


@given(regions, regions, regions)
def test_crops_of_crops_lie_in_the_picture(a: Region, b: Region, c: Region) -> None:
    assert c.of(b.of(a)) == c.of(b).of(a)
    assert c.of(None) == c


def test_what_lies_outside_is_cut_off() -> None:
    assert Region(90, -5, 30, 10).within(100, 100) == Region(90, 0, 10, 5)
    assert Region(100, 0, 5, 5).within(100, 100) is None
