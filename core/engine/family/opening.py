"""Finds how a loaded checkpoint is to be called."""

from typing import Any, Final

from ...errors import ModelUnsupported
from .family import Family
from .generic import Generic
from .marks import find_mark
from .qwen3_vl import Qwen3VL
from .template import misplaced

_QWEN3_VL: Final = ("qwen3_vl", "qwen3_vl_moe")


def open_family(name: str, model: Any, processor: Any, chat_template: str) -> Family:
    """Returns the family of a model.

    Args:
        name: of the checkpoint, for errors.
        model: as mlx-vlm loads it.
        processor: as mlx-vlm loads it.
        chat_template: the checkpoint's; empty if it has none.

    Raises:
        ModelUnsupported: it can't be run as it stands.
    """
    if model.config.model_type in _QWEN3_VL:
        _check_qwen3_vl(name, model, processor)
        if not chat_template:
            raise ModelUnsupported(f"{name} has no chat template; choose an instruct model.")
        family = Qwen3VL(model, processor, chat_template)
        if find_mark(family.template) is None:
            raise misplaced()
        return family
    return Generic(model, processor, chat_template)


def _check_qwen3_vl(name: str, model: Any, processor: Any) -> None:
    if processor.image_token_id != model.config.image_token_id:
        raise ModelUnsupported(
            f"{name} names another image token in its config than in its tokenizer; its files "
            f"don't belong together, download them again."
        )
    layers = model.config.text_config.num_hidden_layers
    if len(model.config.vision_config.deepstack_visual_indexes) >= layers:
        raise ModelUnsupported(
            f"{name} adds pictures' features to all of its {layers} layers, which can't be run; "
            f"choose a Qwen3-VL model."
        )
