"""What the model is asked: the stored messages of a branch as those of a prompt."""

from collections.abc import Iterable, Sequence
from itertools import takewhile

from ..conversation import Attachment, Message
from ..engine.engine import PromptImage, PromptMessage
from ..store.archive import Archive


async def read_prompt(
    archive: Archive, conversation: int, answer: Message
) -> tuple[PromptMessage, ...]:
    """Returns what the model is to answer: all that stands before the open answer.

    Raises:
        NotStored: the copy of a picture is missing or altered.
    """
    stored = await archive.run(archive.store.read_conversation, conversation)
    before = [it for it in stored.messages if it.id != answer.id and _says_something(it)]
    return await _as_prompt(archive, before)


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
        stored = await archive.run(archive.store.read_conversation, conversation)
        said = takewhile(lambda message: message.id != edited, stored.messages)
        before = [message for message in said if _says_something(message)]
    pictures = tuple(await archive.find_pictures(hashes))
    return await _as_prompt(archive, [*before, Message(0, None, "user", "", 0.0, pictures)])


async def _as_prompt(archive: Archive, messages: Sequence[Message]) -> tuple[PromptMessage, ...]:
    pictures = [picture for message in messages for picture in message.attachments]
    paths = iter(await archive.locate_pictures(pictures))

    def image(picture: Attachment) -> PromptImage:
        return PromptImage(next(paths), picture.sha256, picture.name)

    return tuple(
        PromptMessage.of(it.role, it.text, tuple(image(picture) for picture in it.attachments))
        for it in messages
    )


def _says_something(message: Message) -> bool:
    """Whether a message belongs into a prompt: an answer that failed at once does not."""
    return bool(message.role == "user" or message.text)
