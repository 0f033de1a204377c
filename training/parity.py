"""Checks the weights against transformers' own Qwen3-VL and records a reference for the tests.

`python -m training.parity`; float32, the largest difference allowed is 1e-3.
"""

import argparse
import json
import random
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import Qwen3VLForConditionalGeneration

from training.batches import collate
from training.dialogues import sample_dialogue
from training.mixes import Mix
from training.network import Network
from training.prompts import Example, encode

TOLERANCE: Final = 1e-3
_SEED: Final = 7
_KEPT_POSITIONS: Final = 16
_CASES: Final = {"text": (0, None), "square": (1, True), "not_square": (1, False), "two": (2, None)}
"""Number of pictures, and whether they have to be square, of each recorded prompt."""


def sample_cases(tokenizer: Tokenizer) -> dict[str, Example]:
    """Prompts that together meet every path through the model."""
    rng = random.Random(_SEED)
    cases: dict[str, Example] = {}
    for name, (pictures, is_square) in _CASES.items():
        mix = Mix((0,) * pictures + (1,), most_turns=3, outside_share=0.0, counting_share=0.0)
        while name not in cases:
            example = encode(sample_dialogue(rng, "validation", mix), tokenizer, rng)
            squares = [rows == columns for rows, columns in example.grids]
            if (
                len(squares) == pictures
                and is_square in {None, *squares}
                and len(example.ids) < 160
            ):
                cases[name] = example
    return cases


def model_inputs(example: Example) -> dict[str, np.ndarray]:
    """What the processor gives the model for the example."""
    inputs = {"input_ids": np.array([example.ids])}
    if example.grids:
        pixels = np.concatenate(example.patches).astype(np.float32) / 127.5 - 1
        frames = pixels.reshape(len(pixels), 3, 1, -1).repeat(2, axis=2)
        inputs["pixel_values"] = frames.reshape(len(pixels), -1)
        inputs["image_grid_thw"] = np.array([[1, 2 * r, 2 * c] for r, c in example.grids])
    return inputs


@torch.no_grad()
def transformers_logits(model: Any, example: Example, image_token: int) -> np.ndarray:
    """(tokens, vocabulary) logits of transformers' implementation."""
    tensors = {name: torch.from_numpy(value) for name, value in model_inputs(example).items()}
    kinds = (tensors["input_ids"] == image_token).int()
    return model(**tensors, mm_token_type_ids=kinds).logits[0].numpy()


@torch.no_grad()
def network_logits(network: Network, example: Example, tokenizer: Tokenizer) -> np.ndarray:
    """(tokens, vocabulary) logits of the network that was trained."""
    batch = collate([example], tokenizer)
    packed = batch.pictures.batch if batch.pictures else None
    hidden, *_ = network.hidden(batch.ids, batch.positions, batch.image_tokens, packed)
    return network.logits(hidden)[0].numpy()


def record(path: Path, cases: dict[str, Example], logits: dict[str, np.ndarray]) -> None:
    """Writes inputs and some logits of each case; pixels as bytes, to stay small."""
    arrays: dict[str, np.ndarray] = {}
    for name, example in cases.items():
        kept = np.unique(np.linspace(0, len(example.ids) - 1, _KEPT_POSITIONS).astype(int))
        arrays[f"{name}.input_ids"] = np.array(example.ids, np.int32)
        arrays[f"{name}.positions"] = kept
        arrays[f"{name}.logits"] = logits[name][kept]
        if example.grids:
            arrays[f"{name}.patches"] = np.concatenate(example.patches)
            arrays[f"{name}.grids"] = np.array(example.grids)
    np.savez_compressed(path, **arrays)


def main() -> None:
    """Prints the largest differences; fails beyond the tolerance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=Path("core/demo/model"))
    parser.add_argument("--record", type=Path)
    arguments = parser.parse_args()
    folder: Path = arguments.checkpoint
    torch.set_num_threads(1)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    reference = Qwen3VLForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    network = Network(config)
    network.load(folder / "model.safetensors")
    cases, logits = sample_cases(tokenizer), {}
    for name, example in cases.items():
        logits[name] = transformers_logits(reference, example, config["image_token_id"])
        ours = network_logits(network, example, tokenizer)
        difference = float(np.abs(ours - logits[name]).max())
        print(f"{name}: {len(example.ids)} tokens, largest difference {difference:.1e}")
        if difference > TOLERANCE:
            raise SystemExit(f"{name} differs from transformers by more than {TOLERANCE}")
    if arguments.record:
        record(arguments.record, cases, logits)


if __name__ == "__main__":
    main()
