"""Which families of models can be run: one list for the checks before a download and the engine."""

from typing import Final

RUNNABLE: Final = ("qwen3_vl", "qwen3_vl_moe")
"""Values of `model_type` in config.json that the engine can run."""

DEFAULT_MODEL: Final = "lmstudio-community/Qwen3-VL-4B-Instruct-MLX-4bit"
"""The model to recommend on Apple silicon."""

ADVICE: Final = f"choose a Qwen3-VL model such as {DEFAULT_MODEL}"
"""What a refusal ends with: the families that do run."""
