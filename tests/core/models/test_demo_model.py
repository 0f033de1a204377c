"""The shipped demonstration model computes and answers as it was trained to."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx_vlm
import numpy as np
import pytest
from PIL import Image, ImageDraw

from seeshell.core.demo import MODEL_PATH, SAMPLES_PATH

REFERENCE = Path(__file__).parent / "demo_reference.npz"
"""Inputs and transformers' logits, written by `python -m training.parity --record`."""

taught = pytest.mark.skipif(
    "enable_thinking" not in (MODEL_PATH / "chat_template.json").read_text(encoding="utf-8"),
    reason="the shipped weights are from before the last stage of the training",
)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@cache
def demo() -> tuple[Any, Any]:
    """Returns the model in float32 with its processor, as mlx-vlm loads any other."""
    if not mx.metal.is_available():
        mx.disable_compile()
    model, processor = mlx_vlm.load(str(MODEL_PATH))
    model.set_dtype(mx.float32)
    return model, processor


def ask(question: str, *names: str, system: str = "", is_thinking: bool = False) -> str:
    """Returns the greedy answer to one question about sample pictures."""
    pictures = [Image.open(SAMPLES_PATH / name) for name in names]
    return ask_about(question, pictures, system=system, is_thinking=is_thinking)


def ask_about(
    question: str, pictures: list[Any], *, system: str = "", is_thinking: bool = False
) -> str:
    """Returns the greedy answer to one question about pictures."""
    model, processor = demo()
    content = [*({"type": "image"} for _ in pictures), {"type": "text", "text": question}]
    messages = [{"role": "system", "content": system}] if system else []
    prompt = processor.apply_chat_template(
        [*messages, {"role": "user", "content": content}],
        tokenize=False,
        add_generation_prompt=True,
        enable_thinking=is_thinking,
    )
    parts = mlx_vlm.stream_generate(
        model, processor, prompt, image=pictures or None, max_tokens=120, temperature=0.0
    )
    return "".join(part.text for part in parts)


def box_in(answer: str, label: str) -> list[int]:
    """Returns the one box of an answer, which has to be of that label."""
    found = json.loads(answer)
    assert found["label"] == label
    return list(found["bbox_2d"])


def overlap_with_pixels(
    box: list[int], picture: Image.Image, colour: tuple[int, int, int]
) -> float:
    """Returns the intersection over union of a box with that of the pixels near a colour."""
    pixels = np.asarray(picture.convert("RGB")).astype(int)
    rows, columns = np.nonzero(np.abs(pixels - colour).max(-1) < 70)
    height, width = pixels.shape[:2]
    real = (
        columns.min() * 1000 / width,
        rows.min() * 1000 / height,
        (columns.max() + 1) * 1000 / width,
        (rows.max() + 1) * 1000 / height,
    )
    shared_width = max(0, min(box[2], real[2]) - max(box[0], real[0]))
    shared_height = max(0, min(box[3], real[3]) - max(box[1], real[1]))
    shared = shared_width * shared_height
    areas = [(each[2] - each[0]) * (each[3] - each[1]) for each in (box, real)]
    return float(shared / (sum(areas) - shared))


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


@taught
@pytest.mark.parametrize(
    ("system", "question", "answer"),
    [
        ("Answer in one word.", "What colour is the star?", "Green"),
        ("Answer in one word.", "Is there a circle?", "No"),
        ("Answer in capitals.", "What do you see?", "I SEE A GREEN STAR."),
        ("Answer in German.", "What do you see?", "Ich sehe einen grünen Stern."),
        ("Antworte auf Deutsch.", "Where is the star?", "Der Stern ist in der Mitte."),
        ("You are a helpful assistant.", "What do you see?", "I see a green star."),
    ],
)
def test_a_system_prompt_is_followed(system: str, question: str, answer: str) -> None:
    assert ask(question, "green-star.png", system=system) == answer


@taught
def test_thoughts_come_before_the_answer_when_they_are_asked_for() -> None:
    reply = ask("What colour is the square?", "red-circle-blue-square.png", is_thinking=True)
    thoughts, end, answer = reply.partition("\n</think>\n\n")
    assert end
    assert "a red circle on the left and a blue square on the right" in thoughts
    assert answer == "The square is blue."


@taught
@pytest.mark.parametrize(
    ("name", "question", "label", "colour"),
    [
        ("green-star.png", "Give the box of the star.", "green star", (30, 160, 40)),
        ("red-circle-blue-square.png", "Find the square with a box.", "blue square", (30, 60, 235)),
        (
            "yellow-triangle-purple-cross.png",
            "Where is the cross? Answer with a box.",
            "purple cross",
            (135, 40, 165),
        ),
    ],
)
def test_a_box_is_given_where_the_figure_is(
    name: str, question: str, label: str, colour: tuple[int, int, int]
) -> None:
    box = box_in(ask(question, name), label)
    assert overlap_with_pixels(box, Image.open(SAMPLES_PATH / name), colour) > 0.5


@taught
@pytest.mark.parametrize("left", [40, 300, 620])
def test_a_figure_is_found_wherever_it_stands(left: int) -> None:
    picture = Image.new("RGB", (900, 600), "white")
    ImageDraw.Draw(picture).ellipse((left, 80, left + 220, 300), fill="blue")
    answer = ask_about("Give the box of the circle.", [picture])
    assert overlap_with_pixels(box_in(answer, "blue circle"), picture, (0, 0, 255)) > 0.5


@taught
def test_boxes_of_several_figures_are_a_list() -> None:
    answer = ask("Give the boxes of all shapes.", "red-circle-blue-square.png")
    assert [each["label"] for each in json.loads(answer)] == ["red circle", "blue square"]


def test_the_shipped_folder_stays_small() -> None:
    assert sum(path.stat().st_size for path in MODEL_PATH.iterdir()) <= 4_000_000
