"""What pictures cost on the line, over a round trip of 150 ms, for each kind of terminal."""

import re
import time
from collections.abc import Mapping
from pathlib import Path

from PIL import Image, ImageFilter, ImageOps

from ..patience import PATIENCE
from ..terminal.brands import ITERM2, KITTY, KONSOLE, PLAIN, XTERM
from ..terminal.pseudo_terminal import PseudoTerminal
from .answer import make_tokens
from .replay import bytes_between
from .workplace import READY, Endpoint, Workplace

TERMINALS: Mapping[str, Mapping[str, str]] = {
    "kitty": KITTY,
    "konsole": KONSOLE,
    "iterm2": ITERM2,
    "xterm": XTERM,
    "plain": PLAIN,
}
"""By their replies: kitty with placeholders and without, iTerm2's protocol, sixels, half blocks."""

ROUND_TRIP = 0.15
_QUIET = 1.0
"""Seconds without output after which all is drawn: longer than pixels wait for rest."""
_IDLE = 3.0
_TOKENS = 60
_RATE = 60

# Kitty's payload; sixels and iTerm2's files with all that belongs to them.
_PIXELS = re.compile(
    rb"\x1b_G[^;\x1b]*;([^\x1b]*)\x1b\\|(\x1bP[\d;]*q[^\x1b]*\x1b\\)|(\x1b\]1337;[^\x07]*\x07)"
)
_QUERY = b"AAAA"
_ENTER, _LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"


def draw_photo(folder: Path) -> Path:
    """Draws a picture as hard to encode as a photograph; in 10x20 cells it takes 40x12."""
    path = folder / "photo.jpg"
    size = (1000, 600)
    bands = []
    for turn in (0, 90, 180):
        band = Image.linear_gradient("L").rotate(turn).resize(size)
        for radius, share in ((60, 0.5), (12, 0.3), (2, 0.2), (1, 0.15)):
            grain = Image.effect_noise(size, 100).filter(ImageFilter.GaussianBlur(radius))
            band = Image.blend(band, ImageOps.autocontrast(grain), share)
        bands.append(band)
    Image.merge("RGB", bands).save(path, quality=92)
    return path


def measure(workplace: Workplace, endpoint: Endpoint, name: str) -> dict[str, float]:
    """Returns the bytes that a terminal gets for each thing that one does near a picture."""
    workplace.load_demo()
    photo = draw_photo(workplace.home)
    replies = TERMINALS[name]
    with _open(workplace, replies, "-i", photo, "--model", "demo") as terminal:
        figures = _near_a_picture(terminal)
    with _open(workplace, replies, "-i", photo, "--model", endpoint.model(_RATE)) as terminal:
        terminal.wait_for(r"\[1\] photo")
        while_streaming(terminal, "What is in the picture?")
        # Again, with the picture drawn already.
        terminal.press("escape")
        _wait_for_picture(terminal)
        figures["stream"] = while_streaming(terminal, "And where is that?")
    # The answer would go on for a minute.
    workplace.stop_core()
    return {f"{name}_{key}_kb": value / 1000 for key, value in figures.items()}


def measure_replies(workplace: Workplace) -> dict[str, float]:
    """Returns how long the start waits for replies that are late, wrong, or never come."""
    wrong = dict.fromkeys(KITTY, "\x1b_Gi=31;EINVAL\x1b\\\x1b[6;0;0t\x1b[?q")
    kinds = {"late": (KITTY, 3.0), "wrong": (wrong, 0.0), "no": ({}, 0.0)}
    figures: dict[str, float] = {}
    for kind, (replies, round_trip) in kinds.items():
        with _open(workplace, replies, "--model", "demo", round_trip=round_trip) as terminal:
            terminal.wait_for(READY)
            figures[f"{kind}_reply_delay_s"] = _seconds_asked(terminal)
            terminal.wait_until_quiet(3.5)
            # The empty prompt says so as long as nothing was typed into it.
            figures[f"{kind}_reply_typed"] = float(READY not in terminal.text)
    return figures


