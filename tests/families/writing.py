"""Writes small checkpoints of random weights, each of a family's own shape."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten
from mlx_vlm.utils import get_model_and_args, update_module_configs
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

_SEED = 1
_MODULES = ["text", "vision", "perceiver", "projector", "audio"]


@dataclass(frozen=True)
class Tokens:
    """A tokenizer that spells texts letter by letter, and its special tokens."""

    special: tuple[str, ...]
    end: str = "<|im_end|>"
    begin: str | None = None
    pad: str = "<|pad|>"
    adds_begin: bool = False
    named: dict[str, str] = field(default_factory=dict)
    """Special tokens that the tokenizer's config names."""

    @property
    def all(self) -> list[str]:
        first = [self.begin] if self.begin else []
        return list(dict.fromkeys([*first, self.pad, *self.special, self.end]))

    @property
    def ids(self) -> dict[str, int]:
        return {token: index for index, token in enumerate(self.all)}

    @property
    def rows(self) -> int:
        """Embeddings that there are: for all letters too, and in whole blocks of 64."""
        return -(-(len(self.all) + 256) // 64) * 64


@dataclass(frozen=True)
class Shape:
    """All that a checkpoint is made of but its weights."""

    tokens: Tokens
    template: str
    config: dict[str, Any]
    files: dict[str, dict[str, Any]]
    """Of the processor, by name without the ending."""


def chat_template(
    picture: str,
    *,
    start: str = "<|im_start|>",
    end: str = "<|im_end|>",
    begin: str = "",
    answer: str = "",
) -> str:
    """A template in ChatML's form; `picture` may count pictures with `n.i`."""
    return (
        "{%- set n = namespace(i=0) %}"
        + (f"{{{{- '{begin}' }}}}" if begin else "")
        + f"{{%- for m in messages %}}{{{{- '{start}' + m.role + '\\n' }}}}"
        "{%- for c in m.content %}{%- if c.type == 'image' %}{%- set n.i = n.i + 1 %}"
        f"{{{{- {picture} }}}}{{%- else %}}{{{{- c.text }}}}{{%- endif %}}{{%- endfor %}}"
        f"{{{{- '{end}\\n' }}}}{{%- endfor %}}"
        f"{{%- if add_generation_prompt %}}{{{{- '{start}assistant\\n{answer}' }}}}{{%- endif %}}"
    )


def write_checkpoint(folder: Path, shape: Shape) -> Path:
    """Fills a folder with the checkpoint."""
    folder.mkdir(parents=True)
    _write_tokenizer(folder, shape.tokens, shape.template)
    for name, content in (shape.files | {"config": shape.config}).items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    weights = _weights(shape.config)
    mx.save_safetensors(str(folder / "model.safetensors"), weights, {"format": "mlx"})
    return folder


def _write_tokenizer(folder: Path, tokens: Tokens, template: str) -> None:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        special_tokens=tokens.all, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator([], trainer)
    if tokens.adds_begin and tokens.begin:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{tokens.begin} $A", special_tokens=[(tokens.begin, tokens.ids[tokens.begin])]
        )
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": tokens.end,
        "pad_token": tokens.pad,
        "bos_token": tokens.begin,
        "model_max_length": 8192,
        "clean_up_tokenization_spaces": False,
        "additional_special_tokens": list(tokens.special),
        **tokens.named,
        "extra_special_tokens": tokens.named,
    }
    if template:
        config["chat_template"] = template
        (folder / "chat_template.json").write_text(json.dumps({"chat_template": template}))
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def _weights(config: dict[str, Any]) -> dict[str, Any]:
    """Returns random weights, spread so that logits differ clearly."""
    mx.random.seed(_SEED)
    whole = json.loads(json.dumps(config))
    package, _ = get_model_and_args(whole)
    whole.setdefault("text_config", whole.pop("llm_config", {}))
    whole.setdefault("vision_config", {})
    whole.setdefault("audio_config", {})
    model_config = update_module_configs(
        package.ModelConfig.from_dict(whole), package, whole, _MODULES
    )
    parameters = dict(tree_flatten(package.Model(model_config).parameters()))
    return {name: _spread(name, weight) for name, weight in parameters.items()}


def _spread(name: str, weight: Any) -> Any:
    if weight.dtype not in (mx.float32, mx.float16, mx.bfloat16):
        return weight
    if weight.ndim >= 2:
        fan = weight.shape[-1] if weight.ndim == 2 else weight.size // weight.shape[0]
        return mx.random.normal(weight.shape) * (0.5 if "embed" in name else fan**-0.5)
    is_zero = weight.size > 1 and float(mx.abs(weight).max()) == 0
    return mx.random.normal(weight.shape) * 0.05 if is_zero else weight.astype(mx.float32)
