"""How long pictures take is measured with each of them, and remembered for the next start."""

from collections.abc import Callable
from pathlib import Path

import pytest

from seeshell.core.engine import picture_pace
from seeshell.core.engine.engine import PromptImage, PromptMessage
from seeshell.core.engine.limits import Limits
from seeshell.core.engine.mlx_engine import MlxEngine
from seeshell.core.engine.picture_pace import PicturePace


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(picture_pace, "time", clock)
    return clock


def prefill(pace: PicturePace, clock: Clock, tokens: int, seconds: float) -> None:
    with pace.prefilling(tokens):
        clock.now += seconds


def test_nothing_is_told_before_both_halves_were_measured(clock: Clock) -> None:
    pace = PicturePace()
    assert pace.seconds(1_000) == 0
    pace.note(1_000, 1.0)
    assert pace.seconds(1_000) == 0
    prefill(pace, clock, 16, 9.0)
    assert pace.seconds(1_000) == 0
    prefill(pace, clock, 200, 0.1)
    assert pace.seconds(1_000) == pytest.approx(1.5)
    assert pace.seconds(0) == 0


def test_the_picture_nearest_in_size_counts(clock: Clock) -> None:
    pace = PicturePace()
    prefill(pace, clock, 100, 0.1)
    pace.note(100, 0.1)
    pace.note(1_000, 3.0)
    assert pace.seconds(200) == pytest.approx(200 * 0.002)
    assert pace.seconds(500) == pytest.approx(500 * 0.004)


def test_what_was_measured_last_counts_unless_it_is_the_same(clock: Clock) -> None:
    pace = PicturePace()
    prefill(pace, clock, 100, 0.1)
    pace.note(100, 1.0)
    before = pace.found
    pace.note(100, 1.1)
    prefill(pace, clock, 100, 0.11)
    assert pace.found is before
    pace.note(100, 2.0)
    assert pace.found.encoded == ((100, 2.0),)


def test_only_so_many_sizes_are_remembered() -> None:
    pace = PicturePace()
    for tokens in range(1, 40):
        pace.note(tokens, 1.0)
    assert [tokens for tokens, _ in pace.found.encoded] == list(range(24, 40))


async def test_a_real_model_knows_what_pictures_took_also_when_it_is_loaded_again(
    tmp_path: Path, draw: Callable[..., PromptImage]
) -> None:
    picture = draw("circle", "red", (512, 512))
    before = "Look at this picture well, for there will be questions about it. " * 4
    question = PromptMessage.of("user", before, (picture,))
    first = MlxEngine(Limits(1280, 10_000_000, 2**30), known_dir=tmp_path)
    await first.load("demo", print)
    assert first.picture_seconds(64) == 0
    await first.prepare((PromptMessage("system", (before,)), question))
    measured = first.picture_seconds(64)
    assert 0 < measured < 60
    await first.close()
    second = MlxEngine(Limits(1280, 10_000_000, 2**30), known_dir=tmp_path)
    await second.load("demo", print)
    assert second.picture_seconds(64) == pytest.approx(measured)
    await second.close()
