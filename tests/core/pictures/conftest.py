"""Pictures that take long, or for ever."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ...hostile import dead_mount, write_png, write_scan_bomb


@pytest.fixture(scope="session")
def scan_bomb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A JPEG of half a megabyte that takes half a minute to decode, or more."""
    return write_scan_bomb(tmp_path_factory.mktemp("bomb") / "scans.jpg")


@pytest.fixture(scope="session")
def huge_png(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A transparent picture of 196 megapixels."""
    return write_png(tmp_path_factory.mktemp("huge") / "huge.png", 14_000)


@pytest.fixture
def large_png(tmp_path: Path) -> Path:
    """A transparent picture of 49 megapixels, which takes a fourth of the time."""
    return write_png(tmp_path / "large.png", 7_000)


@pytest.fixture
def unanswered(tmp_path: Path) -> Iterator[Path]:
    """A path on a file system that never answers."""
    if sys.platform != "linux":
        pytest.skip("only Linux lets a test mount a file system")
    try:
        with dead_mount(tmp_path / "mount") as folder:
            yield folder / "holiday.jpg"
    except OSError as error:
        pytest.skip(f"no file system can be mounted here: {error}")
