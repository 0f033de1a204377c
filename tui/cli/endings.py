"""What is said of an answer that is no complete success."""

from ...core.conversation import Message

_AT_LIMIT = "the answer reached its token limit and is cut off."
_STOPPED = "the answer was stopped."


def explain_ending(
    answer: Message, conversation: int, *, has_thoughts: bool, finishing: str = ""
) -> str:
    """Returns one sentence for standard error.

    Args:
        answer: as it ended, not as `stop`.
        conversation: its own.
        has_thoughts: whether the thoughts are printed; otherwise it is said where they are.
        finishing: the command that has the answer go on; empty for none.
    """
    match answer.finish_reason:
        case "length":
            told = (answer.stats and answer.stats.ended_early) or _AT_LIMIT
            return told + _offer(answer, finishing)
        case "cancelled":
            return _STOPPED + _offer(answer, finishing)
        case "thoughts_only" if not has_thoughts:
            return f"{answer.error} Its thoughts: seeshell --chat {conversation}"
        case _:
            return answer.error


def _offer(answer: Message, finishing: str) -> str:
    """Returns how the answer is finished; empty where it can't be."""
    return f" {finishing} goes on with it." if finishing and answer.can_be_continued else ""
