"""Turns messages into the tokens that the model sees, through the checkpoint's own chat template.

What users type must never act as a token of the template: `<|im_end|>` in a message is seven
characters and some, not the end of the message. Texts that spell a special token are masked while
the template runs and tokenised with special tokens switched off; all other prompts take the
tokenizer's plain way.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from ..errors import ModelUnsupported
from .engine import PromptMessage
from .kv.prefix import ImageSpan, TokenRun, common_length, spans_within
from .vision import Picture

_PROBES: Final = ("a", "\n\n1")
"""Texts that a question may begin with: what is the same before both is the same before any."""

_MASK: Final = "\ufdd0{}\ufdd1"
_MASKED: Final = re.compile("\ufdd0([0-9]+)\ufdd1")


class PromptBuilder:
    """Renders and tokenises the prompts of one checkpoint."""

    def __init__(self, tokenizer: Any, chat_template: str, image_token: int) -> None:
        self._tokenizer = tokenizer
        self._chat_template = chat_template
        self._image_token = image_token
        special: list[str] = tokenizer.all_special_tokens
        self._special_ids = frozenset(tokenizer.all_special_ids)
        self._special = re.compile("|".join(map(re.escape, special)))
        # A text that spells a mask is masked too.
        self._literals = [*special, _MASK[0]]
        self._masked = re.compile("|".join(map(re.escape, self._literals)))

    def build(
        self,
        messages: Sequence[PromptMessage],
        pictures: Sequence[Picture],
        *,
        thinking: bool | None = None,
    ) -> TokenRun:
        """Returns the prompt up to the point where the answer begins.

        Args:
            messages: the conversation, the user's new message last.
            pictures: of all messages, in order.
            thinking: whether the model shall think before it answers; None for the template's own
                way. A template that knows no such choice ignores it.

        Raises:
            ModelUnsupported: the chat template does not place the pictures.
        """
        rendered = self._render(messages, thinking)
        if _MASKED.search(rendered):
            tokens = self._tokenise_masked(rendered)
        else:
            tokens = self._tokenise(rendered)
        if tokens.count(self._image_token) != len(pictures):
            raise ModelUnsupported(
                "The model's chat template does not place pictures; choose another model."
            )
        return _place(tokens, pictures, self._image_token)

    def build_draft(
        self, messages: Sequence[PromptMessage], pictures: Sequence[Picture]
    ) -> TokenRun:
        """Returns what the prompt starts with whatever text its last message will have.

        Ends after a special token, which no text merges with: the last picture's end, or where
        the last message begins.

        Args:
            messages: the conversation, the question to come last; its last part, which is its text,
                is left out.
            pictures: of all messages, in order.

        Raises:
            ModelUnsupported: the chat template does not place the pictures.
        """
        *before, question = messages
        one, other = (
            self.build([*before, _with_text(question, probe)], pictures) for probe in _PROBES
        )
        length = common_length(one, other)
        while length > 0 and one.tokens[length - 1] not in self._special_ids:
            length -= 1
        return TokenRun(one.tokens[:length], spans_within(one.spans, length))

    @cached_property
    def can_think(self) -> bool:
        """Whether the template lets one choose that the model thinks before it answers."""
        hello = [PromptMessage.of("user", "a")]
        return self._render(hello, True) != self._render(hello, False)

    def _render(self, messages: Sequence[PromptMessage], thinking: bool | None = None) -> str:
        conversation = [
            {
                "role": message.role,
                "content": [
                    {"type": "text", "text": self._mask(part)}
                    if isinstance(part, str)
                    else {"type": "image"}
                    for part in message.parts
                ],
            }
            for message in messages
        ]
        choice = {} if thinking is None else {"enable_thinking": thinking}
        rendered: str = self._tokenizer.apply_chat_template(
            conversation,
            chat_template=self._chat_template,
            tokenize=False,
            add_generation_prompt=True,
            **choice,
        )
        return rendered

    def _mask(self, text: str) -> str:
        return self._masked.sub(
            lambda match: _MASK.format(self._literals.index(match.group())), text
        )

    def _unmask(self, text: str) -> str:
        return _MASKED.sub(lambda match: self._literals[int(match.group(1))], text)

    def _tokenise(self, text: str, *, with_special: bool = True) -> list[int]:
        encoding = self._tokenizer(
            text, add_special_tokens=False, split_special_tokens=not with_special
        )
        return list(encoding["input_ids"])

    def _tokenise_masked(self, rendered: str) -> list[int]:
        tokens: list[int] = []
        end = 0
        for match in self._special.finditer(rendered):
            tokens += self._tokenise(
                self._unmask(rendered[end : match.start()]), with_special=False
            )
            tokens.append(self._tokenizer.convert_tokens_to_ids(match.group()))
            end = match.end()
        return tokens + self._tokenise(self._unmask(rendered[end:]), with_special=False)


def _with_text(question: PromptMessage, text: str) -> PromptMessage:
    """Returns the question with its last text replaced."""
    return replace(question, parts=(*question.parts[:-1], text))


def _place(tokens: list[int], pictures: Sequence[Picture], image_token: int) -> TokenRun:
    """Widens the placeholder of each picture to as many tokens as the picture takes."""
    placed: list[int] = []
    spans: list[ImageSpan] = []
    rest = iter(pictures)
    for token in tokens:
        if token == image_token:
            picture = next(rest)
            spans.append(ImageSpan(len(placed), picture.rows, picture.columns, picture.sha256))
            placed += [image_token] * (picture.rows * picture.columns)
        else:
            placed.append(token)
    return TokenRun(placed, spans)
