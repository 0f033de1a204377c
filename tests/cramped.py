"""A model whose context is soon full: for tests of the way out."""

import json
import shutil
from pathlib import Path
from typing import Final

from seeshell.core.demo import MODEL_PATH

CONTEXT: Final = 384
"""Tokens: five pictures of 256 by 256 pixels take 320."""

_PIXELS: Final = 256 * 256


def write_cramped_model(folder: Path) -> None:
    """Makes the folder a copy of the demonstration model with a small context.

    Its pictures may be larger than that model's own.
    """
    shutil.copytree(MODEL_PATH, folder)
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["max_position_embeddings"] = CONTEXT
    (folder / "config.json").write_text(json.dumps(config))
    processor = json.loads((folder / "preprocessor_config.json").read_text())
    processor["max_pixels"] = processor["size"]["longest_edge"] = _PIXELS
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
