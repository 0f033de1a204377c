"""Places pictures by the processor itself, for those that tokenise a prompt piece by piece."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from PIL import Image

from ..kv.prefix import ImageSpan, TokenRun
from ..picture import Picture
from .marks import PictureMark
from .masks import Masks
from .placing import PictureTokens, Placing
from .processing import Processing, token_list
from .template import misplaced

_MOST_SEGMENTS: Final = 256
"""How many are remembered: those of a conversation come again with each turn."""

_SIDE: Final = 32
"""Pixels across and down of the picture that stands in for others."""


class SegmentPlacing(Placing):
    """Gives the processor each text between two pictures, with small ones in their place.

    What users type and no text may spell is broken up, since the processor would take it for what
    it spells.
    """

    def __init__(
        self,
        masks: Masks,
        mark: PictureMark,
        processing: Processing,
        picture_tokens: PictureTokens,
    ) -> None:
        """Makes a placing.

        Args:
            masks: of the tokenizer.
            mark: of pictures.
            processing: the checkpoint's processor.
            picture_tokens: the tokens of a picture, from its first row to its last.
        """
        self.masks = masks
        self._mark = mark
        self._processing = processing
        self._picture_tokens = picture_tokens
        self._known: dict[tuple[bool, str, bool], list[int]] = {}

    def place(self, rendered: str, pictures: Sequence[Picture]) -> TokenRun:
        """Returns the tokens of a rendered prompt, and where its pictures are.

        Raises:
            ModelUnsupported: it has other marks than one for each picture.
        """
        segments = self._mark.pattern.split(self.masks.defuse(rendered))
        if len(segments) != len(pictures) + 1:
            raise misplaced()
        if not pictures:
            return TokenRun(token_list(self._processing.prepare(segments[0], ())))
        tokens: list[int] = []
        spans: list[ImageSpan] = []
        for number, segment in enumerate(segments):
            is_last = number == len(pictures)
            tokens += self._tokens(bool(number), segment, not is_last)
            if not is_last:
                spans.append(pictures[number].span(len(tokens)))
                tokens += self._picture_tokens(pictures[number], number + 1)
        return TokenRun(tokens, spans)

    def _tokens(self, follows: bool, segment: str, precedes: bool) -> list[int]:
        """Returns the tokens of a text that follows a picture, or precedes one, or both."""
        key = (follows, segment, precedes)
        if key not in self._known:
            if len(self._known) >= _MOST_SEGMENTS:
                del self._known[next(iter(self._known))]
            self._known[key] = self._tokenise(*key)
        return self._known[key]

    def _tokenise(self, follows: bool, segment: str, precedes: bool) -> list[int]:
        count = follows + precedes
        before = self._mark.write(1) if follows else ""
        after = self._mark.write(count) if precedes else ""
        images = [Image.new("RGB", (_SIDE, _SIDE))] * count
        tokens = token_list(self._processing.prepare(before + segment + after, images))
        rows = np.flatnonzero(self._processing.is_picture(tokens))
        if count == 2:
            gap = max(pairwise(rows.tolist()), key=lambda pair: pair[1] - pair[0])
            return tokens[gap[0] + 1 : gap[1]]
        return tokens[rows[-1] + 1 :] if follows else tokens[: rows[0]]
