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
from typing import Any, Final

import mlx.core as mx
from mlx.utils import tree_flatten

from ..errors import ModelTooLarge, ModelUnsupported
from ..models.codeless import without_code
from ..models.config import check_config
from ..models.language_config import context_length
from ..models.sources import ModelFiles
from .family.family import Family
from .family.opening import open_family
from .memory import is_memory_failure
from .mlx_vlm_names import load

_EMBEDDINGS: Final = ("embed_tokens", "tok_embeddings", "wte")
"""What models call the table of their tokens' embeddings."""

_USUAL_CONTEXT: Final = 4096
"""Tokens; for checkpoints that don't say."""


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
    model_type: str = ""
    """Names its family in config.json."""
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
    # What is no vision-language model is refused before mlx-vlm runs what it has for it.
    config = check_config(files.path, files.name)
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
        family = open_family(files.name, model, processor, _chat_template(processor))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError) as error:
        if is_memory_failure(error):
            raise ModelTooLarge(
                f"{files.name} does not fit into the memory; choose a smaller model."
            ) from error
        reason = str(error).strip().partition("\n")[0].rstrip(".")
        raise ModelUnsupported(
            f"{files.name} can't be loaded ({reason}); check its files or choose another model."
        ) from error
    weights = [array for _, array in tree_flatten(model.parameters())]
    return Checkpoint(
        model=model,
        processor=processor,
        family=family,
        chat_template=_chat_template(processor),
        context_length=context_length(files.path, config) or _USUAL_CONTEXT,
        weights_bytes=sum(array.nbytes for array in weights),
        model_type=str(config["model_type"]),
        revision=files.revision,
        generation_defaults=_generation_defaults(files.path),
    )


def _check(name: str, model: Any, processor: Any) -> None:
    known, rows = len(processor.tokenizer), _embedding_rows(model)
    if rows and known > rows:
        raise ModelUnsupported(
            f"{name} has {rows} word embeddings for a tokenizer of {known} tokens; its files "
            f"don't belong together, download them again."
        )


def _embedding_rows(model: Any) -> int:
    """Returns how many tokens have an embedding; 0 where it is not known."""
    tables = [
        module.weight
        for name, module in model.language_model.named_modules()
        if name.rpartition(".")[2] in _EMBEDDINGS and hasattr(module, "weight")
    ]
    return int(tables[0].shape[0]) if tables else 0


def _chat_template(processor: Any) -> str:
    template = getattr(processor, "chat_template", None) or processor.tokenizer.chat_template
    return str(template or "")


def _generation_defaults(folder: Path) -> Mapping[str, Any]:
    """Returns what `generation_config.json` says: nothing where it is missing or broken."""
    with suppress(FileNotFoundError, ValueError):
        document = json.loads((folder / "generation_config.json").read_bytes())
        if isinstance(document, dict):
            return document
    return {}
