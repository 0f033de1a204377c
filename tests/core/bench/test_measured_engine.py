"""The benchmark's engine, whose process must end as it should even where nothing was measured."""

import json
import shutil
import threading
from pathlib import Path

import pytest

from seeshell.core.bench.measured_engine import MeasuredEngine
from seeshell.core.bench.values import Plan
from seeshell.core.demo import MODEL_PATH
from seeshell.core.errors import ModelUnsupported

from ...patience import PATIENCE


def test_an_engine_whose_model_cannot_be_loaded_leaves_no_thread(tmp_path: Path) -> None:
    model = Path(shutil.copytree(MODEL_PATH, tmp_path / "model"))
    config = json.loads((model / "config.json").read_bytes())
    (model / "config.json").write_text(json.dumps(config | {"image_token_id": 1}))
    plan = Plan(
        model=str(model),
        folder=str(tmp_path),
        image_size=64,
        pixel_budget=1280,
        max_pixels=10_000_000,
        spill_bytes=2**30,
        pictures=1,
    )
    before = set(threading.enumerate())

    with pytest.raises(ModelUnsupported, match="image token"):
        MeasuredEngine(plan, print)

    for thread in set(threading.enumerate()) - before:
        thread.join(PATIENCE)
        assert not thread.is_alive()
