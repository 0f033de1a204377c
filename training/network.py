"""Qwen3-VL in torch, trimmed to what training needs; transformers agrees to the last digits."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from training.grids import PATCH_SIZE, Grid
from training.vision_tower import Config, PictureBatch, VisionTower, rotate_half

_BINDING_LAYER: Final = 1
_MEASURING_LAYER: Final = 4
LATE_LAYERS: Final = frozenset({3, 5})
"""Text layers that start as the identity, so that they can join when the others have learned."""


class RMSNorm(nn.Module):
    """Root-mean-square norm with a learned scale."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """`x` scaled to unit mean square, times the weight."""
        return functional.rms_norm(x, (x.shape[-1],), self.weight, self.eps)


class SelfAttention(nn.Module):
    """Causal attention with grouped keys and values."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width, self.head_dim = config["hidden_size"], config["head_dim"]
        self.heads, self.kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
        self.q_proj = nn.Linear(width, self.heads * self.head_dim, bias=False)
        self.k_proj = nn.Linear(width, self.kv_heads * self.head_dim, bias=False)
        self.v_proj = nn.Linear(width, self.kv_heads * self.head_dim, bias=False)
        self.o_proj = nn.Linear(self.heads * self.head_dim, width, bias=False)
        self.q_norm = RMSNorm(self.head_dim, config["rms_norm_eps"])
        self.k_norm = RMSNorm(self.head_dim, config["rms_norm_eps"])

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """(batch, length, width) to the same shape."""
        batch, length, _ = x.shape
        q = self.q_norm(self.q_proj(x).view(batch, length, self.heads, -1)).transpose(1, 2)
        k = self.k_norm(self.k_proj(x).view(batch, length, self.kv_heads, -1)).transpose(1, 2)
        v = self.v_proj(x).view(batch, length, self.kv_heads, -1).transpose(1, 2)
        q = q * cos + rotate_half(q) * sin
        k = k * cos + rotate_half(k) * sin
        share = self.heads // self.kv_heads
        k, v = k.repeat_interleave(share, 1), v.repeat_interleave(share, 1)
        out = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.o_proj(out.transpose(1, 2).reshape(batch, length, -1))


