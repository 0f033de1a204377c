"""What the model is asked: the stored messages of a branch as those of a prompt."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import takewhile

from ..conversation import Attachment, Message, Part, TextPart, ThoughtsPart
from ..engine.engine import PromptImage, PromptMessage
from ..store.archive import Archive

_BETWEEN_QUESTIONS = "\n\n"


async def read_prompt(
    archive: Archive, conversation: int, answer: Message
) -> tuple[PromptMessage, ...]:
    """Returns what the model is to answer: all that stands before the open answer.

    Raises:
        NotStored: the copy of a picture is missing or altered.
    """
    stored = await archive.read_conversation(conversation)
    before = [message for message in stored.messages if message.id != answer.id]
    return await _as_prompt(archive, _choose(before))


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
    """Returns what a prompt repeats: no answer without words, and no question that is dropped."""
    dropped = {message.parent_id for message in messages if message.drops_question}
    return [it for it in messages if it.id not in dropped and (it.role == "user" or it.has_words)]


async def _as_prompt(archive: Archive, messages: Sequence[Message]) -> tuple[PromptMessage, ...]:
    """Returns the messages; neighbouring ones of a user as one, since strict templates want so."""
    pictures = [picture for message in messages for picture in message.attachments]
    paths = iter(await archive.locate_pictures(pictures))

    def as_prompt_part(part: TextPart | Attachment) -> str | PromptImage:
        if isinstance(part, TextPart):
            return part.text
        return PromptImage(next(paths), part.sha256, part.name)

    prompt: list[PromptMessage] = []
    for message in messages:
        told = (part for part in message.parts if not isinstance(part, ThoughtsPart))
        new = PromptMessage(message.role, tuple(as_prompt_part(part) for part in told))
        if prompt and prompt[-1].role == new.role == "user":
            prompt[-1] = _merge(prompt[-1], new)
        else:
            prompt.append(new)
    return tuple(prompt)


def _merge(one: PromptMessage, other: PromptMessage) -> PromptMessage:
    """Returns both as one message; texts that meet stay apart."""
    first, *rest = other.parts
    if isinstance(one.parts[-1], str) and isinstance(first, str):
        first = _BETWEEN_QUESTIONS + first
    return replace(one, parts=(*one.parts, first, *rest))
