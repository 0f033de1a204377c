"""What the model is asked: the stored messages of a branch as those of a prompt."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import takewhile

from msgspec.structs import replace as struct_replace

from ..conversation import Attachment, Message, Part, TextPart, ThoughtsPart
from ..engine.engine import PromptImage, PromptMessage
from ..store.archive import Archive

_BETWEEN_QUESTIONS = "\n\n"

_LEFT_OUT = "[picture left out]"
"""Stands for a question that had no words, and has none of its pictures any more."""


async def read_prompt(
    archive: Archive, conversation: int, answer: Message
) -> tuple[PromptMessage, ...]:
    """Returns what the model is to answer: all that stands before the open answer.

    Raises:
        NotStored: the copy of a picture is missing or altered.
    """
    stored = await archive.read_conversation(conversation)
    *before, question = (message for message in stored.messages if message.id != answer.id)
    return await _as_prompt(archive, _choose([*before, _whole(question)]))


async def read_ahead(
    archive: Archive,
    conversation: int | None,
    hashes: Iterable[str],
    edited: int | None = None,
) -> tuple[PromptMessage, ...]:
    """Returns what is known of the next turn's prompt; its question, last, has no text yet.

    Args:
        archive: where the conversation is stored.
        conversation: None for one that does not exist yet.
        hashes: sha256 of the question's pictures.
        edited: the message of the branch in whose place the question comes; None after all.

    Raises:
        NotStored: the conversation, or the copy of a picture, is missing or altered.
    """
    before: list[Message] = []
    if conversation is not None:
        stored = await archive.read_conversation(conversation)
        shown = takewhile(lambda message: message.id != edited, stored.messages)
        before = _choose(list(shown))
    parts: tuple[Part, ...] = (*await archive.find_pictures(hashes), TextPart(""))
    return await _as_prompt(archive, [*before, Message(0, None, "user", parts, 0.0)])


def _choose(messages: Sequence[Message]) -> list[Message]:
    """Returns what a prompt repeats.

    Not what the user has left out, nor an answer without words, nor a question that is dropped. A
    question is left out together with its answers, so that roles still alternate.
    """
    dropped = {message.parent_id for message in messages if message.drops_question}
    kept = [it for it in messages if it.id not in dropped and not it.is_left_out]
    return [it for it in kept if it.role == "user" or it.has_words]


def _whole(question: Message) -> Message:
    """Returns the question that is asked now with all its pictures, whatever later prompts do."""
    parts = (
        struct_replace(part, is_left_out=False) if isinstance(part, Attachment) else part
        for part in question.parts
    )
    return struct_replace(question, parts=tuple(parts), is_left_out=False)


async def _as_prompt(archive: Archive, messages: Sequence[Message]) -> tuple[PromptMessage, ...]:
    """Returns the messages; neighbouring ones of a user as one, since strict templates want so."""
    told = [_told(message) for message in messages]
    pictures = [part for parts in told for part in parts if isinstance(part, Attachment)]
    paths = iter(await archive.locate_pictures(pictures))

    def as_prompt_part(part: TextPart | Attachment) -> str | PromptImage:
        if isinstance(part, TextPart):
            return part.text
        return PromptImage(next(paths), part.sha256, part.name)

    prompt: list[PromptMessage] = []
    for message, parts in zip(messages, told, strict=True):
        new = PromptMessage(message.role, tuple(as_prompt_part(part) for part in parts))
        if prompt and prompt[-1].role == new.role == "user":
            prompt[-1] = _merge(prompt[-1], new)
        else:
            prompt.append(new)
    return tuple(prompt)


def _told(message: Message) -> list[TextPart | Attachment]:
    """Returns what the model is told of a message; a note if all of it is left out."""
    parts = [part for part in message.parts if not isinstance(part, ThoughtsPart)]
    told = [it for it in parts if isinstance(it, TextPart) or not it.is_left_out]
    return told if told or not parts else [TextPart(_LEFT_OUT)]


def _merge(one: PromptMessage, other: PromptMessage) -> PromptMessage:
    """Returns both as one message; texts that meet stay apart."""
    first, *rest = other.parts
    if isinstance(one.parts[-1], str) and isinstance(first, str):
        first = _BETWEEN_QUESTIONS + first
    return replace(one, parts=(*one.parts, first, *rest))
