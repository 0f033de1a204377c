"""The built-in demonstration model: a tiny trained Qwen3-VL and pictures it can talk about."""

from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).resolve().parent

MODEL_PATH: Final[Path] = _FOLDER / "model"
"""The checkpoint folder, in the form `mlx_vlm.load` takes."""

SAMPLES_PATH: Final[Path] = _FOLDER / "samples"
"""Pictures drawn by this project; each file name says what is in the picture."""

LICENSE: Final = "Apache-2.0"
"""The licence of weights and samples: trained and drawn here from nothing, as this project."""

GREETING: Final = "This is the demonstration model: it knows coloured shapes and nothing else."
"""One line that names the limit before anybody trusts an answer."""

DESCRIPTION: Final = (
    "A tiny Qwen3-VL, trained by this project so that seeshell works without a download. "
    "It can say what shapes are in a picture, their colours, places and number, remember "
    "earlier turns, and tell up to four pictures apart. It can't read text, recognise "
    "photographs or talk about anything else: it says so, and it can be wrong. "
    "For real pictures choose a real model."
)
"""What the demonstration model can and can't do, for notices and help."""
