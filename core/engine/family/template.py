"""Writes a conversation as the text of a prompt, pictures as the marks that the model knows."""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from jinja2 import TemplateError

from ...errors import ModelUnsupported

TEMPLATE_ERRORS: Final = (
    TemplateError,
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
"""What a broken template raises: jinja's own errors, and those of what it computes."""

Conversation = Sequence[dict[str, Any]]
"""Messages with a `role`, and as `content` a list of parts of the `type` text or image."""


def text_part(text: str) -> dict[str, str]:
    """Returns a text as a part of a message; some templates ask for its `content`."""
    return {"type": "text", "text": text, "content": text}


class ChatTemplate(Protocol):
    """Anything that writes conversations."""

    def __call__(self, conversation: Conversation, thinking: bool | None = None) -> str:
        """Returns the prompt up to the point where the answer begins.

        Args:
            conversation: what was said so far.
            thinking: whether the model shall think before it answers; None for the template's own
                way. A template that knows no such choice ignores it.

        Raises:
            ModelUnsupported: the template can't write this conversation.
        """


class OwnTemplate:
    """The checkpoint's own chat template, given the parts as they are."""

    def __init__(self, tokenizer: Any, template: str) -> None:
        self._tokenizer = tokenizer
        self._template = template

    def __call__(self, conversation: Conversation, thinking: bool | None = None) -> str:
        """Returns the prompt, as `ChatTemplate` says."""
        choice = {} if thinking is None else {"enable_thinking": thinking}
        try:
            rendered: str = self._tokenizer.apply_chat_template(
                list(conversation),
                chat_template=self._template,
                tokenize=False,
                add_generation_prompt=True,
                **choice,
            )
        except TEMPLATE_ERRORS as error:
            raise template_failure(error) from error
        return rendered


def template_failure(error: Exception) -> ModelUnsupported:
    """Returns the error for a template that failed."""
    reason = str(error).strip().partition("\n")[0].rstrip(".")
    return ModelUnsupported(
        f"The model's chat template can't write this conversation ({reason}); choose another model."
    )


def misplaced() -> ModelUnsupported:
    """Returns the error for a template that leaves pictures out, or adds some."""
    return ModelUnsupported(
        "The model's chat template does not place pictures; choose another model."
    )
