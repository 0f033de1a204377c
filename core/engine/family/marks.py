"""Finds how pictures are marked in the prompts of a checkpoint, and by which template.

The checkpoint's own template is taken where it places pictures, else the form that mlx-vlm has for
the family.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from ...errors import ModelUnsupported
from ..mlx_vlm_names import get_chat_template, get_message_json
from .template import (
    TEMPLATE_ERRORS,
    ChatTemplate,
    Conversation,
    OwnTemplate,
    misplaced,
    template_failure,
    text_part,
)

_TEXT: Final = "\ufdd2"
"""A text that no template writes by itself."""


class PictureMark(NamedTuple):
    """How a picture is marked in a rendered prompt."""

    first: str
    """The mark of the first picture."""
    number: str = ""
    """Its number where each has another one; empty where all marks are the same."""

    @property
    def pattern(self) -> "re.Pattern[str]":
        """Finds any picture's mark."""
        parts = map(re.escape, self._parts)
        return re.compile("[0-9]+".join(parts))

    @property
    def literal(self) -> str:
        """What no text may hold lest it hold a mark."""
        return self._parts[0]

    def write(self, number: int) -> str:
        """Returns the mark of the picture of this number, from 1."""
        return str(number).join(self._parts)

    @property
    def _parts(self) -> list[str]:
        return self.first.split(self.number, 1) if self.number else [self.first]


class FamilyTemplate:
    """The form of messages that mlx-vlm has for a family, in the checkpoint's template if any."""

    def __init__(self, processor: Any, model_type: str) -> None:
        self._processor = processor
        self._model_type = model_type

    def __call__(self, conversation: Conversation, thinking: bool | None = None) -> str:
        """Returns the prompt up to the point where the answer begins.

        Args:
            conversation: what was said so far.
            thinking: as in `ChatTemplate`.

        Raises:
            ModelUnsupported: the template can't write this conversation.
        """
        choice = {} if thinking is None else {"enable_thinking": thinking}
        try:
            messages = [
                get_message_json(
                    self._model_type,
                    message["content"],
                    message["role"],
                    skip_image_token=_image_count(message) == 0,
                    num_images=_image_count(message),
                )
                for message in conversation
            ]
            rendered: str = get_chat_template(self._processor, messages, True, **choice)
        except TEMPLATE_ERRORS as error:
            raise template_failure(error) from error
        return rendered


def find_template(
    processor: Any, chat_template: str, model_type: str, is_mark: Callable[[PictureMark], bool]
) -> tuple[ChatTemplate, PictureMark]:
    """Returns the first template that places pictures, with their mark.

    Args:
        processor: of the checkpoint.
        chat_template: the checkpoint's own; empty if it has none.
        model_type: of its config.
        is_mark: whether the processor takes it for a picture.

    Raises:
        ModelUnsupported: there is none.
    """
    tokenizer = getattr(processor, "tokenizer", processor)
    templates: list[ChatTemplate] = [FamilyTemplate(processor, model_type)]
    if chat_template:
        templates.insert(0, OwnTemplate(tokenizer, chat_template))
    failure = misplaced()
    for template in templates:
        try:
            mark = find_mark(template)
        except ModelUnsupported as error:
            failure = error
            continue
        if mark is not None and is_mark(mark):
            return template, mark
    raise failure


def find_mark(template: ChatTemplate) -> PictureMark | None:
    """Returns what a template writes for a picture; None for nothing.

    Raises:
        ModelUnsupported: it can't write a conversation.
    """
    before, after = (template([_question(count)]) for count in range(2))
    written = _added(before, after)
    if not written or not before.count(_TEXT) == after.count(_TEXT) == 1:
        return None
    numbered = re.search(r"(?<![0-9])1(?![0-9])", written)
    if numbered and written[: numbered.start()] + "2" in template([_question(2)]):
        return PictureMark(written, "1")
    return PictureMark(written)


def _added(before: str, after: str) -> str:
    """Returns what stands before the text in one prompt and not in the other."""
    head, _, tail = before.partition(_TEXT)
    start, _, end = after.partition(_TEXT)
    if start != head and start.startswith(head):
        return start[len(head) :].strip()
    return end[: len(end) - len(tail)].strip() if end.endswith(tail) else ""


def _question(count: int) -> dict[str, Any]:
    images: Sequence[dict[str, str]] = [{"type": "image"}] * count
    return {"role": "user", "content": [*images, text_part(_TEXT)]}


def _image_count(message: dict[str, Any]) -> int:
    return sum(part["type"] == "image" for part in message["content"])
