"""States of caches that can't be cut back: copied where a later prompt may have to go on from.

A copy shares its memory with the cache until that goes on, so that taking one costs no more than
the state itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mlx.core as mx
import msgspec
import numpy as np

from ..mlx_vlm_names import CheckpointAdapter, StateFragment, cache_nbytes

_ARRAY = "array"
_MAPPING = "mapping"


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The states of a model's caches after the first `length` tokens; never changes."""

    length: int
    states: tuple[Any, ...]
    """Of each cache that holds one: what mlx-vlm's caches give out, a tree with arrays in it."""

    @property
    def nbytes(self) -> int:
        """Memory of its arrays."""
        return int(cache_nbytes(self.states))


def take_snapshot(caches: Sequence[Any], length: int) -> Snapshot:
    """Returns the states that caches have now, evaluated.

    Raises:
        ValueError: a cache does not give its state out.
    """
    fragments = [CheckpointAdapter().capture(cache, length) for cache in caches]
    if any(fragment is None for fragment in fragments):
        raise ValueError("a cache of this model can't be copied")
    snapshot = Snapshot(length, tuple(fragment.payload for fragment in fragments if fragment))
    mx.eval(_arrays(snapshot.states))
    return snapshot


def restore_snapshot(caches: Sequence[Any], snapshot: Snapshot) -> None:
    """Gives empty caches the states of a snapshot."""
    for cache, state in zip(caches, snapshot.states, strict=True):
        # Caches may write into their arrays; the snapshot's own stay as they are.
        CheckpointAdapter().restore(cache, StateFragment(_with_arrays(state, mx.array)))


def state_arrays(caches: Sequence[Any]) -> list[Any]:
    """Returns the arrays of caches' states, for evaluation."""
    return _arrays([getattr(cache, "state", None) for cache in caches])


def pack_states(snapshot: Snapshot) -> tuple[bytes, list[Any]]:
    """Returns the states as JSON, and the arrays that stand in it as numbers.

    Raises:
        TypeError: a state holds something that JSON can't say.
    """
    arrays: list[Any] = []
    return msgspec.json.encode([_pack(state, arrays) for state in snapshot.states]), arrays


def unpack_states(form: bytes, arrays: Sequence[Any], length: int) -> Snapshot:
    """Returns the snapshot that `pack_states` took apart.

    Raises:
        ValueError: it is none.
    """
    try:
        states = [_unpack(state, arrays) for state in msgspec.json.decode(form)]
    except (TypeError, LookupError) as error:
        raise ValueError("these are no states") from error
    return Snapshot(length, tuple(states))


def array_of(content: np.ndarray[Any, Any], shape: Sequence[int], dtype: Any) -> Any:
    """Returns the array that has these bytes."""
    return mx.array(content.reshape(-1)).view(dtype).reshape(tuple(shape))


def _pack(state: Any, arrays: list[Any]) -> Any:
    """Returns a tree in which each array and each mapping is said by an object of its own."""
    if isinstance(state, mx.array):
        arrays.append(state)
        return {_ARRAY: len(arrays) - 1}
    if isinstance(state, dict):
        return {_MAPPING: {name: _pack(value, arrays) for name, value in state.items()}}
    if isinstance(state, list | tuple):
        return [_pack(value, arrays) for value in state]
    if state is None or isinstance(state, bool | int | float | str):
        return state
    raise TypeError(f"a state holds a {type(state).__name__}")


def _unpack(form: Any, arrays: Sequence[Any]) -> Any:
    if isinstance(form, list):
        return [_unpack(value, arrays) for value in form]
    if not isinstance(form, dict):
        return form
    if _ARRAY in form:
        return arrays[form[_ARRAY]]
    return {name: _unpack(value, arrays) for name, value in form[_MAPPING].items()}


def _arrays(state: Any) -> list[Any]:
    found: list[Any] = []
    _with_arrays(state, found.append)
    return found


def _with_arrays(state: Any, change: Any) -> Any:
    """Returns the tree with each array put through a function."""
    if isinstance(state, mx.array):
        return change(state)
    if isinstance(state, dict):
        return {name: _with_arrays(value, change) for name, value in state.items()}
    if isinstance(state, list | tuple):
        return type(state)(_with_arrays(value, change) for value in state)
    return state
