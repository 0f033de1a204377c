"""What is said of an answer that is no complete success."""

from ...core.conversation import Message

_AT_LIMIT = "the answer reached its token limit and is cut off."
_STOPPED = "the answer was stopped."


def explain_ending(answer: Message, conversation: int, *, has_thoughts: bool) -> str:
    """Returns one sentence for standard error.

    Args:
        answer: as it ended, not as `stop`.
        conversation: its own.
        has_thoughts: whether the thoughts are printed; otherwise it is said where they are.
    """
    match answer.finish_reason:
        case "length":
            return (answer.stats and answer.stats.ended_early) or _AT_LIMIT
        case "cancelled":
            return _STOPPED
        case "thoughts_only" if not has_thoughts:
            return f"{answer.error} Its thoughts: seeshell --chat {conversation}"
        case _:
            return answer.error
