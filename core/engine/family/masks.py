"""Keeps what users type from acting as a token of the template.

`<|im_end|>` in a message is seven characters and some, not the end of the message. Texts that spell
a special token, or the mark of a picture, are masked while the template runs and tokenised with
special tokens switched off; all other prompts take the tokenizer's plain way.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from ...boxes import carries_boxes

_MASK: Final = "\ufdd0{}\ufdd1"
_MASKED: Final = re.compile("\ufdd0([0-9]+)\ufdd1")
_BREAK: Final = "\u200b"
"""A space without width: what holds one spells no token."""


class Masks:
    """The special tokens of a tokenizer that no text may spell, and all else that it may not."""

    def __init__(
        self, tokenizer: Any, marks: Iterable[str] = (), *, adds_special: bool = False
    ) -> None:
        """Collects what is masked.

        Args:
            tokenizer: of the checkpoint.
            marks: strings that stand for pictures, which are no special tokens.
            adds_special: whether prompts get the tokens that the tokenizer adds by itself, such as
                one for the beginning.
        """
        self._tokenizer = tokenizer
        self._adds_special = adds_special
        added = tokenizer.added_tokens_decoder.values()
        special = {*tokenizer.all_special_tokens, *(it.content for it in added if it.special)}
        self.special_ids = frozenset(tokenizer.convert_tokens_to_ids(sorted(special)))
        """Tokens that no text merges with."""
        longest_first = sorted(special, key=len, reverse=True)
        self._special = re.compile("|".join(map(re.escape, longest_first)))
        # Earlier answers hold boxes: they are read as the tokens that they were written with.
        unsafe = {token for token in special if not carries_boxes(token)}
        # A text that spells a mask is masked too.
        literals = {*unsafe, *marks, _MASK[0]}
        self._literals = sorted(literals, key=len, reverse=True)
        self._typed = re.compile("|".join(map(re.escape, self._literals)))

    def mask(self, text: str) -> str:
        """Returns a text that spells nothing special, for the template."""
        return self._typed.sub(
            lambda match: _MASK.format(self._literals.index(match.group())), text
        )

    def tokenise(self, rendered: str) -> list[int]:
        """Returns the tokens of a rendered prompt, what was masked as plain text again."""
        if not _MASKED.search(rendered):
            return self._tokenise(rendered, adds_special=self._adds_special)
        tokens = self._tokenise("", adds_special=self._adds_special)
        end = 0
        for match in self._special.finditer(rendered):
            tokens += self._tokenise_plain(rendered[end : match.start()])
            tokens.append(self._tokenizer.convert_tokens_to_ids(match.group()))
            end = match.end()
        return tokens + self._tokenise_plain(rendered[end:])

    def defuse(self, rendered: str) -> str:
        """Returns the rendered prompt with what was masked broken up, for other tokenisers."""
        return _MASKED.sub(lambda match: _broken(self._literals[int(match.group(1))]), rendered)

    def _tokenise_plain(self, text: str) -> list[int]:
        unmasked = _MASKED.sub(lambda match: self._literals[int(match.group(1))], text)
        return self._tokenise(unmasked, with_special=False)

    def _tokenise(
        self, text: str, *, with_special: bool = True, adds_special: bool = False
    ) -> list[int]:
        encoding = self._tokenizer(
            text, add_special_tokens=adds_special, split_special_tokens=not with_special
        )
        return list(encoding["input_ids"])


def _broken(literal: str) -> str:
    return literal[0] + _BREAK + literal[1:]
