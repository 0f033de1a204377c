"""KV of layers that attend to a sliding window, kept whole: it can be cut back to any length.

mlx-vlm's own cache of such a layer forgets what has left the window, so that nothing before its end
can be reused. These keep every token and show attention what that one would show it: the same keys
and values, in the same number, in the order of the tokens. They cost memory of the full length, and
no time.
"""

from typing import Any

import mlx.core as mx

from ..mlx_vlm_names import KVCache, QuantizedKVCache, create_causal_mask


class WindowedKVCache(KVCache):  # type: ignore[misc]
    """Keys and values in the model's own precision."""

    def __init__(self, window: int) -> None:
        """Makes an empty cache.

        Args:
            window: tokens that each token attends to, itself included.
        """
        super().__init__()
        self._window = window
        self._first_visible = 0

    @property
    def state(self) -> Any:
        """Keys and values that the newest tokens attend to; layers that share them read them."""
        return tuple(array[..., self._first_visible : self.offset, :] for array in self._arrays)

    def update_and_fetch(self, keys: Any, values: Any) -> Any:
        """Adds tokens; returns the keys and values that they attend to."""
        self._first_visible = _first_visible(self.offset, self._window)
        return tuple(
            array[..., self._first_visible :, :] for array in super().update_and_fetch(keys, values)
        )

    def make_mask(
        self, count: int, window_size: int | None = None, return_array: bool = False
    ) -> Any:
        """Returns the mask of the next `count` tokens."""
        return _make_mask(count, self.offset, self._window, window_size, return_array)

    @property
    def _arrays(self) -> tuple[Any, ...]:
        return () if self.keys is None else (self.keys, self.values)


class WindowedQuantizedKVCache(QuantizedKVCache):  # type: ignore[misc]
    """Keys and values quantised."""

    def __init__(self, window: int, group_size: int, bits: int) -> None:
        """Makes an empty cache.

        Args:
            window: tokens that each token attends to, itself included.
            group_size: numbers that share a scale.
            bits: of a number.
        """
        super().__init__(group_size, bits)
        self._window = window

    def update_and_fetch(self, keys: Any, values: Any) -> Any:
        """Adds tokens; returns the keys and values that they attend to."""
        first = _first_visible(self.offset, self._window)
        return tuple(
            tuple(array[..., first:, :] for array in arrays)
            for arrays in super().update_and_fetch(keys, values)
        )

    def make_mask(
        self, count: int, window_size: int | None = None, return_array: bool = False
    ) -> Any:
        """Returns the mask of the next `count` tokens."""
        return _make_mask(count, self.offset, self._window, window_size, return_array)


def _first_visible(held: int, window: int) -> int:
    """Returns the first token that the token after those held attends to."""
    return max(0, held - (window - 1))


def _make_mask(count: int, held: int, window: int, narrower: int | None, return_array: bool) -> Any:
    """Returns what `RotatingKVCache.make_mask` returns, for keys in the order of the tokens.

    Args:
        count: tokens that are added.
        held: tokens before them.
        window: of the cache.
        narrower: window that the model asks for; None for that of the cache.
        return_array: whether an array is wanted where "causal" says the same.
    """
    visible = min(window - 1, held)
    size = narrower or window
    if count == 1:
        if visible < size:
            return None
        return mx.arange(visible + 1) > visible - size
    if visible + count > size or return_array:
        return create_causal_mask(count, visible, window_size=size)
    return "causal"
