"""Real models for the engine's tests: the demo, and random weights of another shape.

`plain` answers the same messages through mlx-vlm alone, cold: the oracle for everything here.
"""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest

from seeshell.core.engine import loading
from seeshell.core.engine.engine import PromptImage
from seeshell.core.engine.loading import Checkpoint, load_checkpoint
from seeshell.core.models.sources import find_model

from . import asking
from .asking import Answer, Asker, Plain, assert_same
from .endless import SHAPES, write_endless

# Cold and warm runs agree to 1e-3 in float32 alone: neither in half precision nor in TF32.
os.environ.setdefault("MLX_ENABLE_TF32", "0")


@pytest.fixture(scope="session", autouse=True)
def single_precision() -> Iterator[None]:
    """Widens weights on a GPU too, as the engine does without one."""

    def load(*arguments: Any, **options: Any) -> Any:
        model, processor = load_as_stored(*arguments, **options)
        model.set_dtype(mx.float32)
        return model, processor

    load_as_stored = loading.load
    with pytest.MonkeyPatch.context() as patch:
        if mx.default_device().type == mx.DeviceType.gpu:
            patch.setattr(loading, "load", load)
        yield


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
