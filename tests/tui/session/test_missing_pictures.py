"""Paths of pictures that are not on this machine, and what only looks like them."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeshell.tui.session.missing_pictures import MissingPictures, find_missing

from ...patience import PATIENCE

MEANT = {
    "/Users/anna/Desktop/IMG_0412.HEIC": ["IMG_0412.HEIC"],
    "/Users/anna/Desktop/IMG_0412.HEIC what is this?": ["IMG_0412.HEIC"],
    "what is in /Users/anna/Desktop/IMG_0412.HEIC?": ["IMG_0412.HEIC"],
    "~/Pictures/x.jpg and the one before": ["x.jpg"],
    "'/Users/anna/My Pictures/a b.png' what's that": ["a b.png"],
    '"/Users/anna/My Pictures/a b.png", please': ["a b.png"],
    r"/Users/anna/Desktop/Screenshot\ 2026-11-25\ at\ 10.00.00.png what is it": [
        "Screenshot 2026-11-25 at 10.00.00.png"
    ],
    "/Users/anna/Desktop/Screenshot 2026-11-25 at 10.00.00.png what is it": [
        "Screenshot 2026-11-25 at 10.00.00.png"
    ],
    "/Users/anna/My Pictures/a b.png": ["a b.png"],
    "file:///Users/anna/My%20Pictures/a%20b.png": ["a b.png"],
    "look: file:///srv/nowhere/b.webp": ["b.webp"],
    "/Users/anna/a.png /Users/anna/b.png compare": ["a.png", "b.png"],
    "/Users/anna/a.png\n/Users/anna/b.png": ["a.png", "b.png"],
    "'/Users/anna/a.png' '/Users/anna/b c.png' ": ["a.png", "b c.png"],
    "/var/folders/q2/x/T/TemporaryItems/shot.png hm": ["shot.png"],
    "/home/anna/shot.png what is wrong here": ["shot.png"],
    "~anna/shot.png what is wrong here": ["shot.png"],
    "(see /Volumes/CARD/DCIM/100/DSC_1.NEF)": ["DSC_1.NEF"],
    r"C:\Users\anna\Pictures\x.jpg what is it": ["x.jpg"],
    r'"C:\Users\anna\My Pictures\x y.jpg" what is it': ["x y.jpg"],
    "/Users/anna/scan.pdf what is the total?": ["scan.pdf"],
    "/srv/photos/x.png": ["x.png"],
    "photo.jpg": ["photo.jpg"],
    "shots/photo.jpg": ["photo.jpg"],
    "./phoot.jpg what is it?": ["phoot.jpg"],
    "anna@laptop:/Users/anna/x.png": ["x.png"],
    "Write a caption for ~/Pictures/x.jpg": ["x.jpg"],
    "copy the table in ~/Desktop/t.png": ["t.png"],
    "```\ncode\n```\n/Users/anna/a.png what does it print?": ["a.png"],
    "cat or dog? ~/x.png": ["x.png"],
    "/Users/ännä/Käse und Brot.png": ["Käse und Brot.png"],
    "/Users/anna/scan.pdf#3-5 what is the total?": ["scan.pdf#3-5"],
    "/Users/anna/My Pictures/a b.png@1,2,3,4 what is it?": ["a b.png@1,2,3,4"],
    "what is in ./a.png@1,2,3,4.": ["a.png@1,2,3,4"],
}

NOT_MEANT = [
    "compare a/b.png and see /usr/share",
    "what is the difference between photo.jpg and photo.png?",
    "a bare photo.jpg in a sentence",
    "why does nginx answer 404 for /static/logo.png?",
    "/static/logo.png gives a 404, why?",
    "GET /img/a.png 404\nGET /img/b.png 404",
    "https://example.com/a/cat.png",
    "what is on https://example.com/~anna/cat.png ?",
    "see http://host/Users/anna/x.jpg and tell",
    "`~/Pictures/x.jpg` is what I would write",
    "```python\nImage.open('/Users/anna/x.png')\n```\nwhy does it fail?",
    "~~~\n/Users/anna/x.png\n~~~\nwhat is this?",
    "    /Users/anna/x.png\nis indented code, so what?",
    'img = Image.open("/Users/anna/x.png")',
    "why does Image.open('/Users/anna/x.png') fail?",
    '<img src="/Users/anna/x.png"> shows nothing',
    "![alt](/Users/anna/x.png) in Markdown",
    "$ sips -s format jpeg ~/a.heic",
    "sips -s format jpeg ~/a.heic --out ~/a.jpg fails",
    "cp ~/a.png ~/b.png does what?",
    "FileNotFoundError: [Errno 2] No such file or directory: '/Users/anna/a.png'",
    "save the plot to ~/plots/out.png in matplotlib",
    "a script that writes its result into /tmp/out.png",
    "put it in /path/to/image.png or so",
    "what does ~/Pictures/*.jpg match?",
    "where is ~/.config kept, and /usr/share/icons?",
    "explain /etc/hosts and ~/notes.txt",
    "import logo from './logo.png'",
    '{"path": "/Users/anna/x.png"}',
    "is image/png the type of .png?",
    "and/or x.png",
    "",
    ".png",
    "What's the .jpg/.png difference?",
]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    return home


@pytest.mark.parametrize("text", MEANT)
def test_what_is_meant_as_a_picture_but_is_not_here(text: str, home: Path) -> None:
    missing = find_missing(text, home)
    assert missing is not None
    assert list(missing.names) == MEANT[text]
    assert all(written in text for written in missing.written)


@pytest.mark.parametrize("text", NOT_MEANT)
def test_what_only_looks_like_it(text: str, home: Path) -> None:
    assert find_missing(text, home) is None


def test_what_is_here_is_not_missing_nor_what_may_not_be_looked_at(home: Path) -> None:
    (home / "here.png").touch()
    closed = home / "closed"
    closed.mkdir(mode=0)
    assert find_missing("~/here.png is here", home) is None
    try:
        (closed / "x.png").exists()
    except PermissionError:
        assert find_missing("~/closed/x.png what is it", home) is None
    closed.chmod(0o700)


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    find_missing(f"~/{text}.png '/Users/{text} C:\\{text}.jpg", Path("/nowhere"))


@pytest.mark.parametrize("piece", ["don't see a.png ", "('~/", "~/ '", "C:\\", "~/a .png", "`~/"])
def test_a_long_text_is_soon_read(piece: str, home: Path) -> None:
    begun_at = time.monotonic()
    find_missing("so " + piece * (30_000 // len(piece)) + ".png", home)
    assert time.monotonic() - begun_at < PATIENCE / 4


def test_the_sentence_offers_the_ways_out() -> None:
    one = MissingPictures(("~/a.png",), ("a.png",))
    assert one.sentence == (
        "a.png is not on this machine: copy it over, as with scp; "
        "{prompt.send} twice sends the path as text."
    )
    held = MissingPictures(("a", "b", "c"), ("a.png", "b.png", "c.png"), is_held=True)
    assert held.sentence == (
        "Not sent: a.png and 2 more are not on this machine. Copy them over, as with scp, and "
        "paste the paths here; or press {prompt.send} again to send the paths as text."
    )


def test_only_what_the_user_was_told_of_may_go_out() -> None:
    told = MissingPictures(("~/a.png", "~/b.png"), ("a.png", "b.png"), is_held=True)
    assert told.permits(MissingPictures(("~/b.png",), ("b.png",)))
    assert not told.permits(MissingPictures(("~/c.png",), ("c.png",)))
    assert not MissingPictures(("~/a.png",), ("a.png",)).permits(told)
