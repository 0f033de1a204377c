"""Tokens a second of turns against mlx-vlm's own loop, and what a follow-up prefills.

The models have random weights, so that answers are as long as asked for: one about as fast here as
Qwen3-VL-4B is on a laptop, and one of the demo's shape, so small that all that surrounds the
arithmetic counts the most. Ours and mlx-vlm's answers take turns, both in float32 where there is no
GPU; of each the fastest counts, since all that disturbs an answer makes it slower.

Where there is no GPU, MLX left to itself has a C++ compiler build fused kernels at their first use.
The core does without that compiler and the seconds it takes, so mlx-vlm is measured both ways: as
it comes, and without these kernels, which shows what core and socket cost.
"""

import json
import shutil
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import mlx.core as mx
from mlx_vlm import stream_generate
from PIL import Image, ImageDraw

from seeshell.core.engine.loading import load_checkpoint
from seeshell.core.models.sources import find_model

from ..core.engine.endless import write_endless
from .workplace import Workplace

TOKENS = 192
_PROMPT = "go on"

_LARGER = {
    "hidden_size": 512,
    "num_hidden_layers": 8,
    "intermediate_size": 1536,
    "num_attention_heads": 8,
    "head_dim": 64,
    "rope_scaling": {
        "mrope_interleaved": True,
        "mrope_section": [12, 10, 10],
        "rope_type": "default",
    },
}


class Models(NamedTuple):
    """Folders of the checkpoints that answer."""

    larger: Path
    small: Path


def prepare(workplace: Workplace) -> Models:
    """Returns the models; no core may be running yet."""
    (workplace.home / "config.toml").write_text(f"max_tokens = {TOKENS}\ntemperature = 0.0\n")
    larger, small = (Path(tempfile.mkdtemp(dir=workplace.home)) for _ in range(2))
    write_endless(larger, text=_LARGER, vision={"out_hidden_size": _LARGER["hidden_size"]})
    return Models(larger, write_endless(small))


def measure(workplace: Workplace, models: Models, run: int) -> dict[str, float]:
    """Returns tokens a second of both, and the tokens of a follow-up about a picture.

    Args:
        workplace: a core of this workplace answers.
        models: what `prepare` returned.
        run: how many runs there were in this workplace before.
    """
    small = _compare(workplace, models.small, turns=9)
    return (
        _compare(workplace, models.larger, turns=5)
        | {f"small_{name}": value for name, value in small.items()}
        | _follow_up(workplace, run)
    )


def _compare(workplace: Workplace, folder: Path, *, turns: int) -> dict[str, float]:
    plain = _load_plain(folder)
    sides = {"turn": partial(_ask, workplace, folder), "plain": plain}
    if mx.default_device().type != mx.DeviceType.gpu and shutil.which("g++"):
        sides |= {"plain": partial(_with_kernels, plain), "unfused": plain}
    best = dict.fromkeys(sides, 0.0)
    for name, answer in [*sides.items()] * turns:
        best[name] = max(best[name], answer())
    rates = {f"{name}_tps": tps for name, tps in best.items()}
    return rates | {
        f"{name}_ratio": best["turn"] / tps for name, tps in best.items() if name != "turn"
    }


def _load_plain(folder: Path) -> Callable[[], float]:
    """Returns a function that has mlx-vlm answer alone and returns its tokens a second."""
    checkpoint = load_checkpoint(find_model(str(folder), lambda _: None))
    model, processor = checkpoint.model, checkpoint.processor
    prompt = processor.apply_chat_template(
        [{"role": "user", "content": _PROMPT}], tokenize=False, add_generation_prompt=True
    )

    def answer() -> float:
        steps = stream_generate(model, processor, prompt, max_tokens=TOKENS, temperature=0.0)
        # The last step is no token: it repeats the one before and says why there is no other.
        times = [time.perf_counter() for step in steps if step.finish_reason is None]
        assert len(times) == TOKENS
        return (len(times) - 1) / (times[-1] - times[0])

    return answer


def _with_kernels(answer: Callable[[], float]) -> float:
    """Has mlx-vlm answer with the kernels that MLX builds where it is left to itself."""
    mx.enable_compile()
    try:
        return answer()
    finally:
        mx.disable_compile()


def _ask(workplace: Workplace, model: Path) -> float:
    """Has the core answer through its socket; the first time it loads the model."""
    answer = _run(workplace, "--model", model, _PROMPT)
    # Random weights may write nothing but line ends, which is no answer cut off.
    assert answer["stats"]["generated_tokens"] == TOKENS, answer
    return float(answer["stats"]["generation_tps"])


def _follow_up(workplace: Workplace, run: int) -> dict[str, float]:
    """Asks the demo about a picture that no run before had, and then about its colour."""
    picture = workplace.home / "square.png"
    image = Image.new("RGB", (64, 64), "white")
    down, right = divmod(run, 31)
    ImageDraw.Draw(image).rectangle((right, down, right + 32, down + 32), fill="blue")
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
