"""Loads a checkpoint with mlx-vlm and checks that it can be run as it stands.

A checkpoint is numbers and configuration. Program code that it brings or names is never run: left
to themselves mlx-vlm would run a `model_file`, which is refused, and transformers what an
`auto_map` names, which neither gets to see.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten

from ..errors import ModelTooLarge, ModelUnsupported
from ..models.codeless import without_code
from ..models.config import check_config
from ..models.sources import ModelFiles
from .family.family import Family
from .family.opening import open_family
from .memory import is_memory_failure
from .mlx_vlm_names import load


@dataclass(frozen=True)
class Checkpoint:
    """Weights and processor of a model that can be run."""

    model: Any
    processor: Any
    family: Family
    """How the two are called."""
    chat_template: str
    context_length: int
    weights_bytes: int
    kv_dtype: Any
    """Of the numbers of a KV cache that is not quantised."""
    revision: str = ""
    """Changes whenever the files do."""
    generation_defaults: Mapping[str, Any] = field(default_factory=dict)
    """How its makers would have answers sampled: `generation_config.json` as it stands."""


def load_checkpoint(files: ModelFiles) -> Checkpoint:
    """Returns the model, its weights evaluated.

    Half-precision weights are widened to float32 where there is no GPU: there they are many times
    slower, and no smaller in effect.

    Raises:
        ModelUnsupported: the files don't make up a vision-language model that can be run.
        ModelTooLarge: the memory ran out.
    """
    # Other families are refused before mlx-vlm runs what it has for them.
    check_config(files.path, files.name)
    on_gpu = mx.default_device().type == mx.DeviceType.gpu
    if not on_gpu:
        # The fused kernels would be compiled by a C++ compiler, for seconds, at the first answer.
        mx.disable_compile()
    try:
        with without_code(files.path) as folder:
            model, processor = load(str(folder), lazy=True, trust_remote_code=False)
        if not on_gpu:
            model.set_dtype(mx.float32)
        _check(files.name, model, processor)
        mx.eval(model.parameters())
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError) as error:
        if is_memory_failure(error):
            raise ModelTooLarge(
                f"{files.name} does not fit into the memory; choose a smaller model."
            ) from error
        reason = str(error).strip().partition("\n")[0].rstrip(".")
        raise ModelUnsupported(
            f"{files.name} can't be loaded ({reason}); check its files or choose another model."
        ) from error
    return _describe(model, processor, files)


def _check(name: str, model: Any, processor: Any) -> None:
    known = len(processor.tokenizer)
    rows = int(model.language_model.model.embed_tokens.weight.shape[0])
    if known > rows:
        raise ModelUnsupported(
            f"{name} has {rows} word embeddings for a tokenizer of {known} tokens; its files "
            f"don't belong together, download them again."
        )


def _chat_template(processor: Any) -> str:
    template = getattr(processor, "chat_template", None) or processor.tokenizer.chat_template
    return str(template or "")


def _describe(model: Any, processor: Any, files: ModelFiles) -> Checkpoint:
    text = model.config.text_config
    weights = [array for _, array in tree_flatten(model.parameters())]
    template = _chat_template(processor)
    return Checkpoint(
        model=model,
        processor=processor,
        family=open_family(files.name, model, processor, template),
        chat_template=template,
        context_length=text.max_position_embeddings,
        weights_bytes=sum(array.nbytes for array in weights),
        # Keys and values are computed in the type of the layer norms.
        kv_dtype=model.language_model.model.layers[0].input_layernorm.weight.dtype,
        revision=files.revision,
        generation_defaults=_generation_defaults(files.path),
    )


def _generation_defaults(folder: Path) -> Mapping[str, Any]:
    """Returns what `generation_config.json` says: nothing where it is missing or broken."""
    with suppress(FileNotFoundError, ValueError):
        document = json.loads((folder / "generation_config.json").read_bytes())
        if isinstance(document, dict):
            return document
    return {}
