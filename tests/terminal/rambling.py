"""The demonstration model without an end token: it answers until it is stopped."""

import json
import shutil
from pathlib import Path

from seeshell.core.demo import MODEL_PATH

_NEVER_SAID = ("<|video_pad|>", 499)


def make_rambling_model(folder: Path) -> Path:
    """Writes the model to the folder, which must not exist yet, and returns it."""
    shutil.copytree(MODEL_PATH, folder)
    _change(folder / "config.json", eos_token_id=[_NEVER_SAID[1]])
    _change(folder / "generation_config.json", eos_token_id=[_NEVER_SAID[1]])
    _change(folder / "tokenizer_config.json", eos_token=_NEVER_SAID[0])
    return folder


def _change(file: Path, **values: object) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | values))
