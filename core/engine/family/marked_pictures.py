"""Which tokens pictures take, as the processor itself says of blank ones of their size."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from PIL import Image

from ...errors import ModelUnsupported
from ..engine import PromptImage
from ..picture import Picture
from .marks import PictureMark
from .masks import Masks
from .placing import MarkPlacing, PictureTokens, Placing
from .processing import Processing, token_list
from .segments import SegmentPlacing
from .template import ChatTemplate, text_part

_MOST_SIZES: Final = 256
"""How many sizes of pictures are remembered."""

_PROBE_SIZES: Final = ((64, 48), (48, 80))
"""Pixels across and down of the pictures with which it is found out how they are placed."""

_NO_FILE: Final = PromptImage(Path(), "")

Size = tuple[int, int]
"""Pixels across and down."""


class _Written(NamedTuple):
    """What a processor makes of a mark: text, a picture's tokens, text."""

    before: str
    tokens: list[int]
    after: str


class MarkedPictures:
    """The tokens of pictures by their size."""

    def __init__(
        self, processing: Processing, masks: Masks, mark: PictureMark, *, rows_only: bool
    ) -> None:
        """Makes what finds them.

        Args:
            processing: the checkpoint's processor.
            masks: of its tokenizer.
            mark: of a picture.
            rows_only: whether a picture goes from its first row to its last, and not from the
                first to the last special token.
        """
        self._processing = processing
        self._masks = masks
        self._mark = mark
        self._rows_only = rows_only
        self._known: dict[Size, _Written] = {}

    def tokens(self, size: Size) -> list[int]:
        """Returns the tokens of a prompt's first picture, separators among them included.

        Raises:
            ValueError: the processor can't take a picture of this size.
        """
        return self.written(size).tokens

    def numbered(self, picture: Picture, number: int) -> Sequence[int]:
        """Returns the tokens of a picture, which is the prompt's first, second or so on."""
        if not picture.length:
            # A grid of rows, of which any other picture has the same.
            return self.tokens(_PROBE_SIZES[0])[:1] * (picture.rows * picture.columns)
        tokens = self.tokens((picture.columns, picture.rows))
        return [-number if token < 0 else token for token in tokens]

    def written(self, size: Size) -> _Written:
        """Returns what the processor makes of a mark with a picture of this size."""
        if size not in self._known:
            if len(self._known) >= _MOST_SIZES:
                del self._known[next(iter(self._known))]
            self._known[size] = self._ask(size)
        return self._known[size]

    def _ask(self, size: Size) -> _Written:
        inputs = self._processing.prepare(self._mark.first, [Image.new("RGB", size)])
        tokens = token_list(inputs)
        lead = token_list(self._processing.prepare("", ())) if self._processing.adds_special else []
        start = len(lead) if lead and tokens[: len(lead)] == lead else 0
        is_part = self._processing.is_picture(tokens).tolist()
        if not self._rows_only:
            special = self._masks.special_ids
            is_part = [it or token in special for it, token in zip(is_part, tokens, strict=True)]
        places = [place for place in range(start, len(tokens)) if is_part[place]]
        if not places:
            raise ValueError(f"{self._mark.first} stands for no picture")
        first, last = places[0], places[-1] + 1
        spell = self._processing.tokenizer.decode
        return _Written(spell(tokens[start:first]), tokens[first:last], spell(tokens[last:]))


class Placed(NamedTuple):
    """How pictures are placed, and what is known by that."""

    placing: Placing
    pictures: MarkedPictures
    most_pictures: int
    """In a prompt; 0 for any number."""


def find_placing(
    processing: Processing, template: ChatTemplate, mark: PictureMark, *, in_grids: bool
) -> Placed:
    """Returns the way to place pictures that gives the very tokens that the processor gives.

    Args:
        processing: the checkpoint's processor.
        template: of its prompts.
        mark: of a picture in them.
        in_grids: whether a picture is a grid of rows, with nothing else among them.

    Raises:
        ModelUnsupported: there is none.
    """
    masks = Masks(processing.tokenizer, [mark.literal], adds_special=processing.adds_special)
    for count in (2, 1):
        sizes = _PROBE_SIZES[:count]
        rendered = template(_probe(count))
        try:
            expected = token_list(processing.prepare(rendered, [*map(_blank, sizes)]))
        except ValueError:
            continue
        for placed in _candidates(processing, masks, mark, in_grids):
            if _place(placed, rendered, sizes) == expected:
                return placed._replace(most_pictures=0 if count > 1 else 1)
    raise ModelUnsupported(
        "The model places pictures in a way that can't be followed; choose another model."
    )


def _candidates(
    processing: Processing, masks: Masks, mark: PictureMark, in_grids: bool
) -> Iterator[Placed]:
    """Yields the ways to place pictures, the fastest first."""
    pictures = MarkedPictures(processing, masks, mark, rows_only=in_grids)
    written = pictures.written(_PROBE_SIZES[0])
    rows = [token for token in written.tokens if processing.is_picture([token])[0]]
    tokens_of: PictureTokens = pictures.numbered
    if rows[0] >= 0:
        text = str(processing.tokenizer.convert_ids_to_tokens(rows[0]))
        stands = written.before + text + written.after
        placing = MarkPlacing(masks, mark.pattern, (text, rows[0]), stands, tokens_of)
        yield Placed(placing, pictures, 0)
    pictures = MarkedPictures(processing, masks, mark, rows_only=True)
    yield Placed(SegmentPlacing(masks, mark, processing, pictures.numbered), pictures, 0)


def _place(placed: Placed, rendered: str, sizes: Sequence[Size]) -> Sequence[int]:
    """Returns the tokens of a prompt with pictures of these sizes; none where it can't be."""
    pictures = [
        Picture(_NO_FILE, "", height, width, len(placed.pictures.tokens((width, height))))
        for width, height in sizes
    ]
    try:
        return placed.placing.place(rendered, pictures).tokens
    except ModelUnsupported:
        return ()


def _probe(count: int) -> list[dict[str, Any]]:
    """Returns a conversation with `count` pictures."""
    question = [{"type": "image"}, text_part("What is 1?\n")]
    user, answer = {"role": "user", "content": question}, [text_part("A word.")]
    assistant = {"role": "assistant", "content": answer}
    return [user, *[assistant, user] * (count - 1)]


def _blank(size: Size) -> Image.Image:
    return Image.new("RGB", size)
