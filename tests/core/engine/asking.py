"""Asks the engine and plain mlx-vlm the same, and compares what both answer."""

import hashlib
import time
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
from mlx_vlm.generate import generate_step
from mlx_vlm.utils import prepare_inputs
from PIL import Image, ImageDraw

from seeshell.core.engine.decoding.gain import Gain
from seeshell.core.engine.engine import (
    AnswerEnd,
    AnswerEvent,
    LoadedModel,
    PictureProgress,
    PrefillProgress,
    PromptImage,
    PromptMessage,
    TextDelta,
    ThoughtsDelta,
)
from seeshell.core.engine.family.family import Chunk, Family
from seeshell.core.engine.family.template import OwnTemplate
from seeshell.core.engine.kv.spill_folder import SpillFolder
from seeshell.core.engine.limits import Limits
from seeshell.core.engine.loading import Checkpoint
from seeshell.core.engine.prefill_ahead import PrefillAhead
from seeshell.core.engine.resident import ResidentModel
from seeshell.core.engine.stop_signal import StopSignal
from seeshell.core.engine.turn import Turn
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.images import opened_image

from ...sheets import draw_sheet

GREEDY = GenerationOptions(temperature=0.0, max_tokens=40)
MAX_PIXELS = 10_000_000


class RecordingFamily:
    """A family that remembers the logits before each token of an answer, and counts tokens."""

    def __init__(self, family: Family) -> None:
        self._family = family._family if isinstance(family, RecordingFamily) else family
        self.extended = 0
        self.all_logits: list[Any] = []
        """Of each token of the answer."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._family, name)

    def extend(self, chunk: Chunk, layers: Any) -> Any:
        self.extended += len(chunk.tokens)
        logits = self._family.extend(chunk, layers)
        if chunk.is_last:
            self.all_logits.append(logits)
        return logits

    def step(self, token: Any, position: int, layers: Any) -> Any:
        logits = self._family.step(token, position, layers)
        self.all_logits.append(logits)
        return logits


class AlwaysGains(Gain):
    """Finds that passes of several rows gain, whatever they take and were they never accepted."""

    def __init__(self, choose: Callable[[Sequence[int]], int] = max) -> None:
        super().__init__()
        self._choose = choose

    def best_rows(self, matched: int, most: int, sizes: Sequence[int]) -> int:  # noqa: ARG002
        return self._choose([size for size in sizes if size <= most] or [1])


@dataclass
class Answer:
    """What came of one turn."""

    text: str = ""
    thoughts: str = ""
    end: AnswerEnd | None = None
    progress: list[PrefillProgress] = field(default_factory=list)
    pictures: list[tuple[int, int]] = field(default_factory=list)
    """Numbers and totals of the pictures that were reported as being encoded."""
    tokens: list[int] = field(default_factory=list)
    """Generated tokens; the last may be missing where the limit was reached."""
    logits: Any = None
    """The first ones."""
    margins: list[float] = field(default_factory=list)
    """Of each token of a cold run, how far its log probability is above the next best."""
    all_logits: list[Any] = field(default_factory=list)
    """Before each of its tokens; empty for those of mlx-vlm."""
    computed: int = 0
    """Tokens that went through the prefill."""

    @property
    def stats(self) -> Any:
        assert self.end is not None
        return self.end.stats


@dataclass
class Asker:
    """Runs turns on one resident model, on this thread."""

    resident: ResidentModel

    def __call__(
        self,
        *messages: PromptMessage,
        options: GenerationOptions = GREEDY,
        stop_when: Callable[[Answer], bool] | None = None,
        conversation: int = 0,
    ) -> Answer:
        answer = Answer()
        stop = StopSignal()

        def collect(event: AnswerEvent) -> None:
            match event:
                case TextDelta(text):
                    answer.text += text
                case ThoughtsDelta(text):
                    answer.thoughts += text
                case PrefillProgress():
                    answer.progress.append(event)
                case PictureProgress(number, total):
                    answer.pictures.append((number, total))
                case AnswerEnd():
                    answer.end = event
            if stop_when is not None and stop_when(answer):
                stop.set()

        family = self._record()
        turn = Turn(self.resident, options, time.perf_counter(), collect, stop, conversation)
        turn.run(messages)
        answer.all_logits = [_numbers(logits)[0] for logits in family.all_logits]
        answer.logits = answer.all_logits[0] if answer.all_logits else None
        answer.computed = family.extended
        if answer.stats.generated_tokens and self.resident.pool.branches:
            newest = self.resident.pool.branches[-1]
            answer.tokens = newest.tokens[answer.stats.prompt_tokens :]
        return answer

    def prepare(
        self, *messages: PromptMessage, conversation: int = 0, thinking: bool | None = None
    ) -> int:
        """Works ahead and returns how many tokens went through the prefill."""
        family = self._record()
        PrefillAhead(self.resident, conversation, thinking=thinking).run(messages)
        return family.extended

    def _record(self) -> RecordingFamily:
        family = self.resident.family = RecordingFamily(self.resident.family)
        return family


@dataclass
class Plain:
    """Answers through mlx-vlm's own functions, everything computed from nothing."""

    checkpoint: Checkpoint
    pixel_budget: int = 1280

    def inputs(self, messages: tuple[PromptMessage, ...]) -> dict[str, Any]:
        """The model's inputs as mlx-vlm prepares them."""
        processor = self.checkpoint.processor
        rendered = processor.tokenizer.apply_chat_template(
            [
                {
                    "role": message.role,
                    "content": [
                        {"type": "text", "text": part}
                        if isinstance(part, str)
                        else {"type": "image"}
                        for part in message.parts
                    ],
                }
                for message in messages
            ],
            chat_template=self.checkpoint.chat_template,
            tokenize=False,
            add_generation_prompt=True,
        )
        images = [open_image(image) for message in messages for image in message.images]
        limit = min(processor.image_processor.max_pixels, self.pixel_budget * 32 * 32)
        return dict(
            prepare_inputs(processor, images=images or None, prompts=rendered, max_pixels=limit)
        )

    def __call__(self, *messages: PromptMessage, max_tokens: int = 40) -> Answer:
        inputs = self.inputs(messages)
        language = self.checkpoint.model.language_model
        language._position_ids = language._rope_deltas = None
        steps = generate_step(
            inputs.pop("input_ids"),
            self.checkpoint.model,
            inputs.pop("pixel_values", None),
            inputs.pop("attention_mask", None),
            max_tokens=max_tokens,
            temperature=0.0,
            **{name: value for name, value in inputs.items() if name == "image_grid_thw"},
        )
        answer = Answer()
        ends = self.checkpoint.processor.tokenizer.stopping_criteria.eos_token_ids
        for token, logits in steps:
            if answer.logits is None:
                answer.logits = _numbers(logits)
            answer.tokens.append(token)
            second, first = np.partition(_numbers(logits).ravel(), -2)[-2:]
            answer.margins.append(float(first - second))
            if token in ends:
                break
        tokenizer = self.checkpoint.processor.tokenizer
        silent = {*tokenizer.all_special_ids} - _box_tokens(tokenizer)
        answer.text = tokenizer.decode([it for it in answer.tokens if it not in silent])
        return answer


