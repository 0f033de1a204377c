"""The built-in demonstration model: a tiny trained Qwen3-VL and pictures it can talk about."""

from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).resolve().parent

NAME: Final = "demo"
"""What it is asked for as, and its display name."""

MODEL_PATH: Final[Path] = _FOLDER / "model"
"""The checkpoint folder, in the form `mlx_vlm.load` takes."""

SAMPLES_PATH: Final[Path] = _FOLDER / "samples"
"""Pictures drawn by this project; each file name says what is in the picture."""

GREETING: Final = "This is the demonstration model: it knows coloured shapes and nothing else."
"""One line that names the limit before anybody trusts an answer."""

SAMPLE_NAME: Final = "red-circle-blue-square.png"
"""The sample for a first question."""

SAMPLE_QUESTION: Final = "What is in the picture?"
"""One that it answers about each of the samples."""
