"""What a repository holds: which files to fetch, under which licence, and why none will do."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from httpx2 import HTTPError
from huggingface_hub import HfApi, ModelInfo

from ...errors import ModelError, ModelNotFound, ModelUnsupported
from ..families import ADVICE
from ..licence import CARD_FILE
from ..preflight import TOKENIZER_FILES
from ..weights import INDEX_FILE, weight_names
from .connections import TIMEOUT

_SMALL_FILES: Final = ("*.json", "*.model", "*.tiktoken", "*.txt", "*.jinja", CARD_FILE.lower())
"""What is read beside the weights, without the program code that some bring."""

_OTHER_WEIGHTS: Final = (
    (("*.gguf",), "files for llama.cpp (GGUF), which can serve them at an http:// address"),
    (("*.bin", "*.pt", "*.pth", "*.ckpt"), "weights for PyTorch, not in safetensors files"),
    (("*.onnx",), "ONNX files"),
    (("*.npz", "*.mlpackage/*"), "weights in a form that mlx-vlm does not read"),
)

_ADAPTER_WEIGHTS: Final = ("adapter_model.safetensors", "adapters.safetensors")


def small_files(names: Iterable[str]) -> list[str]:
    """Returns what to fetch beside the weights; what lies in folders is for other programs."""
    return [name for name in names if "/" not in name and _is_any(name, _SMALL_FILES)]


def needed_weights(repository: str, names: Collection[str], folder: Path) -> list[str]:
    """Returns which files hold the weights.

    Args:
        repository: `owner/name`.
        names: of all its files.
        folder: where its index of weights lies, if it has one.

    Raises:
        ModelUnsupported: the repository lacks some.
    """
    needed = weight_names(names, folder)
    if not needed:
        raise ModelUnsupported(f"{repository} holds no weights that mlx-vlm reads; {ADVICE}.")
    missing = [name for name in needed if name not in names]
    if missing:
        raise ModelUnsupported(
            f"{repository} lacks {missing[0]}, one of its own weight files; choose another version "
            "of the model."
        )
    return needed


def check_contents(repository: str, names: Collection[str]) -> None:
    """Checks by its files' names alone that a repository can be a model for MLX.

    Raises:
        ModelError: it is something else; one sentence says what, and what would run.
    """
    weights = [it for it in names if "/" not in it and it.endswith(".safetensors")]
    if "model_index.json" in names:
        raise _refused(repository, "a model that draws pictures, not one that sees them")
    if "adapter_config.json" in names and not set(weights) - set(_ADAPTER_WEIGHTS):
        raise _refused(repository, "a LoRA adapter without the model it changes")
    for patterns, what in _OTHER_WEIGHTS:
        if not weights and any(_is_any(name, patterns) for name in names):
            raise ModelUnsupported(f"{repository} holds only {what}; {ADVICE}.")
    if "config.json" not in names:
        raise ModelNotFound(f"{repository} holds no config.json and is no model; {ADVICE}.")
    if not weights and INDEX_FILE not in names:
        raise ModelUnsupported(f"{repository} holds no weights; {ADVICE}.")
    if not any(name in names for name in TOKENIZER_FILES):
        raise ModelUnsupported(f"{repository} holds no tokenizer; {ADVICE}.")


def describe_licence(api: HfApi, model: ModelInfo) -> str:
    """Returns the licence in words; where the page states none, that of the base model."""
    own = _stated_licence(model)
    if own:
        return f"licence {own}"
    bases = getattr(model.card_data, "base_model", None) or ()
    for base in [bases] if isinstance(bases, str) else bases:
        # A base model that is gone or gated must not stand in the way of this one.
        with suppress(HTTPError, ValueError, TypeError, KeyError):
            stated = _stated_licence(api.model_info(base, timeout=TIMEOUT))
            if stated:
                return f"licence {stated} (base model {base}; the page of these files states none)"
    return "no licence stated"


def _stated_licence(model: ModelInfo) -> str:
    card = model.card_data
    licence = getattr(card, "license", None)
    if licence == "other":
        licence = getattr(card, "license_name", None) or licence
    return ", ".join(map(str, licence)) if isinstance(licence, list) else licence or ""


def _refused(repository: str, what: str) -> ModelError:
    return ModelUnsupported(f"{repository} is {what}; {ADVICE}.")


def _is_any(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(name.lower(), pattern) for pattern in patterns)
