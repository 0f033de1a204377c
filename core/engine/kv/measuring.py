"""Finds out what kinds of caches a model has, by computing a few tokens on them.

No formula gives their shapes: keys and values may differ in width and by layer, layers may share
them, and states have shapes of their own. What can't be done is found by trying it once.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

import mlx.core as mx

from ..mlx_vlm_names import KVCache, RotatingKVCache, cache_nbytes, should_quantize_kv_layer
from .branch import Branch
from .layers import layer_arrays
from .layout import CacheKind, KvLayout, flatten
from .snapshot import pack_states, take_snapshot

Compute: TypeAlias = Callable[[list[Any], int, int], Any]
"""Computes any text tokens on a model's layers: takes the layers, how many tokens they hold, and
how many to add; returns an array that depends on all of that, such as the last logits."""

_GROUP_SIZES: Final = (64, 32)
"""Numbers that share a scale; the first that divides keys and values is taken."""

_FEW: Final = 4
_MORE: Final = 4
"""Tokens that are computed first, and on top of these."""

_TOLERANCE: Final = 1e-2
"""Part of the largest number by which a copied state's results may differ."""

_REFUSALS: Final = (TypeError, ValueError, AttributeError, LookupError, RuntimeError)
"""What a model raises whose layers can't be used in a certain way: it does not check for it."""


def measure_layout(
    make_layers: Callable[[], list[Any]], compute: Compute, bits: int = 0
) -> KvLayout:
    """Returns how the caches of a model lie in memory.

    Args:
        make_layers: makes empty caches, one a decoder layer, as mlx-vlm does.
        compute: computes tokens on them.
        bits: of a quantised number, where layers can be quantised; 0 for the model's own precision.
    """
    plain = KvLayout(make_layers, tuple(_plain_kind(cache) for cache in flatten(make_layers())))
    layers = plain.make_layers()
    mx.eval(compute(layers, 0, _FEW))
    kinds = tuple(map(_measured, plain.kinds, flatten(layers)))
    exact = replace(plain, kinds=kinds, number_bytes=_number_bytes(kinds))
    if not exact.is_trimmable:
        exact = _with_states(exact, layers, compute)
    return _quantise(exact, compute, bits) if bits else exact


def _plain_kind(cache: Any) -> CacheKind:
    """Returns the kind of an empty cache, its arrays still unknown."""
    if type(cache) is KVCache:
        return CacheKind()
    if type(cache) is RotatingKVCache and cache.keep == 0:
        return CacheKind(window=cache.max_size)
    return CacheKind(holds_state=True)


def _measured(kind: CacheKind, cache: Any) -> CacheKind:
    """Returns the kind with the shapes that a cache has after a few tokens."""
    if kind.holds_state or cache.empty():
        return kind
    if cache.offset != _FEW:
        # It counts something else than the tokens of the prompt.
        return CacheKind(holds_state=True)
    arrays = tuple((array.shape, array.dtype) for array in layer_arrays(cache))
    return kind._replace(arrays=arrays)


def _number_bytes(kinds: Sequence[CacheKind]) -> int:
    dtypes = [dtype for kind in kinds for _, dtype in kind.arrays]
    return int(dtypes[0].size) if dtypes else 4


def _with_states(layout: KvLayout, layers: list[Any], compute: Compute) -> KvLayout:
    """Returns the layout with the size of its states, and whether they can be copied.

    Args:
        layout: of the model.
        layers: hold a few tokens.
        compute: computes tokens on them.
    """
    branch = Branch(layout, layers, [0] * _FEW)
    before = _state_bytes(branch)
    try:
        pack_states(take_snapshot(layout.state_caches(layers), _FEW))
        fork = branch.fork(_FEW)
        expected, copied = (compute(it.layers, _FEW, _MORE) for it in (branch, fork))
        difference = mx.abs(expected - copied).max() / mx.abs(expected).max()
        is_kept = bool((difference <= _TOLERANCE).item())
    except (*_REFUSALS, NotImplementedError):
        return replace(layout, is_kept=False, state_bytes=before)
    grown = -(-(_state_bytes(branch) - before) // _MORE)
    return replace(layout, is_kept=is_kept, state_bytes=before, state_token_bytes=max(0, grown))


def _state_bytes(branch: Branch) -> int:
    caches = branch.layout.state_caches(branch.layers)
    return int(cache_nbytes([getattr(cache, "state", None) for cache in caches]))


def _quantise(layout: KvLayout, compute: Compute, bits: int) -> KvLayout:
    """Returns the layout with every cache quantised that the model can use so."""
    ordered = [index for index, kind in enumerate(layout.kinds) if kind.arrays]
    wanted = [
        index
        for place, index in enumerate(ordered)
        if should_quantize_kv_layer(place, len(ordered)) and _group_size(layout.kinds[index])
    ]
    return _largest(layout, compute, bits, wanted) or layout


def _largest(
    layout: KvLayout, compute: Compute, bits: int, wanted: Sequence[int]
) -> KvLayout | None:
    """Returns the layout with as many of these caches quantised as can be; None where none can."""
    if not wanted:
        return None
    whole = _try_quantised(layout, compute, bits, wanted)
    if whole is not None or len(wanted) == 1:
        return whole
    middle = len(wanted) // 2
    first = _largest(layout, compute, bits, wanted[:middle])
    return _largest(first or layout, compute, bits, wanted[middle:]) or first


def _try_quantised(
    layout: KvLayout, compute: Compute, bits: int, indexes: Sequence[int]
) -> KvLayout | None:
    """Returns the layout with these caches quantised too; None where the model can't use them."""
    kinds = list(layout.kinds)
    for index in indexes:
        kinds[index] = kinds[index]._replace(group_size=_group_size(kinds[index]))
    trial = replace(layout, kinds=tuple(kinds), bits=bits)
    layers = trial.make_layers()
    try:
        mx.eval(compute(layers, 0, _FEW))
    except _REFUSALS:
        return None
    caches = list(flatten(layers))
    for index in indexes:
        arrays = tuple((array.shape, array.dtype) for array in layer_arrays(caches[index]))
        kinds[index] = kinds[index]._replace(arrays=arrays)
    return replace(trial, kinds=tuple(kinds))


def _group_size(kind: CacheKind) -> int:
    """Returns how many numbers share a scale; 0 where the widths allow none."""
    widths = [shape[-1] for shape, _ in kind.arrays]
    return next((size for size in _GROUP_SIZES if all(it % size == 0 for it in widths)), 0)