def _seconds_asked(terminal: PseudoTerminal) -> float:
    """Returns how long the terminal was asked: on the alternate screen, before the app's own."""
    begun = next(it.time for it in terminal.chunks if _ENTER in it.output)
    return next(it.time for it in terminal.chunks if _LEAVE in it.output) - begun


def _open(
    workplace: Workplace,
    replies: Mapping[str, str],
    *arguments: str | Path,
    round_trip: float = ROUND_TRIP,
) -> PseudoTerminal:
    return workplace.open(*arguments, columns=80, rows=24, round_trip=round_trip, replies=replies)


def _near_a_picture(terminal: PseudoTerminal) -> dict[str, float]:
    figures: dict[str, float] = {}

    def note(key: str, since: float, *, pixels_alone: bool = False) -> None:
        terminal.wait_until_quiet(_QUIET)
        output = _output(terminal, since, time.monotonic())
        figures[key] = _pixels(output) if pixels_alone else len(output)

    terminal.wait_for(r"\[1\] photo")
    terminal.wait_until_quiet(_QUIET)
    before = _pixels(_output(terminal, 0, time.monotonic()))
    since = terminal.send("What is in the picture?\r")
    terminal.wait_for("tokens/s")
    _wait_for_picture(terminal)
    note("thumbnail", since)
    figures["thumbnail"] += before
    # So that there is something to scroll.
    for _ in range(2):
        terminal.send("And where?\r")
        terminal.wait_until_quiet(_QUIET)
    terminal.press("\x1b[Z")
    terminal.wait_until_quiet(_QUIET)
    terminal.press("home")
    terminal.wait_until_quiet(_QUIET)
    since = terminal.press("down")
    moving = _until_rest(terminal, since)
    note("scroll_after", since)
    figures["scroll"] = moving
    figures["scroll_after"] -= moving
    note("focus", terminal.send("\x1b[O\x1b[I"), pixels_alone=True)
    terminal.press("f1")
    terminal.wait_for("Show all keys")
    since = terminal.press("escape")
    note("modal", since, pixels_alone=True)
    terminal.press("ctrl+p")
    terminal.wait_until_quiet(0.5)
    since = terminal.send("use the light theme\r")
    note("theme", since, pixels_alone=True)
    note("resize", terminal.resize(84, 26), pixels_alone=True)
    since = terminal.press("f3")
    note("preview", since)
    start = time.monotonic()
    time.sleep(_IDLE)
    figures["idle"] = bytes_between(terminal, start, time.monotonic())
    return figures


def _wait_for_picture(terminal: PseudoTerminal) -> None:
    """Returns once a picture is drawn wholly."""
    end = time.monotonic() + PATIENCE
    while not (_pixels(_output(terminal, 0, time.monotonic())) or "▀" in terminal.text):
        assert time.monotonic() < end, terminal.text
        terminal.wait_until_quiet(0.2)
    terminal.wait_until_quiet(_QUIET)


def _until_rest(terminal: PseudoTerminal, since: float) -> float:
    """Returns the bytes of a change alone: what is written before the screen rests."""
    while not _output(terminal, since, time.monotonic()):
        terminal.wait_until_quiet(0.05)
    terminal.wait_until_quiet(0.2)
    return len(_output(terminal, since, time.monotonic()))


def while_streaming(terminal: PseudoTerminal, question: str) -> float:
    """Returns the bytes that 60 tokens of an answer take below a picture."""
    terminal.wait_for("ready")
    terminal.wait_until_quiet(_QUIET)
    terminal.send(f"{question}\r")
    beginning = max("".join(make_tokens()[:20]).split(), key=len)
    terminal.wait_for(f"(?s){re.escape(question)}.*{re.escape(beginning)}")
    begun = time.monotonic()
    end = begun + _TOKENS / _RATE
    time.sleep(max(0.0, end - time.monotonic()))
    return bytes_between(terminal, begun, end)


def _output(terminal: PseudoTerminal, start: float, end: float) -> bytes:
    return b"".join(output for moment, output in terminal.chunks if start <= moment < end)


def _pixels(output: bytes) -> int:
    found = (match[1] or match[2] or match[3] or b"" for match in _PIXELS.finditer(output))
    return sum(len(it) for it in found if it != _QUERY)
