"""How much memory a chunk of prefill and a picture take while they are computed.

On Metal a failed allocation ends the process, so nothing may be tried that could fail. What both
take is measured on one layer of a model that has just been loaded: layers are computed one after
the other, so that the whole takes hardly more. It grows with the count of tokens or patches and,
where attention is not fused, with the square. Work that takes more than expected raises the cost.

What remains uncertain: memory that other processes take meanwhile, MLX's rounding and fragments,
and sizes far above the measured ones. A margin, and the tenth of the memory that neither KV caches
nor features may use, are left for that.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import mlx.core as mx
from PIL import Image

from .family.family import Chunk, Family
from .kv.branch import Branch
from .kv.layout import KvLayout
from .kv.prefix import TokenRun

_MARGIN: Final = 1.5
"""More than was measured that work is taken to need."""

_LEAST_ROWS: Final = 64
"""Less work is no measure: what is the same for any count counts most."""

_SPAN: Final = 512
"""Tokens that a measured chunk attends to beside its own."""

_SIDES: Final = (128, 256)
_LARGEST_SIDE: Final = 1152
"""Pixels across and down of the measured pictures."""

_TOKEN_SIDE: Final = 32
"""Pixels across and down of an image token of Qwen3-VL; about that of others."""

_LEAST_PAIR_BYTES: Final = 1e-6
"""Keeps the equation for the rows that fit one of the second degree."""


@dataclass
class WorkCost:
    """Bytes that work on `count` rows takes, each of which attends to `span` rows."""

    row_bytes: float = 0.0
    pair_bytes: float = _LEAST_PAIR_BYTES

    @classmethod
    def fit(cls, short: tuple[int, int, int], long: tuple[int, int, int]) -> "WorkCost":
        """Returns the cost that two measurements amount to, with a margin.

        Args:
            short: a count, its span, and the bytes that they took.
            long: the same, with a longer span, unless there is none.
        """
        (count, span, nbytes), (long_count, long_span, long_nbytes) = short, long
        short_bytes, long_bytes = nbytes / count, long_nbytes / long_count
        slope = (long_bytes - short_bytes) / (long_span - span) if long_span > span else 0.0
        pair_bytes = max(_LEAST_PAIR_BYTES, slope)
        row_bytes = max(0.0, long_bytes - pair_bytes * long_span)
        return cls(_MARGIN * row_bytes, _MARGIN * pair_bytes)

    def nbytes(self, count: int, span: int) -> int:
        """Returns the bytes that the work takes."""
        return math.ceil(count * (self.row_bytes + span * self.pair_bytes))

    def most_rows(self, held: int, available_bytes: int) -> int:
        """Returns how many rows fit that each attend to `held` others and to all of these."""
        linear = self.row_bytes + held * self.pair_bytes
        root = math.sqrt(linear**2 + 4 * self.pair_bytes * max(0, available_bytes))
        return int((root - linear) / (2 * self.pair_bytes))

    def learn(self, count: int, span: int, nbytes: int) -> None:
        """Raises the cost where work took more than was expected of it."""
        missing = nbytes - self.nbytes(count, span)
        if count >= _LEAST_ROWS and missing > 0:
            self.row_bytes += missing / count


@dataclass
class WorkMemory:
    """What work takes, and the most memory that was held since a turn began."""

    chunk: WorkCost = field(default_factory=WorkCost)
    """By tokens, and those that they attend to."""
    picture: WorkCost = field(default_factory=WorkCost)
    """By patches, which attend to each other."""
    _highest_bytes: int = 0

    @property
    def peak_bytes(self) -> int:
        """Most memory since the turn began."""
        return max(self._highest_bytes, int(mx.get_peak_memory()))

    def begin_turn(self) -> None:
        """Forgets the peak of the turn before."""
        mx.reset_peak_memory()
        self._highest_bytes = 0

    @contextmanager
    def learning(self, cost: WorkCost, count: int, span: int) -> Iterator[None]:
        """Has the cost learn from the block, which does work on `count` rows."""
        self._highest_bytes = self.peak_bytes
        mx.reset_peak_memory()
        before = int(mx.get_active_memory())
        yield
        cost.learn(count, span, int(mx.get_peak_memory()) - before)


def measure_chunk(family: Family, layout: KvLayout) -> WorkCost:
    """Returns what a chunk of prefill takes."""
    few = family.few_layers()

    def compute(held: int) -> int:
        layers = layout.make_layers()[: len(few.make_layers())]
        layout.reserve(layers, held + _LEAST_ROWS)
        for cache in layout.token_caches(layers):
            cache.offset = held
        prompt = TokenRun([0] * (held + 2 * _LEAST_ROWS))
        chunk = Chunk(prompt, held, held + _LEAST_ROWS)
        return _peak_bytes(lambda: (few.extend(chunk, layers), Branch(layout, layers).arrays()))

    return WorkCost.fit(
        (_LEAST_ROWS, _LEAST_ROWS, compute(0)),
        (_LEAST_ROWS, _LEAST_ROWS + _SPAN, compute(_SPAN)),
    )


def measure_picture(family: Family, pixel_budget: int) -> WorkCost:
    """Returns what a picture takes in the vision half.

    Args:
        family: of the model.
        pixel_budget: most image tokens of one.
    """
    on_gpu = mx.default_device().type == mx.DeviceType.gpu
    # Without a GPU a large picture takes too long for a measurement, and nothing ends the process.
    small, large = _SIDES
    if on_gpu:
        large = max(large, min(_TOKEN_SIDE * math.isqrt(pixel_budget), _LARGEST_SIDE))

    def compute(side: int) -> tuple[int, int, int]:
        image = Image.new("RGB", (side, side))
        rows = family.encoding_rows(family.shape(side, side))
        return rows, rows, _peak_bytes(lambda: family.encode_little(image))

    return WorkCost.fit(compute(small), compute(large))


def _peak_bytes(compute: Callable[[], Any]) -> int:
    """Returns the most memory that evaluating what a function returns takes."""
    mx.reset_peak_memory()
    before = int(mx.get_active_memory())
    mx.eval(compute())
    return int(mx.get_peak_memory()) - before
