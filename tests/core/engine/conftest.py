"""Real models for the engine's tests: the demo, and random weights of another shape.

`plain` answers the same messages through mlx-vlm alone, cold: the oracle for everything here.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from seeshell.core.engine.engine import PromptImage
from seeshell.core.engine.loading import Checkpoint, load_checkpoint
from seeshell.core.models.sources import find_model

from . import asking
from .asking import Answer, Asker, Plain, assert_same
from .endless import SHAPES, write_endless


@pytest.fixture(scope="session")
def same() -> Callable[[Answer, Answer], None]:
    return assert_same


@pytest.fixture(scope="session")
def demo() -> Checkpoint:
    return load_checkpoint(find_model("demo", print))


@pytest.fixture(scope="session")
def endless_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with random weights whose answers never end and whose pictures may be large."""
    return write_endless(tmp_path_factory.mktemp("endless"), **SHAPES["untied"])


@pytest.fixture(scope="session")
def endless(endless_path: Path) -> Checkpoint:
    return load_checkpoint(find_model(str(endless_path), print))


@pytest.fixture
def ask(demo: Checkpoint) -> Asker:
    """A fresh engine on the demo model."""
    return asking.make_asker(demo)


@pytest.fixture
def ask_endless(endless: Checkpoint) -> Asker:
    """A fresh engine on random weights."""
    return asking.make_asker(endless)


@pytest.fixture
def make_asker() -> Callable[..., Asker]:
    return asking.make_asker


@pytest.fixture
def make_plain() -> Callable[[Checkpoint], Plain]:
    return Plain


@pytest.fixture
def plain(demo: Checkpoint) -> Plain:
    return Plain(demo)


@pytest.fixture
def plain_endless(endless: Checkpoint) -> Plain:
    return Plain(endless)


@pytest.fixture
def draw(tmp_path: Path) -> Callable[..., PromptImage]:
    """Draws a shape into a picture file."""
    return partial(asking.draw_shape, tmp_path)
