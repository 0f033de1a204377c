"""Any family, called through the contract that all of mlx-vlm's share.

`get_input_embeddings` makes the rows of a prompt, those of pictures among them, and the language
model computes rows on caches. A picture's rows are made once, by a prompt of that picture alone,
and are put in their places afterwards.

Some families scale the rows that they are given in place, and some keep the positions of the last
prompt on the module: rows are copied before each call, and positions are given or forgotten.
"""

from collections.abc import Sequence
from copy import copy
from typing import Any, Final

import mlx.core as mx
import numpy as np
from PIL import Image

from ..kv.prefix import ImageSpan, TokenRun
from ..mlx_vlm_names import SINGLE_IMAGE_ONLY_MODELS, make_prompt_cache
from ..picture import PictureShape, PictureSize
from .family import Chunk, Family, Features, Reuse
from .grid import Grid, has_grid
from .marked_pictures import find_placing
from .marks import PictureMark, find_template
from .positions import next_position, rope_positions
from .processing import Inputs, Processing, of_pictures, token_list, types_of
from .reuse_rules import find_reuse, long_after, pictures_are_independent

_SHRINKING: Final = 0.9
"""By how much a picture is made smaller that still takes too many tokens."""

_LEAST_SIDE: Final = 28
"""Pixels; no picture is made smaller than that."""


