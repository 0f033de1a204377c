"""Turns messages into the tokens that the model sees, as its family writes and places them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

from .engine import PromptMessage
from .family.family import Family
from .kv.prefix import TokenRun, common_length, first_part
from .vision import Picture

PROBES: Final = ("a", "\n\n1")
"""Texts that a question may begin with: what is the same before both is the same before any."""


class PromptBuilder:
    """Renders and tokenises the prompts of one model."""

    def __init__(self, family: Family) -> None:
        self._family = family

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
        run = self._family.placing.place(self._render(messages, thinking), pictures)
        return replace(run, variant=self._family.variant(run))

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
            self.build([*before, _with_text(question, probe)], pictures) for probe in PROBES
        )
        length = common_length(one, other)
        special = self._family.placing.masks.special_ids
        end = max((span.end for span in one.spans if span.end <= length), default=0)
        while length > end and one.tokens[length - 1] not in special:
            length -= 1
        return first_part(one, length)

    @cached_property
    def can_think(self) -> bool:
        """Whether the template lets one choose that the model thinks before it answers."""
        hello = [PromptMessage.of("user", "a")]
        return self._render(hello, True) != self._render(hello, False)

    def _render(self, messages: Sequence[PromptMessage], thinking: bool | None = None) -> str:
        mask = self._family.placing.masks.mask
        conversation = [
            {
                "role": message.role,
                "content": [
                    {"type": "text", "text": mask(part)}
                    if isinstance(part, str)
                    else {"type": "image"}
                    for part in message.parts
                ],
            }
            for message in messages
        ]
        return self._family.template(conversation, thinking)


def _with_text(question: PromptMessage, text: str) -> PromptMessage:
    """Returns the question with its last text replaced."""
    return replace(question, parts=(*question.parts[:-1], text))
