"""What a real app writes to a terminal, read back as the terminal would read it."""

import base64
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from ...running_core import RunningCore
from .kitty_terminal import KITTY_REPLIES, KittyTerminal, assert_whole
from .terminal_session import TerminalSession

pytestmark = pytest.mark.alone
"""A line that another test makes slow gets smaller pictures."""

APP = Path(__file__).with_name("picture_app.py")
COMMAND = Path(sys.executable).with_name("seeshell")

Opens = Callable[..., TerminalSession]


@pytest.fixture
def open_session() -> Iterator[Opens]:
    sessions: list[TerminalSession] = []

    def open_one(*arguments: Any, **options: Any) -> TerminalSession:
        sessions.append(
            TerminalSession(KittyTerminal(100, 30), KITTY_REPLIES, *arguments, **options)
        )
        return sessions[-1]

    yield open_one
    for session in sessions:
        session.close()


def test_a_picture_is_sent_once_and_every_cell_shows_its_part(
    open_session: Opens, photo: Path
) -> None:
    session = open_session([sys.executable, APP, photo, "tgp"])
    terminal = session.terminal
    session.until(lambda: len({cell.placement for cell in terminal.cells().values()}) == 2)
    session.settle()

    (image_id,) = terminal.pictures
    sent = Image.open(io.BytesIO(base64.b64decode(terminal.pictures[image_id])))
    assert sent.format == "PNG"
    assert sent.mode == "P"
    assert sent.width * sent.height <= 60_000
    assert sent.width / sent.height == pytest.approx(640 / 400, rel=0.02)
    with Image.open(photo) as original:
        small = original.convert("RGB").resize(sent.size)
    difference = ImageStat.Stat(ImageChops.difference(small, sent.convert("RGB"))).mean
    assert max(difference) < 12

    seen = assert_whole(terminal)
    assert len(seen) == 2
    assert {image for image, _ in seen} == {image_id}
    list_size, pane_size = sorted(terminal.placements[place] for place in seen)
    assert list_size == (26, 8)
    assert pane_size[0] > 40
    assert terminal.asked_for_replies == 0
    once = terminal.payload_bytes

    for key in "jjj", "r", "m", "m", "j":
        session.press(key)
    assert_whole(terminal)
    session.resize(120, 40)
    session.resize(90, 24)
    assert_whole(terminal)
    assert terminal.payload_bytes == once

    session.type("q")
    session.until(lambda: session.process.poll() is not None)
    assert session.process.returncode == 0
    assert terminal.deleted == [image_id]


def test_seeshell_on_a_slow_line_shows_pictures_and_types_no_reply_into_the_prompt(
    open_session: Opens, demo_core: RunningCore, home: Path, samples: Path
) -> None:
    session = open_session([COMMAND], folder=samples, round_trip=0.4)
    terminal = session.terminal
    session.until(lambda: "Ask about a picture" in session.text)
    session.settle()
    prompt = session.text
    assert not [reply for reply in ("kitty", "Gi=", ";OK", "62;52") if reply in prompt]

    session.type("\x0f")
    session.until(lambda: len(terminal.cells()) > 0)
    session.settle()
    assert len(terminal.pictures) == 1
    once = terminal.payload_bytes
    session.type("\r")
    session.until(lambda: ".png" in session.text and "type to filter" not in session.text)
    session.type("What is in the picture?\r")
    session.until(lambda: "tokens/s" in session.text and len(terminal.cells()) > 0)
    session.settle()
    assert_whole(terminal)
    assert len(terminal.pictures) == 1
    assert terminal.payload_bytes == once

    session.type("\x03\x03")
    session.until(lambda: session.process.poll() is not None)
    assert set(terminal.deleted) == set(terminal.pictures)
