"""Dialogues as the token ids that the chat template gives, with the tokens to learn marked."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from PIL import Image
from tokenizers import Encoding, Tokenizer

from training.dialogues import Dialogue, Shown, Turn
from training.grids import Grid, patches_of
from training.meanings import meanings_in
from training.outside_pictures import draw_outside
from training.pictures import draw_scene, sample_size

IMAGE_TOKEN: Final = "<|image_pad|>"  # noqa: S105
_BOX: Final = re.compile(r"\[(\d+), (\d+), (\d+), (\d+)\]")
_SMALLEST_WITH_SPOTS: Final = 72
"""Shorter pictures do not keep every ratio to the pixel, which spots are meant for."""

CHAT_TEMPLATE: Final = (
    "{%- set seen = namespace(pictures=0, question=-1) %}"
    "{%- for message in messages %}{%- if message.role == 'user' %}"
    "{%- set seen.question = loop.index0 %}{%- endif %}{%- endfor %}"
    "{%- for message in messages %}"
    "{%- set content %}"
    "{%- if message.content is string %}{{- message.content }}"
    "{%- else %}{%- for part in message.content %}"
    "{%- if part.type == 'image' or 'image' in part or 'image_url' in part %}"
    "{%- set seen.pictures = seen.pictures + 1 %}"
    "{%- if add_vision_id is not defined or add_vision_id %}"
    "{{- 'Picture ' ~ seen.pictures ~ ': ' }}{%- endif %}"
    "<|vision_start|><|image_pad|><|vision_end|>"
    "{%- elif 'text' in part %}{{- part.text }}{%- endif %}"
    "{%- endfor %}{%- endif %}"
    "{%- endset %}"
    "{{- '<|im_start|>' + message.role + '\\n' }}"
    "{%- if message.role == 'assistant' %}"
    "{%- set thoughts = '' %}"
    "{%- if message.reasoning_content is string %}"
    "{%- set thoughts = message.reasoning_content %}"
    "{%- elif '</think>' in content %}"
    "{%- set thoughts = content.split('</think>')[0].split('<think>')[-1] %}"
    "{%- set content = content.split('</think>')[-1].lstrip('\\n') %}"
    "{%- endif %}"
    "{%- if thoughts and loop.index0 > seen.question %}"
    "{{- '<think>\\n' + thoughts.strip('\\n') + '\\n</think>\\n\\n' }}"
    "{%- endif %}{%- endif %}"
    "{{- content + '<|im_end|>\\n' }}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}"
    "{%- if enable_thinking is defined and enable_thinking %}{{- '<think>\\n' }}{%- endif %}"
    "{%- endif %}"
)
"""Qwen3-VL's roles and image parts, with its `add_vision_id` on unless it is turned off.

Thoughts as Qwen3's: `enable_thinking` opens them, and of earlier answers they are left out.
"""


class Edge(NamedTuple):
    """A coordinate of a box in an answer."""

    token: int
    """Index of the token before its first digit."""
    side: int
    """0 to 3: left, top, right, bottom."""
    share: float
    """Where it is along the picture, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Example:
    """A dialogue ready for a batch."""

    ids: list[int]
    """Token ids with every image token written out."""
    is_answer: list[bool]
    """Which of the ids the model has to say."""
    shown: list[Shown]
    patches: list[np.ndarray]
    grids: list[Grid]
    edges: list[Edge]
    meant: list[tuple[int, int]]
    """Tokens before words in German or capitals, each with the token of the plain word."""


def draw_picture(shown: Shown, rng: random.Random, long_sides: tuple[int, int]) -> Image.Image:
    """The picture at a size whose longer side lies in `long_sides`, in pixels."""
    low, high = long_sides
    if shown.scene.figures and shown.scene.figures[0].spot:
        low = max(low, _SMALLEST_WITH_SPOTS)
    size = sample_size(rng, shown.ratio, (low, high))
    if shown.scene.outside:
        return draw_outside(shown.scene.outside, size, rng)
    return draw_scene(shown.scene, size, rng)


def segments_of(dialogue: Dialogue) -> list[tuple[str, bool]]:
    """The text of the chat template in pieces, each with whether the model has to say it.

    Of a dialogue with thoughts only the last answer has them, as in any prompt of the template.
    """
    segments = []
    if dialogue.system_prompt:
        segments.append((f"<|im_start|>system\n{dialogue.system_prompt}<|im_end|>\n", False))
    pictures = 0
    last = dialogue.turns[-1]
    for turn in dialogue.turns:
        content = _user_text(turn, pictures)
        pictures += len(turn.pictures)
        segments.append((f"<|im_start|>user\n{content}<|im_end|>\n<|im_start|>assistant\n", False))
        said = turn.answer
        if dialogue.is_thinking and turn is last:
            segments.append(("<think>\n", False))
            said = f"{turn.thoughts}\n</think>\n\n{said}"
        segments.append((f"{said}<|im_end|>", True))
        segments.append(("\n", False))
    return segments


def _user_text(turn: Turn, pictures_before: int) -> str:
    marks = "".join(
        f"Picture {pictures_before + index + 1}: <|vision_start|>{IMAGE_TOKEN}<|vision_end|>"
        for index in range(len(turn.pictures))
    )
    return marks + turn.question if turn.are_pictures_first else turn.question + marks


def encode(dialogue: Dialogue, tokenizer: Tokenizer, rng: random.Random) -> Example:
    """The dialogue as ids, its pictures drawn."""
    shown = [picture for turn in dialogue.turns for picture in turn.pictures]
    cut = [patches_of(draw_picture(picture, rng, (48, 400))) for picture in shown]
    grids = [grid for _, grid in cut]
    image_token = tokenizer.token_to_id(IMAGE_TOKEN)
    segments = segments_of(dialogue)
    ids: list[int] = []
    is_answer: list[bool] = []
    edges: list[Edge] = []
    meant: list[tuple[int, int]] = []
    pending = iter(grids)
    encoded = tokenizer.encode_batch([text for text, _ in segments])
    for (text, is_said), encoding in zip(segments, encoded, strict=True):
        if is_said:
            edges += _edges_in(text, encoding, len(ids))
            for start, word in meanings_in(text):
                token = len(ids) + encoding.char_to_token(start) - 1
                meant.append((token, tokenizer.encode(f" {word}").ids[0]))
        for token in encoding.ids:
            repeats = 1
            if token == image_token:
                rows, columns = next(pending)
                repeats = rows * columns
            ids += [token] * repeats
            is_answer += [is_said] * repeats
    return Example(ids, is_answer, shown, [patches for patches, _ in cut], grids, edges, meant)


def _edges_in(answer: str, encoding: Encoding, start: int) -> Iterator[Edge]:
    for box in _BOX.finditer(answer):
        for side in range(4):
            token = encoding.char_to_token(box.start(side + 1))
            yield Edge(start + token - 1, side, int(box[side + 1]) / 1_000)
