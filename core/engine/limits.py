"""What a local model may take: pixels, memory and disk blocks."""

from typing import NamedTuple


class Limits(NamedTuple):
    """What a model may take; most of it stands in the settings."""

    pixel_budget: int
    """Image tokens of one picture."""
    max_pixels: int
    """Pixels of a picture's file."""
    memory_bytes: int = 0
    """Weights, KV caches and all else; 0 for what the machine has."""
    kv_bits: int = 0
    """Bits of a KV cache's number; 0 for the model's own precision."""
    kv_bytes: int = 0
    """KV caches of all conversations; 0 for what is left beside the model."""
    kv_idle_bytes: int = 0
    """KV caches between answers; 0 for `kv_bytes`, or half of what is left beside the model."""
    spare_tokens: int = 256
    """Room behind a prompt that there must be memory for, and by which an answer's KV grows."""
    features_bytes: int = 0
    """Features of pictures; 0 for a share of the weights."""
    block_tokens: int = 0
    """Tokens of a spilled block; 0 for what a share of the weights has room for."""
