"""The part of config.json on the language model: its shape, and how long its context is."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .config import read_json
from .config_defaults import language_defaults

_PARTS: Final = ("text_config", "llm_config", "language_config")

_LENGTHS: Final = (
    *("max_position_embeddings", "max_sequence_length", "max_seq_len", "seq_length"),
    "n_positions",
)

_LONGEST: Final = 100_000_000
"""Tokens. A tokenizer without a limit states an astronomic number."""


@dataclass(frozen=True)
class LanguageConfig:
    """What of a language model's shape decides on its memory."""

    fields: Mapping[str, Any]
    """As config.json and the libraries' defaults give them."""

    @property
    def heads(self) -> int:
        """Attention heads of a layer."""
        return self.number("num_attention_heads", "n_heads", "n_head")

    @property
    def kv_heads(self) -> int:
        """Of these, heads with keys and values of their own."""
        return self.number("num_key_value_heads", "n_kv_heads") or self.heads

    @property
    def head_size(self) -> int:
        """Numbers of one head's key."""
        hidden = self.number("hidden_size", "d_model", "n_embd")
        return self.number("head_dim") or (hidden // self.heads if self.heads else 0)

    @property
    def layers(self) -> int:
        """Layers of the decoder."""
        return self.number("num_hidden_layers", "n_layers", "n_layer")

    @property
    def context_length(self) -> int:
        """Tokens of the longest prompt with its answer; 0 where nothing says it."""
        return self.number(*_LENGTHS)

    @property
    def is_tied(self) -> bool:
        """Whether the output matrix is that of the word embeddings."""
        return self.fields.get("tie_word_embeddings") is True

    def number(self, *names: str) -> int:
        """Returns the first of these fields that is a number above 0; 0 for none."""
        for name in names:
            value = self.fields.get(name)
            if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                return value
        return 0


def read_language_config(config: Mapping[str, Any]) -> LanguageConfig:
    """Returns what config.json says of the language model."""
    whole = config.get("thinker_config")
    config = whole if isinstance(whole, dict) else config
    part: Mapping[str, Any] = next(
        (config[name] for name in _PARTS if isinstance(config.get(name), dict)), {}
    )
    own = {name: value for name, value in config.items() if not isinstance(value, dict)}
    stated = {name: value for name, value in {**own, **part}.items() if value is not None}
    text_type = part.get("model_type")
    defaults = language_defaults(
        str(config.get("model_type", "")), text_type if isinstance(text_type, str) else ""
    )
    return LanguageConfig(defaults | stated)


def context_length(folder: Path, config: Mapping[str, Any]) -> int:
    """Returns the tokens of a model's context; 0 where its files don't say.

    Raises:
        ModelUnsupported: a file of the model can't be read.
    """
    length = read_language_config(config).context_length
    tokenizer = folder / "tokenizer_config.json"
    if length or not tokenizer.is_file():
        return length
    stated = read_json(tokenizer).get("model_max_length")
    return int(stated) if isinstance(stated, int | float) and 0 < stated < _LONGEST else 0
