"""A system that lacks processes, threads, files or memory: a picture less, not an app less."""

import asyncio
import errno
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from seeshell.core.demo import SAMPLES_PATH
from seeshell.core.errors import ImageError
from seeshell.core.excerpt import WHOLE
from seeshell.core.pictures import process as process_module
from seeshell.tui.log import ChatLog, chat_log
from seeshell.tui.pictures import Decoder
from seeshell.tui.pictures.copies import CopyKey
from seeshell.tui.scarcity import Scarcity, scarcity_named

from ...messages import question
from ...patience import PATIENCE
from ..log.log_app import PHOTO, LogApp
from .test_picker import opened

PROGRAM = Path(__file__).with_name("scarce_program.py")
PICTURE = SAMPLES_PATH / "green-star.png"

SMALL = CopyKey("", WHOLE, 1_000)


@contextmanager
def no_more_files() -> Iterator[None]:
    """Lets this process open no further file, nor one in the place of one that is closed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    ("lacking", "reason"),
    [
        ("files", "too many open files"),
        ("processes", "no process can be started|no more threads"),
        ("memory", "no process can be started|no more threads|no memory|can't run"),
        ("decoder", "/nowhere/python, which decodes it, can't be run. Install seeshell again."),
    ],
)
def test_a_picture_says_what_is_lacking_and_is_drawn_once_it_is_there(
    lacking: str, reason: str
) -> None:
    if lacking == "memory" and sys.platform != "linux":
        pytest.skip("only Linux limits a process's memory")
    done = subprocess.run(
        [sys.executable, PROGRAM, lacking, PICTURE],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    error, later = done.stdout.splitlines()
    assert error.startswith("green-star.png can't be")
    assert any(one in error.lower() or one in error for one in reason.split("|")), error
    assert later == "drawn"


async def test_a_decoder_that_can_not_run_is_not_blamed_on_the_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process_module, "_PROGRAM", "seeshell.core.pictures.nothing")
    decoder = Decoder("rgb")
    with pytest.raises(ImageError, match="the picture decoder can't run"):
        await decoder.decode(PICTURE, SMALL)
    monkeypatch.undo()
    await decoder.decode(PICTURE, SMALL)
    await decoder.close()


async def test_the_picker_and_its_preview_say_so_and_go_on(tmp_path: Path) -> None:
    Image.new("RGB", (40, 20)).save(tmp_path / "a.png")
    (tmp_path / "sub").mkdir()
    async with opened(tmp_path / "sub") as session:
        with no_more_files():
            await session.press("left")
            await session.until(lambda: "Too many open files" in session.listed)
        await session.press("ctrl+r")
        await session.until(lambda: session.cursor == "a.png")
        await session.shows("40x20")


async def test_the_log_tries_a_picture_again_whose_drawing_could_not_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chat_log, "RETRY_SECONDS", 0.2)
    app = LogApp([question(1, "What is this?", PHOTO)])
    draw, failed = app.draw, asyncio.Event()

    async def fail_first(*request: object) -> object:
        if failed.is_set():
            return await draw(*request)  # type: ignore[arg-type]
        failed.set()
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(app, "draw", fail_first)
    app.may_draw.set()
    async with app.run_test(size=(60, 20)) as pilot:
        log = app.query_one(ChatLog)
        seen: list[str] = []
        async with asyncio.timeout(PATIENCE):
            while "▓" not in "".join(seen[-1:]):
                await pilot.pause(0.01)
                seen.append("".join(row.line.text for row in log.rows))
    assert any("photo.jpg can't be drawn now: too many open files" in text for text in seen)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), "no memory is left"),
        (OSError(errno.EMFILE, "Too many open files"), "too many open files"),
        (BlockingIOError(errno.EAGAIN, "Resource unavailable"), "resource unavailable"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "cannot allocate memory"),
        (RuntimeError("can't start new thread"), "no more threads can be started"),
    ],
)
def test_what_is_lacking_is_named_with_what_to_do(error: Exception, reason: str) -> None:
    with pytest.raises(Scarcity, match=f"^{reason}. Close other programs"), scarcity_named():
        raise error


@pytest.mark.parametrize(
    "error", [RuntimeError("a bug"), FileNotFoundError(errno.ENOENT, "gone"), ValueError()]
)
def test_other_errors_stay_what_they_are(error: Exception) -> None:
    with pytest.raises(type(error)), scarcity_named():
        raise error
