"""What later prompts leave out of a conversation: what that frees, and what to leave out to fit."""

from collections.abc import Iterable, Sequence
from itertools import dropwhile
from typing import Final, NamedTuple

from .conversation import Attachment, Message

_BYTES_PER_TOKEN: Final = 4
"""Of English text; of most others fewer."""

_TOKENS_PER_MESSAGE: Final = 5
"""What a chat template puts around a message."""

ROOM_FOR_ANSWER: Final = 128
"""Tokens that an answer has at least where something is left out to fit."""


class LeavingOut(NamedTuple):
    """What to leave out of later prompts, and what comes of that."""

    messages: tuple[int, ...] = ()
    """Ids of questions; their answers go with them."""
    pictures: tuple[tuple[int, int], ...] = ()
    """Ids of messages, each with the index of one of its pictures."""
    freed_tokens: int = 0
    """About how many tokens prompts get shorter."""
    repeated_tokens: int = 0
    """About how many tokens behind the first that is left out have to be computed again."""

    def __bool__(self) -> bool:
        return bool(self.messages or self.pictures)

    @property
    def words(self) -> str:
        """What is left out, as a phrase: `the 2 oldest pictures and the oldest question`."""
        kinds = (("picture", len(self.pictures)), ("question", len(self.messages)))
        return " and ".join(_oldest(noun, count) for noun, count in kinds if count)


def count_tokens(message: Message) -> int:
    """Returns about how many tokens a message takes in prompts, apart from what is left out.

    Exact for pictures that were measured and for answers that were counted.
    """
    if message.is_left_out:
        return 0
    pictures = sum(picture.tokens for picture in message.attachments if not picture.is_left_out)
    return pictures + _count_text(message)


def count_left_out(messages: Iterable[Message]) -> int:
    """Returns about how many tokens prompts of a branch are shorter for what they leave out."""
    freed = 0
    for message in messages:
        if message.is_left_out:
            freed += _count_text(message) + sum(it.tokens for it in message.attachments)
        else:
            freed += sum(it.tokens for it in message.attachments if it.is_left_out)
    return freed


def count_freed(messages: Sequence[Message]) -> int:
    """Returns about how many tokens a branch takes less than at its newest answer with stats.

    Negative where more was taken in again, or written by hand since, than was left out.
    """
    counted = [place for place, message in enumerate(messages) if message.stats]
    if not counted:
        return 0
    answered, since = messages[: counted[-1] + 1], messages[counted[-1] + 1 :]
    stats = answered[-1].stats
    freed = count_left_out(answered) - (stats.left_out_tokens if stats else 0)
    return freed - sum(map(count_tokens, since))


def choose_oldest(messages: Sequence[Message], tokens: int) -> LeavingOut:
    """Returns the oldest pictures, then the oldest questions with answers, that make room.

    Exactly as many as are needed by their counts; all where even these do not suffice, and nothing
    where nothing is left.

    Args:
        messages: of the branch before the question that does not fit.
        tokens: how much shorter the prompt has to get.
    """
    pictures: list[tuple[int, int]] = []
    questions: list[int] = []
    freed = 0
    for message, index, picture in _pictures(messages):
        if freed >= tokens:
            break
        pictures.append((message.id, index))
        freed += picture.tokens
    for question in (it for it in messages if it.role == "user" and not it.is_left_out):
        if freed >= tokens:
            break
        questions.append(question.id)
        freed += sum(_count_text(it) for it in messages if question.id in (it.id, it.parent_id))
    return measure(messages, tuple(questions), tuple(pictures))


def measure(
    messages: Sequence[Message],
    questions: tuple[int, ...] = (),
    pictures: tuple[tuple[int, int], ...] = (),
) -> LeavingOut:
    """Returns what leaving some questions and pictures of a branch out comes to."""
    changed = {*questions, *(message for message, _ in pictures)}
    behind = dropwhile(lambda it: it.id not in changed, messages)
    kept = freed = 0
    for message in behind:
        tokens = count_tokens(message)
        is_whole = message.id in questions or message.parent_id in questions
        own = {index for owner, index in pictures if owner == message.id}
        left_out = tokens if is_whole else _count_pictures(message, own)
        freed += left_out
        kept += tokens - left_out
    return LeavingOut(questions, pictures, freed, kept)


def _pictures(messages: Sequence[Message]) -> Iterable[tuple[Message, int, Attachment]]:
    for message in messages:
        if not message.is_left_out:
            for index, picture in enumerate(message.attachments):
                if not picture.is_left_out:
                    yield message, index, picture


def _count_pictures(message: Message, indices: set[int]) -> int:
    if message.is_left_out:
        return 0
    return sum(
        picture.tokens
        for index, picture in enumerate(message.attachments)
        if index in indices and not picture.is_left_out
    )


def _count_text(message: Message) -> int:
    if message.stats and message.stats.generated_tokens and not message.thoughts:
        return message.stats.generated_tokens + _TOKENS_PER_MESSAGE
    return len(message.text.encode("utf-8", "replace")) // _BYTES_PER_TOKEN + _TOKENS_PER_MESSAGE


def _oldest(noun: str, count: int) -> str:
    return f"the oldest {noun}" if count == 1 else f"the {count} oldest {noun}s"
