"""`make bench-adapters`: what a switch of adapter takes on a loaded model, against a load.

The model is the demo, or a checkpoint with random weights in the true shape of a known one. The
adapter is as large as mlx-vlm's trainer makes them: rank 8, on every linear layer of the decoder.
Fails where a switch takes more than a tenth of a load, or where the base answers otherwise after
it than before.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Final

import mlx.core as mx
from mlx import nn

from seeshell.core.engine.engine import PromptMessage, TextDelta
from seeshell.core.engine.limits import Limits
from seeshell.core.engine.mlx_engine import MlxEngine
from seeshell.core.generation_options import GenerationOptions

from ..core.engine.adapters.writing import write_mlx
from ..families.large_shapes import SHAPES
from ..families.true_shapes import make

_BAR: Final = 0.1
_RANK: Final = 8
_QUESTION: Final = (PromptMessage.of("user", "What colours and shapes do you know?"),)
_GREEDY: Final = GenerationOptions(temperature=0.0, max_tokens=8)


def main() -> int:
    """Measures; 0 if the bars are held."""
    options = _parse()
    with tempfile.TemporaryDirectory() as folder:
        model = "demo"
        if options.shape:
            model = str(Path(folder) / options.shape)
            make(SHAPES[options.shape].with_layers(options.layers), Path(model))
        return asyncio.run(_measure(model, Path(folder), options.runs))


async def _measure(model: str, folder: Path, runs: int) -> int:
    engine = MlxEngine(Limits(1280, 10**7))
    # MLX is imported with the first one.
    await engine.load("demo", _ignore)
    loads = [await _seconds(lambda: _load_anew(engine, model)) for _ in range(runs)]
    before = await _answer(engine)
    adapters = [str(_write(engine, folder / name, seed)) for seed, name in enumerate("ab")]
    switches, offs = [], []
    for _ in range(runs):
        switches += [
            await _seconds(lambda it=adapter: _load(engine, model, it)) for adapter in adapters
        ]
        offs.append(await _seconds(lambda: _load(engine, model)))
    is_same = await _answer(engine) == before
    await engine.close()
    load, switch, off = median(loads), median(switches), median(offs)
    ratio = max(switch, off) / load
    print(f"load {load:.2f} s, switch {switch:.3f} s, off {off:.3f} s, ratio {ratio:.3f} ({_BAR})")
    print(f"base answers {'as before' if is_same else 'OTHERWISE'}")
    return 0 if ratio <= _BAR and is_same else 1


def _write(engine: MlxEngine, folder: Path, seed: int) -> Path:
    """Writes an adapter for every linear layer of the decoder."""
    language = engine.slot.loaded().checkpoint.model.language_model
    weights, key = {}, mx.random.key(seed)
    for name, module in language.named_modules():
        if isinstance(module, nn.Linear | nn.QuantizedLinear):
            outputs, inputs = module.weight.shape
            if isinstance(module, nn.QuantizedLinear):
                inputs = inputs * 32 // module.bits
            for matrix, shape in (("a", (inputs, _RANK)), ("b", (_RANK, outputs))):
                key, own = mx.random.split(key)
                path = f"language_model.{name}.lora_{matrix}"
                weights[path] = 0.1 * mx.random.normal(shape, key=own)
    return write_mlx(folder, weights)


async def _load_anew(engine: MlxEngine, model: str) -> None:
    await engine.unload()
    await _load(engine, model)


async def _load(engine: MlxEngine, model: str, adapter: str = "") -> None:
    await engine.load(model, _ignore, adapter=adapter)


async def _answer(engine: MlxEngine) -> str:
    events = [it async for it in engine.answer(_QUESTION, _GREEDY)]
    return "".join(it.text for it in events if isinstance(it, TextDelta))


async def _seconds(work: Callable[[], Awaitable[None]]) -> float:
    started_at = time.perf_counter()
    await work()
    return time.perf_counter() - started_at


def _ignore(_: object) -> None:
    """Takes what is told of a load."""


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", choices=SHAPES, help="a known model's, with random weights")
    parser.add_argument("--layers", type=int, help="so many of its decoder layers")
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
