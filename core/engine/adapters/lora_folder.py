"""A folder with a LoRA adapter, read and checked as far as that can be done without its model."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import mlx.core as mx

from ...errors import ModelNotFound, ModelUnsupported
from . import mlx_format, peft_format
from .low_rank import LowRank

_CONFIG: Final = "adapter_config.json"


@dataclass(frozen=True)
class LoraFolder:
    """What a folder holds."""

    path: str
    """As it was asked for."""
    digest: str
    """Hash of its files."""
    layers: Mapping[str, LowRank]
    """What is added to which layer."""
    has_torch_names: bool
    """Whether these are the names of PyTorch."""

    @property
    def name(self) -> str:
        """Its last part, for the user."""
        return Path(self.path).name


def read_lora(path: str) -> LoraFolder:
    """Returns what a folder holds.

    Args:
        path: of the folder, absolute.

    Raises:
        ModelError: it holds no adapter that can be used.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise ModelNotFound(f"There is no folder {path}; name the folder of a LoRA adapter.")
    config = _read_config(folder)
    is_peft = "peft_type" in config
    form = peft_format if is_peft else mlx_format
    file = next((folder / it for it in form.FILES if (folder / it).is_file()), None)
    if file is None:
        raise ModelUnsupported(
            f"{path} lacks its weights, {form.FILES[0]}; a file of another kind can't be read, "
            f"save it as safetensors."
        )
    try:
        weights: Any = mx.load(str(file))
        digest = hashlib.sha256((folder / _CONFIG).read_bytes() + _digest(file)).hexdigest()
        read = peft_format.read_peft if is_peft else mlx_format.read_mlx
        layers = {
            name: it._replace(a=_widened(it.a), b=_widened(it.b))
            for name, it in read(folder.name, config, weights).items()
        }
        mx.eval([(it.a, it.b) for it in layers.values()])
    except (OSError, RuntimeError, ValueError) as error:
        raise ModelUnsupported(
            f"{file} can't be read ({_first_line(error)}); copy it again."
        ) from error
    _check_effect(folder.name, layers)
    return LoraFolder(path, digest, layers, is_peft)


def _read_config(folder: Path) -> Mapping[str, Any]:
    try:
        config = json.loads((folder / _CONFIG).read_bytes())
    except FileNotFoundError as error:
        raise ModelUnsupported(
            f"{folder} has no {_CONFIG}, so it is no adapter; name the folder that a training "
            f"has written."
        ) from error
    except (OSError, ValueError) as error:
        raise ModelUnsupported(
            f"{folder / _CONFIG} can't be read ({_first_line(error)}); copy it again."
        ) from error
    if not isinstance(config, dict):
        raise ModelUnsupported(f"{folder / _CONFIG} is no JSON object; copy it again.")
    return config


def _check_effect(name: str, layers: Mapping[str, LowRank]) -> None:
    """Raises `ModelUnsupported` for an adapter that would change no answer, or spoil all."""
    effects = [mx.abs(it.a).max() * mx.abs(it.b).max() * abs(it.scale) for it in layers.values()]
    if not all(bool(mx.isfinite(effect).item()) for effect in effects):
        raise ModelUnsupported(
            f"{name} holds weights that are no numbers, since its training went astray; train it "
            f"again at a lower learning rate."
        )
    if not any(bool((effect > 0).item()) for effect in effects):
        raise ModelUnsupported(
            f"{name} changes nothing, since its weights are all 0; train it, or leave it out."
        )


def _widened(array: Any) -> Any:
    """Returns the array as the model's own are held: see `load_checkpoint`."""
    on_gpu = mx.default_device().type == mx.DeviceType.gpu
    return array if on_gpu else array.astype(mx.float32)


def _digest(file: Path) -> bytes:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").digest()


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")
