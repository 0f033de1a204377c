"""`make real-terminals`: the app in real terminals, and whether they show its picture rightly.

Starts each terminal that is installed on a screen of its own (Xvfb), asks about a sample picture,
takes a screenshot, and compares the picture's place on it with the file; again after the list of
keys has covered it. On Debian this needs `xvfb xdotool imagemagick`, and of `xterm mlterm konsole
dbus-x11 kitty libgl1-mesa-dri` what is to be tried.
"""

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageChops, ImageStat

from seeshell.core.demo import SAMPLES_PATH

from .installed import COMMAND, Installed

SAMPLE = SAMPLES_PATH / "red-circle-blue-square.png"
QUESTION = "What is in the picture?"

_PATIENCE = 40.0
_POLL = 0.4
_STILL = 4
"""Looks that must show the same."""
_TOOLS = ("Xvfb", "xdotool", "import")

MOST_OFF = 4.0
"""Mean difference of a colour, of 255."""
MOST_WRONG = 0.008
"""Share of pixels that are plainly another colour: half blocks have more than twice as many."""
_PLAINLY = 100


@dataclass(frozen=True)
class Terminal:
    """A terminal, and how to start it."""

    name: str
    command: Sequence[str]
    """What to put before the app's command."""
    options: Sequence[str] = ()
    """Of the app."""
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_installed(self) -> bool:
        """Whether all programs that it takes are there."""
        programs = (it for it in self.command[:2] if not it.startswith("-"))
        return all(map(shutil.which, programs))


_KONSOLE = ("dbus-run-session", "konsole", "--nofork", "--separate", "-e")
_KITTY = (
    *("kitty", "--config", "NONE", "-o", "remember_window_size=no"),
    *("-o", "initial_window_width=1000", "-o", "initial_window_height=640"),
)

TERMINALS = (
    Terminal(
        "xterm, sixel",
        ("xterm", "-ti", "vt340", "-fa", "DejaVu Sans Mono", "-geometry", "110x34", "-e"),
    ),
    Terminal("mlterm, sixel", ("mlterm", "-g", "100x32", "-e")),
    Terminal("mlterm, iTerm2", ("mlterm", "-g", "100x32", "-e"), ("--images", "iterm2")),
    Terminal("konsole, kitty", _KONSOLE),
    Terminal("konsole, sixel", _KONSOLE, ("--images", "sixel")),
    Terminal("kitty, kitty", _KITTY, (), {"LIBGL_ALWAYS_SOFTWARE": "1"}),
)


class Likeness(NamedTuple):
    """How a picture on a screenshot compares with the file."""

    off: float
    """Mean difference of a colour, of 255."""
    wrong: float
    """Share of pixels that are plainly another colour."""
    size: tuple[int, int]
    """Pixels on the screen."""

    @property
    def is_right(self) -> bool:
        """Whether the terminal shows the picture, pixel by pixel."""
        return self.off <= MOST_OFF and self.wrong <= MOST_WRONG


class XScreen:
    """A screen without a monitor."""

    def __init__(self, display: str) -> None:
        self.environment = _plain_environment() | {"DISPLAY": display}

    def shot(self) -> Image.Image:
        """Returns what is on it."""
        done = self._run("import", "-window", "root", "png:-")
        return Image.open(io.BytesIO(done)).convert("RGB")

    def type(self, text: str) -> None:
        self._run("xdotool", "type", "--delay", "20", text)

    def press(self, *keys: str) -> None:
        self._run("xdotool", "key", *keys)

    def point_at(self, x: int, y: int) -> None:
        """Without a window manager the keys go where the pointer is."""
        self._run("xdotool", "mousemove", str(x), str(y))

    def until(self, condition: Callable[[Image.Image], bool]) -> Image.Image:
        """Returns the first of several looks that meets the condition, or the last of all."""
        end = time.monotonic() + _PATIENCE
        while not condition(shot := self.shot()) and time.monotonic() < end:
            time.sleep(_POLL)
        return shot

    def until_still(self) -> None:
        """Returns once something is there and stays as it is."""
        last, same = self.shot(), 0

        def is_still(shot: Image.Image) -> bool:
            nonlocal last, same
            is_same = ImageChops.difference(last, shot).getbbox() is None
            last, same = shot, same + 1 if is_same and shot.getbbox() else 0
            return same >= _STILL

        self.until(is_still)

    def _run(self, *command: str) -> bytes:
        return subprocess.run(
            command, env=self.environment, capture_output=True, check=True, timeout=_PATIENCE
        ).stdout


