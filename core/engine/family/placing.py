"""Turns the text of a prompt into tokens, as many for each picture as the picture takes."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from ..kv.prefix import ImageSpan, TokenRun
from ..picture import Picture
from .masks import Masks
from .template import misplaced

PictureTokens = Callable[[Picture, int], Sequence[int]]
"""Returns the tokens of a picture, which is the prompt's first, second or so on, from 1."""


class Placing(ABC):
    """Where a family's pictures stand in a prompt, and which tokens they are."""

    masks: Masks
    """What no text may spell."""

    @abstractmethod
    def place(self, rendered: str, pictures: Sequence[Picture]) -> TokenRun:
        """Returns the tokens of a rendered prompt, and where its pictures are.

        Args:
            rendered: what the template wrote of masked texts.
            pictures: as many as it has marks, in order.

        Raises:
            ModelUnsupported: there are more of them, or fewer.
        """


class MarkPlacing(Placing):
    """For prompts that are tokenised as a whole, a single token standing for each picture."""

    def __init__(
        self,
        masks: Masks,
        mark: "re.Pattern[str]",
        stand_in: tuple[str, int],
        written: str,
        picture_tokens: PictureTokens,
    ) -> None:
        """Makes a placing.

        Args:
            masks: of the tokenizer.
            mark: finds a picture in a rendered prompt.
            stand_in: a token that a text can't be, as text and as number.
            written: what is tokenised in place of a mark; holds the stand-in once.
            picture_tokens: what takes the stand-in's place.
        """
        self.masks = masks
        self._mark = mark
        self._stand_in = stand_in[1]
        self._written = written
        self._picture_tokens = picture_tokens

    def place(self, rendered: str, pictures: Sequence[Picture]) -> TokenRun:
        """Returns the tokens of a rendered prompt, and where its pictures are.

        Raises:
            ModelUnsupported: it has other marks than one for each picture.
        """
        written = self._mark.sub(lambda _: self._written, rendered)
        tokens = self.masks.tokenise(written)
        if tokens.count(self._stand_in) != len(pictures):
            raise misplaced()
        placed: list[int] = []
        spans: list[ImageSpan] = []
        for token in tokens:
            if token == self._stand_in:
                picture = pictures[len(spans)]
                spans.append(picture.span(len(placed)))
                placed += self._picture_tokens(picture, len(spans))
            else:
                placed.append(token)
        return TokenRun(placed, spans)