class Generic(Family):
    """A family that only mlx-vlm knows."""

    def __init__(self, model: Any, processor: Any, chat_template: str) -> None:
        """Finds out how pictures are placed, and what can be reused.

        Raises:
            ModelUnsupported: pictures can't be placed.
        """
        self._model = model
        self._language = model.language_model
        self._layer_count = len(make_prompt_cache(self._language))
        self._processing = Processing(model, processor)
        self.template, self._mark = find_template(
            processor, chat_template, model.config.model_type, self._is_mark
        )
        image_processor = getattr(processor, "image_processor", None)
        self._grid = Grid(image_processor) if has_grid(image_processor) else None
        placed = find_placing(
            self._processing, self.template, self._mark, in_grids=self._grid is not None
        )
        self.placing, self._pictures, self.most_pictures = placed
        self.fits_by_arithmetic = self._grid is not None
        self._has_grid_positions = callable(getattr(self._language, "get_rope_index", None))
        self._long_after = long_after(self._language)
        self.reuse = find_reuse(self, model)
        self._is_independent: bool | None = None
        if model.config.model_type in SINGLE_IMAGE_ONLY_MODELS:
            self.most_pictures = 1

    def fit(self, width: int, height: int, budget: int) -> PictureSize:
        """Returns how a picture of this size reaches the processor, which may resize it again."""
        if self._grid is not None:
            return self._grid.fit(width, height, budget)
        whole = size = PictureSize(width, height, self._token_count(width, height))
        while size.tokens > budget:
            scale = min(_SHRINKING, (budget / size.tokens) ** 0.5)
            width, height = round(scale * size.width), round(scale * size.height)
            if min(width, height) < _LEAST_SIDE:
                # However small, it takes as many: the processor enlarges it again.
                return whole
            size = PictureSize(width, height, self._token_count(width, height))
        return size

    def shape(self, width: int, height: int) -> PictureShape:
        """Returns how the tokens of a picture of this size lie."""
        if self._grid is not None:
            return self._grid.shape(width, height)
        return PictureShape(height, width, self._token_count(width, height))

    def encode(self, pixels: Image.Image) -> Features:
        """Returns the rows that the picture has in a prompt of it alone."""
        inputs = self.inputs([pixels])
        tokens = token_list(inputs)
        found = self.embed(tokens, inputs)
        rows = mx.array(np.flatnonzero(self._processing.is_picture(tokens)))
        return Features(found.inputs_embeds[0][rows], tuple(found.deepstack_visual_embeds or ()))

    def encoding_rows(self, shape: PictureShape) -> int:
        """Returns how many rows the picture has."""
        return shape.length or shape.rows * shape.columns

    def make_layers(self) -> list[Any]:
        """Returns empty caches."""
        layers: list[Any] = make_prompt_cache(self._model.language_model)
        return layers[: self._layer_count]

    def next_position(self, spans: Sequence[ImageSpan], length: int) -> int:
        """Returns the position of the text token that follows `length` tokens."""
        return next_position(spans, length) if self._has_grid_positions else length

    def extend(self, chunk: Chunk, layers: list[Any]) -> Any:
        """Adds the KV of a chunk's tokens; the prompt's last token is computed by itself.

        Else the logits after all tokens would be computed, to be thrown away.
        """
        if chunk.pixels or self.reuse.kind == "cold":
            return self._extend_whole(chunk, layers)
        last = chunk.end - 1
        if not chunk.is_last or last == chunk.start:
            return self._extend(chunk, chunk.start, chunk.end, layers)
        self._extend(chunk, chunk.start, last, layers)
        return self._extend(chunk, last, chunk.end, layers)

    def step(self, token: Any, position: int, layers: list[Any]) -> Any:
        """Returns the logits after one generated token."""
        return self._continue(token[None], position, layers)[:, -1]

    def steps(self, tokens: Sequence[int], position: int, layers: list[Any]) -> Any:
        """Returns the logits after each of some text tokens."""
        return self._continue(mx.array([tokens]), position, layers)

    def variant(self, run: TokenRun) -> str:
        """Returns the pictures where they are encoded with the prompt, and whether it is long."""
        parts = ["long"] if self._is_long(run) else []
        if run.spans and self._joins_pictures(run):
            parts += [f"{span.sha256}@{span.start}" for span in run.spans]
        return " ".join(parts)

    def why_whole(self, prompt: TokenRun, held: int) -> str:
        """Returns why all that follows a prompt's first `held` tokens is one chunk; else empty."""
        if self.reuse.kind == "cold" or self.takes_pixels(prompt, held):
            return self.reuse.reason
        if held < self._long_after and self._is_long(prompt):
            return f"past {self._long_after:,} tokens the model counts positions in another way"
        return ""

    def takes_pixels(self, prompt: TokenRun, held: int) -> bool:
        """Whether its pictures are encoded with the prompt."""
        return bool(prompt.spans) and prompt.spans[-1].end > held and self._joins_pictures(prompt)

    def few_layers(self) -> "Generic":
        """Returns the model with its first decoder layers, up to one of each kind."""
        few = copy(self)
        few._layer_count = _first_of_each_kind(self.make_layers())
        few._language = decoder = copy(self._language)
        if "layers" not in decoder:
            decoder.model = decoder = copy(self._language.model)
        decoder.layers = decoder.layers[: few._layer_count]
        return few

    def encode_little(self, pixels: Image.Image) -> Any:
        """Returns the picture's rows: which part of the vision half is a small one is not known."""
        return self.encode(pixels).embeddings

    def inputs(self, pictures: Sequence[Image.Image]) -> Inputs:
        """Returns what the model is given for a prompt of pictures alone."""
        marks = "".join(map(self._mark.write, range(1, len(pictures) + 1)))
        inputs = self._processing.prepare(marks, pictures)
        if self._grid is not None and len(pictures) == 1:
            # At the size that it has: the processor may have others in mind than the budget.
            inputs["pixel_values"], inputs["image_grid_thw"] = self._grid.patches(pictures[0])
            count = self.encoding_rows(self._grid.shape(*pictures[0].size))
            tokens = token_list(inputs)
            places = np.flatnonzero(self._processing.is_picture(tokens))
            rows = count * [tokens[places[0]]]
            tokens = [*tokens[: places[0]], *rows, *tokens[places[-1] + 1 :]]
            inputs["input_ids"] = mx.array([tokens])
        return inputs

    def embed(self, tokens: Sequence[int], inputs: Inputs) -> Any:
        """Returns mlx-vlm's rows of a prompt, its pictures' among them, not yet evaluated.

        Args:
            tokens: of the prompt.
            inputs: of its pictures; empty for none.
        """
        self._forget_positions()
        ids = mx.array([tokens])
        return self._model.get_input_embeddings(
            ids,
            inputs.get("pixel_values"),
            mask=mx.ones(ids.shape, dtype=mx.int32),
            **of_pictures(inputs),
            **types_of(inputs, self._processing.is_picture(tokens)),
        )

    def is_picture(self, tokens: Sequence[int]) -> Any:
        """Returns which tokens stand for rows of pictures."""
        return self._processing.is_picture(tokens)

    def _token_count(self, width: int, height: int) -> int:
        return len(self._pictures.tokens((width, height)))

    def _is_mark(self, mark: PictureMark) -> bool:
        blank = Image.new("RGB", (_LEAST_SIDE, _LEAST_SIDE))
        try:
            tokens = token_list(self._processing.prepare(mark.first, [blank]))
        except ValueError:
            return False
        return bool(self._processing.is_picture(tokens).any())

    def _is_long(self, run: TokenRun) -> bool:
        return 0 < self._long_after < len(run)

    def _joins_pictures(self, run: TokenRun) -> bool:
        """Whether the rows of this prompt's pictures are not those of each alone."""
        if self.reuse.kind != "full" or len(run.spans) < 2:
            return self.reuse.kind != "full"
        if self._is_independent is None:
            self._is_independent = pictures_are_independent(self)
            if not self._is_independent:
                self.reuse = Reuse("text", "its pictures are encoded together")
        return not self._is_independent

    def _extend(self, chunk: Chunk, start: int, end: int, layers: list[Any]) -> Any:
        tokens = chunk.prompt.tokens[start:end]
        found = self.embed(tokens, {})
        rows = mx.array(found.inputs_embeds)
        named: dict[str, Any] = {}
        if found.per_layer_inputs is not None:
            named["per_layer_inputs"] = found.per_layer_inputs
        visual = np.zeros(len(tokens), dtype=bool)
        deepstack: list[list[Any]] = []
        for placed in chunk.pictures:
            span, features = placed.span, placed.features
            first, stop = max(span.start, start), min(span.end, end)
            if first >= stop:
                continue
            is_row = self._processing.is_picture(chunk.prompt.tokens[span.start : span.end])
            held = int(is_row[: first - span.start].sum())
            places = first - start + np.flatnonzero(is_row[first - span.start : stop - span.start])
            part = slice(held, held + len(places))
            rows[0, mx.array(places)] = features.embeddings[part].astype(rows.dtype)
            visual[places] = True
            deepstack.append([layer[part] for layer in features.deepstack])
        if deepstack and deepstack[0]:
            named["visual_pos_masks"] = mx.array(visual[None])
            named["deepstack_visual_embeds"] = [
                mx.concatenate(list(parts)) for parts in zip(*deepstack, strict=True)
            ]
        if self._has_grid_positions:
            positions = rope_positions(chunk.prompt.spans, end)[:, start:]
            named["position_ids"] = mx.array(positions)[:, None]
        return self._call(tokens, rows, named, layers)

    def _extend_whole(self, chunk: Chunk, layers: list[Any]) -> Any:
        """Computes a prompt as mlx-vlm does, at once."""
        inputs = self.inputs(chunk.pixels) if chunk.pixels else {}
        found = self.embed(chunk.tokens, inputs)
        named = {name: it for name, it in found.to_dict().items() if it is not None}
        rows = mx.array(named.pop("inputs_embeds"))
        types = types_of(inputs, self._processing.is_picture(chunk.tokens))
        return self._call(chunk.tokens, rows, of_pictures(inputs) | types | named, layers)

    def _continue(self, tokens: Any, position: int, layers: list[Any]) -> Any:
        named = {}
        if self._has_grid_positions:
            count = tokens.shape[1]
            positions = mx.arange(position, position + count, dtype=mx.int32)
            named["position_ids"] = mx.broadcast_to(positions, (3, 1, count))
        self._forget_positions()
        return self._language(tokens, cache=layers, **named).logits

    def _call(
        self, tokens: Sequence[int], rows: Any, named: dict[str, Any], layers: list[Any]
    ) -> Any:
        """Returns the logits after the last of some tokens."""
        self._forget_positions()
        ids = mx.array([tokens])
        return self._language(ids, inputs_embeds=rows, cache=layers, **named).logits[:, -1]

    def _forget_positions(self) -> None:
        """Frees the positions of whatever prompt was computed before."""
        for name in ("_position_ids", "_rope_deltas"):
            if hasattr(self._language, name):
                setattr(self._language, name, None)


def _first_of_each_kind(layers: Sequence[Any]) -> int:
    """Returns how many first caches there are with one of each kind."""
    seen: dict[tuple[type, int], int] = {}
    for index, cache in enumerate(layers, 1):
        seen.setdefault((type(cache), getattr(cache, "max_size", 0)), index)
    return max(seen.values())
