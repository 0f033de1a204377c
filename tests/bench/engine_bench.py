"""Tokens a second of turns against mlx-vlm's own loop, and what a follow-up prefills.

The model has the demo's shape and random weights, so that answers are as long as asked for; with
so small a model all that surrounds the arithmetic counts the most. Ours and mlx-vlm's turns take
turns, both in float32 where there is no GPU; of each the fastest counts, since all that disturbs a
turn makes it slower.
"""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx_vlm import load, stream_generate
from PIL import Image, ImageDraw

from ..core.engine.endless import write_endless
from .workplace import Workplace

TOKENS = 384
_TURNS = 7
_PROMPT = "go on"


def prepare(workplace: Workplace) -> Path:
    """Returns the folder of the model; no core may be running yet."""
    (workplace.home / "config.toml").write_text(f"max_tokens = {TOKENS}\ntemperature = 0.0\n")
    return write_endless(Path(tempfile.mkdtemp(dir=workplace.home)))


def measure(workplace: Workplace, model: Path) -> dict[str, float]:
    """Returns tokens a second of both, and the tokens of a follow-up about a picture."""
    theirs = _load_plain(model)
    rates = [(_ask(workplace, model), theirs()) for _ in range(_TURNS)]
    figures = {
        "turn_tps": max(ours for ours, _ in rates),
        "plain_tps": max(plain for _, plain in rates),
    }
    figures["turn_ratio"] = figures["turn_tps"] / figures["plain_tps"]
    return figures | _follow_up(workplace)


def _load_plain(folder: Path) -> Callable[[], float]:
    """Returns a function that has mlx-vlm answer alone and returns its tokens a second."""
    model, processor = load(str(folder))
    if mx.default_device().type != mx.DeviceType.gpu:
        model.set_dtype(mx.float32)
    prompt = processor.apply_chat_template(
        [{"role": "user", "content": _PROMPT}], tokenize=False, add_generation_prompt=True
    )

    def answer() -> float:
        steps = stream_generate(model, processor, prompt, max_tokens=TOKENS, temperature=0.0)
        next(steps)
        started_at = time.perf_counter()
        count = sum(1 for step in steps if step.token is not None)
        return count / (time.perf_counter() - started_at)

    return answer


def _ask(workplace: Workplace, model: Path) -> float:
    """Has the core answer through its socket; the first time it loads the model."""
    answer = _run(workplace, "--model", model, _PROMPT)
    assert answer["finish_reason"] == "length"
    return float(answer["stats"]["generation_tps"])


def _follow_up(workplace: Workplace) -> dict[str, float]:
    """Asks the demo about a picture and then about its colour."""
    picture = workplace.home / "square.png"
    image = Image.new("RGB", (64, 64), "white")
    ImageDraw.Draw(image).rectangle((8, 8, 40, 40), fill="blue")
    image.save(picture)
    first = _run(workplace, "--model", "demo", "-i", picture, "What is in the picture?")
    chat = str(first["conversation"])
    second = _run(workplace, "--model", "demo", "--chat", chat, "What color is it?")
    held = first["stats"]["prompt_tokens"] + first["stats"]["generated_tokens"]
    new = second["stats"]["prompt_tokens"] - held
    return {
        "follow_up_new": new,
        "follow_up_prefilled": second["stats"]["prefilled_tokens"],
        "follow_up_excess": second["stats"]["prefilled_tokens"] - new,
        "follow_up_encoded": second["stats"]["images_encoded"],
    }


def _run(workplace: Workplace, *arguments: str | Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(workplace.run("ask", "--json", *arguments).stdout)
    return answer
