"""Messages for tests that want nothing of them but what they say."""

from seeshell.core.conversation import Attachment, FinishReason, Message, TurnStats, compose


def question(
    number: int, text: str, *attachments: Attachment, parent: int | None = None
) -> Message:
    """Returns what the user said; its parent is the number before unless one is named."""
    parent_id = parent if parent is not None else (number - 1 or None)
    return Message(number, parent_id, "user", compose(text, attachments), 0.0)


def answer(
    number: int,
    text: str = "",
    reason: FinishReason | None = "stop",
    *,
    error: str = "",
    stats: TurnStats | None = None,
    model: str = "",
) -> Message:
    """Returns an answer to the message before."""
    return Message(
        number,
        number - 1 or None,
        "assistant",
        compose(text),
        0.0,
        model=model,
        finish_reason=reason,
        error=error,
        stats=stats,
    )


def opened(number: int) -> Message:
    """Returns an answer that is still being given."""
    return answer(number, reason=None)
