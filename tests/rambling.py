"""A model whose answers go on until somebody stops them: for tests of what happens meanwhile."""

import json
import shutil
from pathlib import Path
from typing import Any

from seeshell.core.demo import MODEL_PATH
from seeshell.core.settings import Paths

_ENDLESS = 2**30
"""Tokens: more than any machine generates before a test has given up."""


def write_rambling_model(folder: Path) -> None:
    """Makes the folder a copy of the demonstration model that can't say that its answer ends."""
    shutil.copytree(MODEL_PATH, folder)
    vocabulary = json.loads((folder / "config.json").read_text())["vocab_size"]
    # The first id that no row of the word embeddings stands for.
    end = {"eos_token_id": vocabulary}
    text_config = end | {"max_position_embeddings": _ENDLESS}
    _change(folder / "config.json", end | {"text_config": text_config})
    _change(folder / "generation_config.json", end)
    _change(folder / "tokenizer_config.json", {"eos_token": None})


def lift_answer_limit(paths: Paths) -> None:
    """Lets a core that is started on these places give answers of any length."""
    paths.config_file.write_text(f"max_tokens = {_ENDLESS}\n")


def _change(file: Path, changes: dict[str, Any]) -> None:
    values = json.loads(file.read_text())
    for name, change in changes.items():
        values[name] = values[name] | change if isinstance(change, dict) else change
    file.write_text(json.dumps(values))