def compare(shot: Image.Image, original: Image.Image) -> Likeness | None:
    """Returns how the picture on a screenshot compares with the file; None if none is there.

    It is found by its shapes, whose colours nothing else on the screen has.
    """
    shapes, shown = _shapes(original), _shapes(shot)
    if shapes is None or shown is None:
        return None
    across = (shown[2] - shown[0]) / (shapes[2] - shapes[0])
    down = (shown[3] - shown[1]) / (shapes[3] - shapes[1])
    left, top = round(shown[0] - shapes[0] * across), round(shown[1] - shapes[1] * down)
    size = round(original.width * across), round(original.height * down)
    # Neither blanks beside it nor a shape that is cut off pass for the picture.
    part = shot.crop((left, top, left + size[0], top + size[1]))
    difference = ImageChops.difference(part, original.resize(size, Image.Resampling.LANCZOS))
    red, green, blue = difference.split()
    largest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    wrong = largest.point(lambda value: 255 if value > _PLAINLY else 0)
    return Likeness(max(ImageStat.Stat(difference).mean), ImageStat.Stat(wrong).mean[0] / 255, size)


def _shapes(image: Image.Image) -> tuple[int, int, int, int] | None:
    """Returns the rectangle around all that is red or blue."""
    red, green, blue = image.split()
    low = green.point(lambda value: 255 if value < 90 else 0)
    strong = ImageChops.lighter(red, blue).point(lambda value: 255 if value > 190 else 0)
    mixed = ImageChops.darker(red, blue).point(lambda value: 255 if value < 90 else 0)
    return ImageChops.darker(ImageChops.darker(low, strong), mixed).getbbox()


def try_terminal(terminal: Terminal, installed: Installed, screen: XScreen) -> Image.Image:
    """Asks about the picture, covers it with the keys, and returns the last screenshot."""
    with Image.open(SAMPLE) as file:
        original = file.convert("RGB")
    command = [*terminal.command, str(COMMAND), *terminal.options, "-i", str(SAMPLE)]
    environment = screen.environment | dict(installed.environment) | dict(terminal.environment)
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet) as program:
        try:
            screen.point_at(300, 300)
            screen.until_still()
            screen.type(QUESTION)
            screen.press("Return")
            screen.until(lambda shot: _is_right(shot, original))
            screen.press("F1")
            screen.until(lambda shot: _shapes(shot) is None)
            screen.press("Escape")
            return screen.until(lambda shot: _is_right(shot, original))
        finally:
            screen.press("ctrl+c")
            screen.press("ctrl+c")
            try:
                program.wait(10)
            except subprocess.TimeoutExpired:
                program.kill()


def _is_right(shot: Image.Image, original: Image.Image) -> bool:
    likeness = compare(shot, original)
    return likeness is not None and likeness.is_right


def report(terminal: Terminal, shot: Image.Image, folder: Path | None) -> bool:
    """Prints how a terminal did, keeps its screenshot if that is wanted; whether it did well."""
    with Image.open(SAMPLE) as file:
        likeness = compare(shot, file.convert("RGB"))
    if likeness is None:
        print(f"{terminal.name}: no picture", flush=True)
    else:
        off, wrong, (width, height) = likeness
        verdict = "right" if likeness.is_right else "WRONG"
        print(
            f"{terminal.name}: {verdict}; {width}x{height} pixels, on the average {off:.1f} of 255 "
            f"off, {wrong:.2%} plainly wrong",
            flush=True,
        )
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        name = terminal.name.replace(", ", "-").replace(" ", "-").lower()
        shot.crop(shot.getbbox()).quantize(128).save(folder / f"{name}.png", optimize=True)
    return likeness is not None and likeness.is_right


@contextmanager
def open_screen() -> Iterator[XScreen]:
    """Yields a screen that ends with the context."""
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    with (
        subprocess.Popen(
            command, pass_fds=(writer,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as server,
        os.fdopen(reader) as answer,
    ):
        os.close(writer)
        try:
            yield XScreen(f":{answer.readline().strip()}")
        finally:
            server.terminate()


def _plain_environment() -> dict[str, str]:
    kept = {"PATH", "PYTHONPATH", "HOME", "TMPDIR", "LD_PRELOAD", "USER", "LOGNAME"}
    return {name: value for name, value in os.environ.items() if name in kept} | {"LANG": "C.UTF-8"}


def main() -> int:
    """Tries every terminal that is installed; 0 if each shows the picture."""
    parser = argparse.ArgumentParser(prog="make real-terminals ARGS=", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="terminals to try")
    parser.add_argument("--shots", type=Path, metavar="FOLDER", help="where to keep screenshots")
    options = parser.parse_args()
    if missing := [tool for tool in _TOOLS if shutil.which(tool) is None]:
        print(f"Not installed: {', '.join(missing)}.", file=sys.stderr)
        return 2
    wanted = [it for it in TERMINALS if not options.only or it.name.split(",")[0] in options.only]
    present = [it for it in wanted if it.is_installed]
    are_right = []
    with tempfile.TemporaryDirectory(prefix="seeshell-real-") as folder:
        for number, terminal in enumerate(present):
            home = Path(folder) / str(number)
            home.mkdir()
            installed = Installed(home)
            installed.run("ask", "hello")
            with open_screen() as screen:
                try:
                    shot = try_terminal(terminal, installed, screen)
                finally:
                    installed.run("stop")
            are_right.append(report(terminal, shot, options.shots))
    for terminal in wanted:
        if terminal not in present:
            print(f"{terminal.name}: not installed")
    return 0 if are_right and all(are_right) else 1


if __name__ == "__main__":
    sys.exit(main())
