"""A LoRA adapter that fits a loaded model: put on it and taken off again, the base untouched.

The layers that it changes are replaced by mlx-vlm's LoRA layers, which hold the model's own inside.
Taking it off puts these back, so that the model answers bit for bit as before.
"""

from typing import Any, Final

import mlx.nn as nn
from mlx.utils import tree_unflatten

from ...errors import ModelUnsupported
from ..mlx_vlm_names import (
    LoRAEmbedding,
    LoRALinear,
    LoRASwitchLinear,
    QuantizedSwitchLinear,
    SwitchLinear,
)
from .lora_folder import LoraFolder
from .low_rank import LowRank
from .torch_names import name_in_mlx

_LANGUAGE: Final = "language_model"
"""Where all stands that computes text; what encodes pictures stands elsewhere."""

_KINDS: Final = (
    ((nn.Linear, nn.QuantizedLinear), LoRALinear),
    ((nn.Embedding, nn.QuantizedEmbedding), LoRAEmbedding),
    ((SwitchLinear, QuantizedSwitchLinear), LoRASwitchLinear),
)
"""What takes the place of which layers."""


class Lora:
    """An adapter and the layers of one loaded model that it changes."""

    def __init__(self, folder: LoraFolder, model: Any, model_name: str) -> None:
        """Compares names and shapes; the model stays as it is.

        Args:
            folder: what is put on.
            model: as mlx-vlm loads it, without an adapter.
            model_name: for errors.

        Raises:
            ModelUnsupported: it was made for another model.
        """
        self.folder = folder
        self.nbytes = sum(it.nbytes for it in folder.layers.values())
        """Memory of its weights."""
        self._model = model
        self._own: dict[str, Any] = {}
        self._changed: dict[str, Any] = {}
        modules = dict(model.named_modules())
        for layer, low_rank in folder.layers.items():
            name = _own_name(folder, layer, model, modules)
            own = modules.get(name)
            changed = None if own is None else _changed(own, low_rank)
            if changed is None:
                raise _foreign(folder.name, model_name, layer, is_known=own is not None)
            self._own[name], self._changed[name] = own, changed

    @property
    def changes_pictures(self) -> bool:
        """Whether pictures have other features with it."""
        return not all(name.startswith(f"{_LANGUAGE}.") for name in self._own)

    def put_on(self) -> None:
        """Has the model answer with it."""
        self._model.update_modules(tree_unflatten(list(self._changed.items())))

    def take_off(self) -> None:
        """Has the model answer as it did before."""
        self._model.update_modules(tree_unflatten(list(self._own.items())))


def _own_name(folder: LoraFolder, layer: str, model: Any, modules: dict[str, Any]) -> str:
    """Returns what the model calls a layer; a name that it has not where it has no such layer."""
    if folder.has_torch_names:
        low_rank = folder.layers[layer]
        return name_in_mlx(model, layer, (low_rank.b.shape[-1], low_rank.a.shape[0]))
    # mlx-lm knows of no other part than this.
    return layer if layer in modules else f"{_LANGUAGE}.{layer}"


def _changed(own: Any, low_rank: LowRank) -> Any | None:
    """Returns the layer that takes the place of the model's own; None where it does not fit."""
    lora_layer = next((it for kinds, it in _KINDS if type(own) in kinds), None)
    if lora_layer is None:
        return None
    layer = lora_layer.from_base(own, r=low_rank.rank, dropout=0.0, scale=low_rank.scale)
    if (layer.lora_a.shape, layer.lora_b.shape) != (low_rank.a.shape, low_rank.b.shape):
        return None
    layer.lora_a, layer.lora_b = low_rank.a, low_rank.b
    # Without dropout there is nothing that training would do otherwise, but a layer may ask.
    layer.eval()
    return layer


def _foreign(name: str, model_name: str, layer: str, *, is_known: bool) -> ModelUnsupported:
    what = "has in another shape" if is_known else "does not have"
    return ModelUnsupported(
        f"{name} was made for another model: it changes {layer}, which {model_name} {what}; choose "
        f"an adapter that was trained on {model_name}."
    )
