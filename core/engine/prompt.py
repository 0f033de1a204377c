"""Turns messages into the tokens that the model sees, as its family writes and places them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import Final, Literal

from ..errors import ImageError, ModelUnsupported
from .engine import PromptMessage
from .family.family import Family
from .family.template import text_part
from .kv.prefix import TokenRun, common_length, first_part
from .picture import Picture

PROBES: Final = ("a", "\n\n1")
"""Texts that a question may begin with: what is the same before both is the same before any."""


_SYSTEM_PROBE: Final = "A system prompt."


class PromptBuilder:
    """Renders and tokenises the prompts of one model."""

    def __init__(self, family: Family) -> None:
        self._family = family
        self.adapter = ""
        """What tells the model's adapter from others: KV is of use with the same one alone."""

    def build(
        self,
        messages: Sequence[PromptMessage],
        pictures: Sequence[Picture],
        *,
        thinking: bool | None = None,
        begun: str = "",
    ) -> TokenRun:
        """Returns the prompt up to the point where the answer begins, or goes on.

        Args:
            messages: the conversation, the user's new message last.
            pictures: of all messages, in order.
            thinking: whether the model shall think before it answers; None for the template's own
                way. A template that knows no such choice ignores it.
            begun: what the answer says already.

        Raises:
            ModelUnsupported: the chat template does not place the pictures.
            ImageError: there are more of them than the model takes.
        """
        most = self._family.most_pictures
        if 0 < most < len(pictures):
            raise ImageError(
                f"The model takes {most} picture in a conversation, and this is picture "
                f"{len(pictures)}; start a new conversation for it."
            )
        rendered = self._render(messages, thinking) + self._family.placing.masks.mask(begun)
        run = self._family.placing.place(rendered, pictures)
        return replace(run, variant=" ".join([self.adapter, self._family.variant(run)]).strip())

    def build_draft(
        self,
        messages: Sequence[PromptMessage],
        pictures: Sequence[Picture],
        *,
        thinking: bool | None = None,
    ) -> TokenRun:
        """Returns what the prompt starts with whatever text its last message will have.

        Ends after a special token, which no text merges with: the last picture's end, or where
        the last message begins.

        Args:
            messages: the conversation, the question to come last; its last part, which is its text,
                is left out.
            pictures: of all messages, in order.
            thinking: as in `build`.

        Raises:
            ModelUnsupported: the chat template does not place the pictures.
        """
        *before, question = messages
        one, other = (
            self.build([*before, _with_text(question, probe)], pictures, thinking=thinking)
            for probe in PROBES
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
        try:
            return self._render(hello, True) != self._render(hello, False)
        except ModelUnsupported:
            return False

    def _render(self, messages: Sequence[PromptMessage], thinking: bool | None = None) -> str:
        if messages[0].role == "system" and self._system_form == "none":
            messages = _without_system(messages)
        conversation = [
            {"role": message.role, "content": self._content(message)} for message in messages
        ]
        return self._family.template(conversation, thinking)

    def _content(self, message: PromptMessage) -> str | list[dict[str, str]]:
        mask = self._family.placing.masks.mask
        if message.role == "system" and self._system_form == "text":
            return mask(message.text)
        return [
            text_part(mask(part)) if isinstance(part, str) else {"type": "image"}
            for part in message.parts
        ]

    @cached_property
    def _system_form(self) -> Literal["parts", "text", "none"]:
        """How the template takes a system prompt; `none` where it drops or refuses one."""
        question = {"role": "user", "content": [text_part("a")]}
        forms: tuple[tuple[Literal["parts", "text"], object], ...] = (
            ("parts", [text_part(_SYSTEM_PROBE)]),
            ("text", _SYSTEM_PROBE),
        )
        for form, content in forms:
            with suppress(ModelUnsupported):
                written = self._family.template([{"role": "system", "content": content}, question])
                # A template that expects text writes a list as Python does.
                if _SYSTEM_PROBE in written and f"'{_SYSTEM_PROBE}'" not in written:
                    return form
        return "none"


def _without_system(messages: Sequence[PromptMessage]) -> Sequence[PromptMessage]:
    """Returns the messages with the system prompt at the start of the first question."""
    system, question, *rest = messages
    return [replace(question, parts=(f"{system.text}\n\n", *question.parts)), *rest]


def _with_text(question: PromptMessage, text: str) -> PromptMessage:
    """Returns the question with its last text replaced."""
    return replace(question, parts=(*question.parts[:-1], text))