class TextLayer(nn.Module):
    """One decoder layer."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width, inner = config["hidden_size"], config["intermediate_size"]
        self.self_attn = SelfAttention(config)
        self.mlp = nn.ModuleDict(
            {
                "gate_proj": nn.Linear(width, inner, bias=False),
                "up_proj": nn.Linear(width, inner, bias=False),
                "down_proj": nn.Linear(inner, width, bias=False),
            }
        )
        self.input_layernorm = RMSNorm(width, config["rms_norm_eps"])
        self.post_attention_layernorm = RMSNorm(width, config["rms_norm_eps"])

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """The hidden states after attention and feed-forward."""
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        y = self.post_attention_layernorm(x)
        inner = functional.silu(self.mlp["gate_proj"](y)) * self.mlp["up_proj"](y)
        return x + self.mlp["down_proj"](inner)


class Network(nn.Module):
    """The whole model; logits use the tied word embeddings."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        text = config["text_config"]
        self.visual = VisionTower(config["vision_config"])
        self.embed_tokens = nn.Embedding(text["vocab_size"], text["hidden_size"])
        self.layers = nn.ModuleList(TextLayer(text) for _ in range(text["num_hidden_layers"]))
        self.norm = RMSNorm(text["hidden_size"], text["rms_norm_eps"])
        steps = torch.arange(0, text["head_dim"], 2) / text["head_dim"]
        self.register_buffer("frequencies", 1 / text["rope_theta"] ** steps, persistent=False)
        axes = torch.zeros(text["head_dim"] // 2, dtype=torch.long)
        for axis in (1, 2):
            axes[axis : text["rope_scaling"]["mrope_section"][axis] * 3 : 3] = axis
        self.register_buffer("axes", axes, persistent=False)
        self.resting: frozenset[int] = frozenset()
        """Text layers that are left out."""
        self._initialise()

    def hidden(
        self, ids: Tensor, positions: Tensor, image_tokens: Tensor, pictures: PictureBatch | None
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Final hidden states (batch, length, width), and what the probe reads.

        That is the image tokens' embeddings, their hidden states after the layer that should know
        which picture they belong to, and the hidden states, flattened to (tokens, width), after
        the layer that should know where an edge is before its digits are chosen.

        Args:
            ids: (batch, length).
            positions: (batch, length, 3), time, row and column.
            image_tokens: where the image tokens of `pictures` stand in the flattened ids.
            pictures: none for a batch of text only.
        """
        x = self.embed_tokens(ids)
        seen = bound = measured = x.new_zeros(0, x.shape[-1])
        added: list[Tensor] = []
        if pictures is not None:
            seen, added = self.visual(pictures)
            x = x.flatten(0, 1).index_copy(0, image_tokens, seen).view(x.shape)
        angles = positions.float()[..., self.axes] * self.frequencies
        angles = torch.cat([angles, angles], -1)[:, None]
        cos, sin = angles.cos(), angles.sin()
        for index, layer in enumerate(self.layers):
            if index not in self.resting:
                x = layer(x, cos, sin)
            if index < len(added):
                x = x.flatten(0, 1).index_add(0, image_tokens, added[index]).view(x.shape)
            if index == _BINDING_LAYER:
                bound = x.flatten(0, 1)[image_tokens]
            if index == _MEASURING_LAYER:
                measured = x.flatten(0, 1)
        return self.norm(x), seen, bound, measured

    def logits(self, hidden: Tensor) -> Tensor:
        """Scores over the vocabulary."""
        return hidden @ self.embed_tokens.weight.T

    def save(self, path: Path, dtype: torch.dtype) -> None:
        """Writes the weights under the names of the published checkpoints."""
        weights = {}
        for name, value in self.state_dict().items():
            tensor = value.detach().float()
            if name == "visual.patch_embed.weight":
                frame = tensor.view(-1, 3, 1, PATCH_SIZE, PATCH_SIZE) / 2
                weights["model.visual.patch_embed.proj.weight"] = frame.repeat(1, 1, 2, 1, 1)
            elif name == "visual.patch_embed.bias":
                weights["model.visual.patch_embed.proj.bias"] = tensor
            elif name.startswith("visual."):
                weights[f"model.{name}"] = tensor
            else:
                weights[f"model.language_model.{name}"] = tensor
        converted = {name: tensor.to(dtype).contiguous() for name, tensor in weights.items()}
        save_file(converted, path, metadata={"format": "pt"})

    def load(self, path: Path) -> None:
        """Takes over weights that `save` has written."""
        state = {}
        for name, tensor in load_file(path).items():
            tensor = tensor.float()
            if name == "model.visual.patch_embed.proj.weight":
                state["visual.patch_embed.weight"] = tensor.sum(2).flatten(1)
            elif name == "model.visual.patch_embed.proj.bias":
                state["visual.patch_embed.bias"] = tensor
            else:
                state[name.removeprefix("model.").removeprefix("language_model.")] = tensor
        self.load_state_dict(state)

    def _initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=0.6 / module.in_features**0.5)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
            elif isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight, std=0.05)
        nn.init.normal_(self.visual.pos_embed.weight, std=0.5)
        residual = [layer.self_attn.o_proj for layer in self.layers]
        residual += [layer.mlp["down_proj"] for layer in self.layers]
        residual += [block.attn.proj for block in self.visual.blocks]
        residual += [block.mlp["linear_fc2"] for block in self.visual.blocks]
        for linear in residual:
            linear.weight.data.mul_(0.3)
        for index in LATE_LAYERS:
            nn.init.zeros_(self.layers[index].self_attn.o_proj.weight)
            nn.init.zeros_(self.layers[index].mlp["down_proj"].weight)


def rotary_positions(
    ids: Sequence[int], image_token: int, grids: Sequence[Grid]
) -> list[tuple[int, int, int]]:
    """Time, row and column of every token; `ids` hold each image token of `grids`."""
    positions: list[tuple[int, int, int]] = []
    pending = iter(grids)
    step = index = 0
    while index < len(ids):
        if ids[index] != image_token:
            positions.append((step, step, step))
            step, index = step + 1, index + 1
            continue
        rows, columns = next(pending)
        positions += [(step, step + r, step + c) for r in range(rows) for c in range(columns)]
        step, index = step + max(rows, columns), index + rows * columns
    return positions
