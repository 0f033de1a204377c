"""Conversations as rows for training: what was asked, and the answer that is to be learned."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..conversation import Attachment, Message, TextPart, ThoughtsPart


@dataclass(frozen=True)
class TrainingRow:
    """A conversation up to an answer, which is learned."""

    messages: tuple[Message, ...]
    """The answer last."""
    system: str = ""
    """What they were told first; empty for nothing."""

    @property
    def pictures(self) -> tuple[Attachment, ...]:
        """All pictures that the model is shown, in order."""
        return tuple(
            part
            for message in self.messages
            for part in _told(message)
            if isinstance(part, Attachment)
        )

    def as_document(self, pictures: Mapping[tuple[str, int], Path]) -> dict[str, Any]:
        """Returns what mlx-vlm's trainer reads.

        Args:
            pictures: file of each picture, by its key and pixel budget.
        """
        system = [{"role": "system", "content": self.system}] if self.system else []
        return {
            "messages": [*system, *map(_as_message, self.messages)],
            "images": [str(pictures[it.key, it.pixel_budget]) for it in self.pictures],
        }


def find_rows(messages: Sequence[Message], system: str = "") -> Iterator[TrainingRow]:
    """Yields a row for each answer of a conversation that is worth learning.

    Where the user has corrected answers these are; else all that are complete.

    Args:
        messages: of the branch that is shown.
        system: what they were told first; empty for nothing.
    """
    answers = [it for it in messages if it.role == "assistant" and _is_whole(it)]
    corrected = [it for it in answers if it.is_corrected]
    for answer in corrected or answers:
        before = messages[: messages.index(answer)]
        asked = {it.parent_id for it in (*filter(_is_whole, before), answer)}
        kept = [it for it in before if (it.id in asked if it.role == "user" else _is_whole(it))]
        yield TrainingRow((*kept, answer), system)


def _is_whole(answer: Message) -> bool:
    """Whether it is an answer as it should be, and part of later prompts."""
    is_complete = answer.is_corrected or answer.finish_reason == "stop"
    is_answer = answer.role == "assistant" and answer.has_words
    return is_answer and is_complete and not answer.is_left_out


def _told(message: Message) -> list[TextPart | Attachment]:
    """Returns what the model is told of a message."""
    parts = [part for part in message.parts if not isinstance(part, ThoughtsPart)]
    return [it for it in parts if isinstance(it, TextPart) or not it.is_left_out]


def _as_message(message: Message) -> dict[str, Any]:
    if message.role == "assistant":
        return {"role": "assistant", "content": message.text}
    content = [
        {"type": "text", "text": part.text} if isinstance(part, TextPart) else {"type": "image"}
        for part in _told(message)
    ]
    return {"role": "user", "content": content}
