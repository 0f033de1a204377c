"""Mistakes that others made, to be made on purpose: the comparison must find each of them."""

from collections.abc import Callable
from typing import Any, Final

import mlx.core as mx
import pytest

from seeshell.core.engine import prefill
from seeshell.core.engine.engine import PromptImage
from seeshell.core.engine.family import qwen3_vl
from seeshell.core.engine.family.family import Features
from seeshell.core.engine.family.placing import MarkPlacing
from seeshell.core.engine.family.positions import next_position
from seeshell.core.engine.kv.branch import Branch
from seeshell.core.engine.kv.prefix import TokenRun, spans_within
from seeshell.core.engine.vision import Pictures


def leave_out_picture_hash(patch: pytest.MonkeyPatch) -> None:
    """Pictures of the same size are the same to the prefix cache."""
    place = MarkPlacing.place

    def place_anonymously(*arguments: Any) -> TokenRun:
        run = place(*arguments)
        return TokenRun(run.tokens, [span._replace(sha256="") for span in run.spans])

    patch.setattr(MarkPlacing, "place", place_anonymously)


def leave_out_excerpt(patch: pytest.MonkeyPatch) -> None:
    """Pages and rectangles of a file are known by the file."""
    patch.setattr(
        PromptImage, "key", property(lambda image: f"{image.sha256}/{image.pixel_budget}")
    )


def lose_positions(patch: pytest.MonkeyPatch) -> None:
    """What follows a reused prefix is placed by its tokens, as if no picture came before it."""
    run = prefill.Prefill.run
    rope_positions = qwen3_vl.rope_positions

    def run_without_deltas(self: prefill.Prefill, branch: Branch, report: Any) -> Any:
        held = len(branch.tokens)
        lost = held - next_position(spans_within(self.prompt.spans, held), held)

        def shifted(spans: Any, length: int) -> Any:
            positions = rope_positions(spans, length)
            positions[:, held:] += lost
            return positions

        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(qwen3_vl, "rope_positions", shifted)
            return run(self, branch, report)

    patch.setattr(prefill.Prefill, "run", run_without_deltas)


def drop_deepstack(patch: pytest.MonkeyPatch) -> None:
    """Features that are held already come without those of the tower's inner layers."""
    features = Pictures.features

    def features_without_deepstack(
        self: Pictures, picture: Any, is_stopped: Any
    ) -> Features | None:
        is_held = picture.sha256 in self._features
        found = features(self, picture, is_stopped)
        if is_held and found is not None:
            return Features(found.embeddings, [mx.zeros_like(it) for it in found.deepstack])
        return found

    patch.setattr(Pictures, "features", features_without_deepstack)


MUTANTS: Final[dict[str, Callable[[pytest.MonkeyPatch], None]]] = {
    "picture-hash": leave_out_picture_hash,
    "excerpt": leave_out_excerpt,
    "positions": lose_positions,
    "deepstack": drop_deepstack,
}
