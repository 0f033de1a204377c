"""What a checkpoint's processor makes of texts and pictures, and which tokens are a picture's."""

from collections.abc import Sequence
from typing import Any, Final

import mlx.core as mx
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..mlx_vlm_names import prepare_inputs, should_add_special_tokens

_FOR_TOKENIZER: Final = (
    "add_special_tokens",
    "max_length",
    "padding",
    "padding_side",
    "truncation",
)

_OF_TOKENS: Final = (
    "attention_mask",
    "input_ids",
    "mm_token_type_ids",
    "pixel_values",
    "token_type_ids",
)
"""Of the processor's outputs, those that no picture brings with it, and its pixels."""

_IMAGE_TOKENS: Final = ("image_token_id", "image_token_index", "media_placeholder_token_id")
"""What configs call the token that stands for a row of a picture's features."""

Inputs = dict[str, Any]
"""What a model is given, by name."""


class Processing:
    """A checkpoint's processor."""

    def __init__(self, model: Any, processor: Any) -> None:
        self.processor = processor
        self.tokenizer = getattr(processor, "tokenizer", processor)
        config = model.config
        self._image_index = getattr(config, "image_token_index", None)
        self.adds_special = should_add_special_tokens(config.model_type, processor)
        """Whether prompts get the tokens that the tokenizer adds by itself."""
        found = (getattr(config, name, None) for name in _IMAGE_TOKENS)
        self._image_ids = sorted({int(token) for token in found if token is not None})

    def prepare(self, text: str, images: Sequence[Image.Image]) -> Inputs:
        """Returns what the model is given for a text and the pictures that it has marks of.

        Raises:
            ValueError: the processor can't take these pictures, or their number.
        """
        try:
            return self._prepare(text, images)
        except ValueError:
            if not images or isinstance(self.processor.image_processor, _Lenient):
                raise
        # Some processors of mlx-vlm hand all that they are given to their image processor, and
        # those of transformers refuse what they don't know.
        strict = self.processor.image_processor
        self.processor.image_processor = _Lenient(strict)
        try:
            return self._prepare(text, images)
        except ValueError:
            self.processor.image_processor = strict
            raise

    def _prepare(self, text: str, images: Sequence[Image.Image]) -> Inputs:
        inputs = prepare_inputs(
            self.processor,
            images=[image.copy() for image in images] or None,
            prompts=text,
            image_token_index=self._image_index,
            add_special_tokens=self.adds_special,
        )
        return dict(inputs)

    def is_picture(self, tokens: Sequence[int]) -> NDArray[np.bool_]:
        """Returns which tokens stand for rows of pictures' features."""
        ids = np.asarray(tokens)
        return (ids < 0) | np.isin(ids, self._image_ids)


class _Lenient:
    """An image processor that ignores what is meant for the tokenizer."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        known = {name: value for name, value in named.items() if name not in _FOR_TOKENIZER}
        return self._inner(*arguments, **known)


def token_list(inputs: Inputs) -> list[int]:
    """Returns the tokens of the only prompt."""
    tokens: list[int] = np.array(inputs["input_ids"]).reshape(-1).tolist()
    return tokens


def of_pictures(inputs: Inputs) -> Inputs:
    """Returns what comes with the pictures beside their pixels, such as sizes and grids."""
    return {name: value for name, value in inputs.items() if name not in _OF_TOKENS}


def types_of(inputs: Inputs, is_picture: NDArray[np.bool_]) -> Inputs:
    """Returns the types of other tokens, under the names by which the processor gives them."""
    kinds = mx.array(is_picture[None].astype(np.int32))
    return {name: kinds for name in ("mm_token_type_ids", "token_type_ids") if name in inputs}
