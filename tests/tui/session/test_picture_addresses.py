import pytest

from seeshell.core.errors import ImageError
from seeshell.core.excerpt import Excerpt, Region
from seeshell.tui.session.attach_paths import find_pictures
from seeshell.tui.session.draft import DraftPicture
from seeshell.tui.session.picture_addresses import address_at


def found(text: str) -> tuple[list[str], str]:
    pictures, rest = find_pictures(text)
    return [it.address for it in pictures], rest


@pytest.mark.parametrize(
    ("text", "addresses", "rest"),
    [
        ("https://example.org/a.png", ["https://example.org/a.png"], ""),
        ("What is in https://a.org/x/a.JPG?", ["https://a.org/x/a.JPG"], "What is in a.JPG?"),
        ("(http://a.org/b.heic), please", ["http://a.org/b.heic"], "(b.heic), please"),
        ("<https://a.org/b.png?w=1&h=2>", ["https://a.org/b.png?w=1&h=2"], "<b.png>"),
        ("http://a.org/a.png http://b.org/a.png", ["http://a.org/a.png", "http://b.org/a.png"], ""),
    ],
)
def test_addresses_of_pictures_are_found(text: str, addresses: list[str], rest: str) -> None:
    assert found(text)[0] == addresses
    if rest:
        assert found(text)[1] == rest


@pytest.mark.parametrize(
    "text",
    [
        "See https://example.org/llamas and tell me",
        "https://example.org/index.html",
        "ftp://example.org/a.png",
        "xhttps://example.org/a.png",
        "https://me:secret@example.org/a.png",
        "https://",
    ],
)
def test_other_addresses_stay_text(text: str) -> None:
    assert found(text) == ([], text)


def test_a_notation_behind_an_address_counts() -> None:
    (picture,) = DraftPicture.named("https://a.org/x/b.png@1,2,30,40")
    assert (picture.address, picture.label) == ("https://a.org/x/b.png", "b.png@1,2,30,40")
    assert picture.excerpt == Excerpt(1, Region(1, 2, 30, 40))
    named = address_at("https://a.org/x/b.pdf#2-3.", 0)
    assert named is None or [it.excerpt.page for it in named.pictures] == [2, 3]


def test_an_address_of_the_command_line_needs_no_suffix() -> None:
    (picture,) = DraftPicture.named("https://a.org/image?id=3")
    assert (picture.address, picture.label) == ("https://a.org/image?id=3", "image")
    with pytest.raises(ImageError, match="password"):
        DraftPicture.named("https://me:x@a.org/a.png")