def _box_tokens(tokenizer: Any) -> set[int]:
    """Special tokens that are part of an answer's text."""
    names = ("box_start", "box_end", "object_ref_start", "object_ref_end", "quad_start", "quad_end")
    written = tokenizer.convert_tokens_to_ids([f"<|{name}|>" for name in names])
    return {it for it in written if it is not None and it != tokenizer.unk_token_id}


def _numbers(logits: Any) -> Any:
    """NumPy knows no bfloat16, which a GPU computes in."""
    return np.array(logits.astype(mx.float32))


def open_image(image: PromptImage) -> Image.Image:
    """Returns the pixels of a picture; of a page or rectangle as Pillow alone finds it."""
    if image.excerpt.is_whole:
        with opened_image(image.path, MAX_PIXELS) as picture:
            return picture.upright_rgb()
    with Image.open(image.path) as opened:
        opened.seek(image.excerpt.page - 1)
        page, region = opened.convert("RGB"), image.excerpt.region
        return page.crop((region.x, region.y, region.right, region.bottom)) if region else page


def assert_same_logits(answer: Answer, cold: Answer) -> None:
    """The answer's first logits are the oracle's."""
    ours = answer.logits - np.logaddexp.reduce(answer.logits)
    difference = np.abs(ours - cold.logits).max()
    assert difference <= 1e-3, f"the first logits differ by {difference:.3g}"


