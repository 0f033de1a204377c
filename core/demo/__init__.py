"""The built-in demonstration model: a tiny trained Qwen3-VL and pictures it can talk about."""

from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).resolve().parent

MODEL_PATH: Final[Path] = _FOLDER / "model"
"""The checkpoint folder, in the form `mlx_vlm.load` takes."""

SAMPLES_PATH: Final[Path] = _FOLDER / "samples"
"""Pictures drawn by this project; each file name says what is in the picture."""

GREETING: Final = "This is the demonstration model: it knows coloured shapes and nothing else."
"""One line that names the limit before anybody trusts an answer."""
