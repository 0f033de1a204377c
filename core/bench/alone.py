"""Measures mlx-vlm's language model and vision tower alone: what no engine around them can save.

Attention takes longer the more tokens there are to attend to, and so does every answer. Run as
`python -m seeshell.core.bench.alone PLAN`.
"""

import sys
import time
from pathlib import Path
from statistics import median
from typing import Any, Final

import mlx.core as mx
from mlx_vlm.models.cache import make_prompt_cache
from PIL import Image

from ..engine.loading import Checkpoint, load_checkpoint
from ..models.sources import find_model
from .pictures import Pictures
from .side import Report, describe_loading, model_source, own_environment, run_side
from .values import Alone, Plan, Step

_TRIES: Final = 7
_CHUNK: Final = 512
_TOKEN: Final = 5
"""Any that is no picture's placeholder: which one it is makes no difference."""


def measure(plan: Plan, report: Report) -> Alone:
    """Returns what the plan's follow-ups and steps would take if their work were all there is."""
    assert plan.growth is not None  # noqa: S101 - the benchmark has measured it before
    files = find_model(
        model_source(plan), lambda stage: report(describe_loading(stage)), own_environment()
    )
    report("mlx-vlm's model alone: loading the weights")
    checkpoint = load_checkpoint(files)
    language = checkpoint.model.language_model
    report("mlx-vlm's model alone: text follow-up")
    one, many = _seconds(language, plan.growth.one), _seconds(language, plan.growth.many)
    report("mlx-vlm's model alone: the nine steps")
    encoded = sum(step.encoded for step in plan.steps)
    prefills = sum(_seconds(language, step) for step in plan.steps)
    return Alone(one, many, encoded * _encode_seconds(checkpoint, plan) + prefills)


def _encode_seconds(checkpoint: Checkpoint, plan: Plan) -> float:
    """Returns the median time from a picture's file to its features."""
    draw = Pictures(Path(plan.folder), plan.image_size, "alone")
    processor, tower = checkpoint.processor.image_processor, checkpoint.model.vision_tower
    times = []
    for _ in range(1 + _TRIES):
        path = draw().path
        started_at = time.perf_counter()
        with Image.open(path) as image:
            inputs = processor(images=[image.convert("RGB")])
        patches = mx.array(inputs["pixel_values"]).astype(tower.patch_embed.proj.weight.dtype)
        mx.eval(tower(patches, mx.array(inputs["image_grid_thw"])))
        times.append(time.perf_counter() - started_at)
    return median(times[1:])


def _seconds(language: Any, step: Step) -> float:
    """Returns the median time to the logits after a step's new tokens, its others being held."""
    layers = make_prompt_cache(language)
    for start in range(0, step.reused, _CHUNK):
        _extend(language, layers, start, min(_CHUNK, step.reused - start))
    times = []
    for _ in range(1 + _TRIES):
        started_at = time.perf_counter()
        _extend(language, layers, step.reused, step.prefilled)
        times.append(time.perf_counter() - started_at)
        for layer in layers:
            layer.trim(step.prefilled)
    # The first makes room for the tokens.
    return median(times[1:])


def _extend(language: Any, layers: list[Any], start: int, count: int) -> None:
    decoder = language.model
    positions = mx.broadcast_to(mx.arange(start, start + count), (3, 1, count))
    tokens = mx.full((1, count), _TOKEN)
    hidden = decoder(tokens, cache=layers, position_ids=positions)
    tied = language.args.tie_word_embeddings
    head = decoder.embed_tokens.as_linear if tied else language.lm_head
    mx.eval(head(hidden[:, -1]), [layer.state for layer in layers])


if __name__ == "__main__":
    sys.exit(run_side(measure))