def assert_same(answer: Answer, cold: Answer) -> None:
    """The answer has the oracle's first logits, greedy tokens and text."""
    assert_same_logits(answer, cold)
    assert answer.tokens == cold.tokens[: len(answer.tokens)], "the greedy tokens differ"
    assert len(answer.tokens) >= len(cold.tokens) - 1
    # Bytes that make up no character are decoded one by one here and together there.
    if "\ufffd" not in cold.text:
        assert answer.text == cold.text


def assert_about_same(answer: Answer, cold: Answer, tolerance: float) -> None:
    """The answer is the cold one as far as that was sure of its tokens.

    Quantised KV that one run decodes and the other prefills may round another way.
    """
    ours, theirs = (it.logits - np.logaddexp.reduce(it.logits) for it in (answer, cold))
    difference = np.abs(ours - theirs).max()
    assert difference <= tolerance, f"the first logits differ by {difference:.3g}"
    pairs = zip(answer.tokens, cold.tokens, cold.all_logits, strict=False)
    for index, (token, expected, logits) in enumerate(pairs):
        if token != expected:
            second, best = np.sort(logits)[-2:]
            assert best - second <= tolerance, f"token {index} differs"
            return


def make_asker(checkpoint: Checkpoint, spills: SpillFolder | None = None, **options: int) -> Asker:
    """A fresh engine on loaded weights; `options` are those of `Limits`."""
    limits = {"pixel_budget": 1280, "max_pixels": MAX_PIXELS, "memory_bytes": 2**30} | options
    model = LoadedModel("test", "test", checkpoint.context_length)
    checkpoint = replace(checkpoint, family=copy(checkpoint.family))
    return Asker(ResidentModel(model, checkpoint, Limits(**limits), spills))


def with_template(checkpoint: Checkpoint, template: str) -> Checkpoint:
    """The same model behind another chat template."""
    family = copy(checkpoint.family)
    family.template = OwnTemplate(checkpoint.processor.tokenizer, template)
    return replace(checkpoint, family=family, chat_template=template)


def draw_shape(
    folder: Path,
    shape: str = "circle",
    color: str = "red",
    size: tuple[int, int] = (64, 64),
    name: str = "",
) -> PromptImage:
    """Draws a shape into a picture file."""
    image = Image.new("RGB", size, "white")
    width, height = size
    box = (width // 8, height // 8, width * 5 // 8, height * 5 // 8)
    pen = ImageDraw.Draw(image)
    pen.ellipse(box, fill=color) if shape == "circle" else pen.rectangle(box, fill=color)
    path = folder / (name or f"{color} {shape} {width}x{height}.png")
    image.save(path)
    return PromptImage(path, hashlib.sha256(path.read_bytes()).hexdigest(), path.name)


def sheet_image(folder: Path) -> PromptImage:
    """Draws a file of two pages."""
    path = draw_sheet(folder)
    return PromptImage(path, hashlib.sha256(path.read_bytes()).hexdigest(), path.name)
