"""The shipped demonstration model computes and answers as it was trained to."""

from functools import cache
from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx_vlm
import numpy as np
import pytest
from PIL import Image

from seeshell.core.demo import MODEL_PATH, SAMPLES_PATH

REFERENCE = Path(__file__).parent / "demo_reference.npz"
"""Inputs and transformers' logits, written by `python -m training.parity --record`."""

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@cache
def demo() -> tuple[Any, Any]:
    """Returns the model in float32 with its processor, as mlx-vlm loads any other."""
    if not mx.metal.is_available():
        mx.disable_compile()
    model, processor = mlx_vlm.load(str(MODEL_PATH))
    model.set_dtype(mx.float32)
    return model, processor


def ask(question: str, *names: str) -> str:
    """Returns the greedy answer to one question about sample pictures."""
    model, processor = demo()
    content = [*({"type": "image"} for _ in names), {"type": "text", "text": question}]
    prompt = processor.apply_chat_template(
        [{"role": "user", "content": content}], tokenize=False, add_generation_prompt=True
    )
    pictures = [Image.open(SAMPLES_PATH / name) for name in names]
    parts = mlx_vlm.stream_generate(
        model, processor, prompt, image=pictures or None, max_tokens=60, temperature=0.0
    )
    return "".join(part.text for part in parts)


@pytest.mark.parametrize("case", ["text", "square", "not_square", "two"])
def test_logits_are_those_of_transformers(case: str) -> None:
    model, _ = demo()
    with np.load(REFERENCE) as recorded:
        parts = {
            name.removeprefix(f"{case}."): recorded[name]
            for name in recorded.files
            if name.startswith(f"{case}.")
        }
    inputs = {}
    if "patches" in parts:
        frames = (parts["patches"].astype(np.float32) / 127.5 - 1).reshape(-1, 3, 1, 256)
        inputs["pixel_values"] = mx.array(frames.repeat(2, axis=2).reshape(len(frames), -1))
        inputs["image_grid_thw"] = mx.array(np.insert(2 * parts["grids"], 0, 1, axis=1))
    logits = np.array(model(mx.array(parts["input_ids"])[None], **inputs).logits)[0]
    assert np.abs(logits[parts["positions"]] - parts["logits"]).max() < 1e-3


@pytest.mark.parametrize(
    ("name", "question", "answer"),
    [
        ("green-star.png", "What do you see?", "I see a green star."),
        ("red-circle-blue-square.png", "What colour is the square?", "The square is blue."),
        (
            "red-star-green-circle-blue-diamond-orange-square.png",
            "How many shapes are there?",
            "There are four shapes.",
        ),
        ("yellow-triangle-purple-cross.png", "Is there a circle?", "No, there is not."),
        (
            "purple-circle-black-triangle-yellow-square.jpg",
            "Where is the yellow square?",
            "The yellow square is in the bottom right.",
        ),
    ],
)
def test_sample_pictures_are_read_right(name: str, question: str, answer: str) -> None:
    assert ask(question, name) == answer


def test_two_pictures_are_told_apart() -> None:
    answer = ask("Which picture has a star?", "red-circle-blue-square.png", "green-star.png")
    assert answer == "The second picture has a star."


def test_a_picture_outside_the_world_is_named_as_such() -> None:
    answer = ask("What do you see?", "landscape-outside-its-world.jpg")
    assert answer == "This picture is outside my world of coloured shapes."


def test_a_question_without_a_picture_asks_for_one() -> None:
    assert ask("What do you see?") == "There is no picture yet. Please attach one."


def test_the_shipped_folder_stays_small() -> None:
    assert sum(path.stat().st_size for path in MODEL_PATH.iterdir()) <= 4_000_000
