"""What the model is asked: the stored messages of a branch as those of a prompt."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import NamedTuple

from msgspec import structs

from ..conversation import Attachment, Message, TextPart, ThoughtsPart
from ..engine.engine import PromptImage, PromptMessage
from ..generation_options import NO_CHOICES, ConversationChoices, GenerationOptions
from ..messages.requests import PrepareTurn
from ..picture_detail import PictureDetail
from ..private_ids import is_private
from ..store.archive import Archive
from .turn_options import TurnOptions

_BETWEEN_QUESTIONS = "\n\n"

_LEFT_OUT = "[picture left out]"
"""Stands for a question that had no words, and has none of its pictures any more."""


class NextTurn(NamedTuple):
    """The turn that a client may submit next."""

    conversation: int | None = None
    """None for a conversation that does not exist yet."""
    attachments: tuple[str, ...] = ()
    """Keys of the pictures attached so far, in order."""
    edited: int | None = None
    """The user message in whose place the question comes; None after all others."""
    choices: ConversationChoices | None = None
    """What the turn will have its conversation keep; None leaves that as it is."""
    details: tuple[PictureDetail, ...] = ()
    """How finely each of the pictures is to be seen, as in `PrepareTurn`."""
    is_private: bool = False
    """Whether the conversation is a private one."""

    @classmethod
    def of(cls, request: PrepareTurn) -> "NextTurn":
        """Returns the turn that a client speaks of."""
        it = request
        of_private = it.is_private if it.conversation is None else is_private(it.conversation)
        return cls(it.conversation, it.attachments, it.edited, it.choices, it.details, of_private)


class KnownPrompt(NamedTuple):
    """What is known of the prompt of a turn that may come."""

    messages: tuple[PromptMessage, ...]
    """Its question, the last, has no text yet."""
    thinking: bool | None
    """As the turn's options will have it."""


async def read_prompt(
    archive: Archive,
    messages: Sequence[Message],
    options: GenerationOptions,
    continued: Message | None = None,
) -> tuple[PromptMessage, ...]:
    """Returns what the model is to answer.

    Args:
        archive: where the pictures are stored.
        messages: the branch up to the question, which is the last.
        options: what counts for the turn, with the system prompt.
        continued: the answer that the model is to go on with; None for a new one.

    Raises:
        NotStored: the copy of a picture is missing or altered.
    """
    *before, question = messages
    chosen = _choose([*before, _whole(question)])
    answer = (
        (PromptMessage("assistant", (continued.text,), continued.thoughts),) if continued else ()
    )
    return (*_system(options), *await _as_prompt(archive, chosen), *answer)


async def read_ahead(archive: Archive, turn: NextTurn, turn_options: TurnOptions) -> KnownPrompt:
    """Returns what is known of the next turn's prompt.

    Args:
        archive: where the conversation is stored.
        turn: what is known of it.
        turn_options: know what will count for it.

    Raises:
        NotStored: the conversation, or the copy of a picture, is missing or altered.
        PresetNotFound: the conversation keeps a preset that is not there.
    """
    before: list[Message] = []
    kept = NO_CHOICES
    if turn.conversation is not None:
        stored = await archive.read_conversation(turn.conversation)
        shown = takewhile(lambda message: message.id != turn.edited, stored.messages)
        before, kept = _choose(list(shown)), stored.summary.choices
    options = turn_options.resolve(turn.choices or kept)
    found = await archive.pictures.find(turn.attachments, is_private=turn.is_private)
    pictures = with_budget(turn_options.with_details(found, turn.details, options), options)
    question = Message(0, None, "user", (*pictures, TextPart("")), 0.0)
    messages = (*_system(options), *await _as_prompt(archive, [*before, question]))
    return KnownPrompt(messages, options.thinking)


def with_budget(pictures: Sequence[Attachment], options: GenerationOptions) -> list[Attachment]:
    """Returns the pictures of a new question with the pixel budget that they keep from then on.

    Those for which the user has chosen how finely they are seen have theirs already.
    """
    budget = options.pixel_budget or 0
    return [
        structs.replace(picture, pixel_budget=picture.pixel_budget or budget)
        for picture in pictures
    ]


def _system(options: GenerationOptions) -> tuple[PromptMessage, ...]:
    """Returns the message that a prompt begins with if there is a system prompt."""
    return (PromptMessage("system", (options.system,)),) if options.system else ()


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
        structs.replace(part, is_left_out=False) if isinstance(part, Attachment) else part
        for part in question.parts
    )
    return structs.replace(question, parts=tuple(parts), is_left_out=False)


async def _as_prompt(archive: Archive, messages: Sequence[Message]) -> tuple[PromptMessage, ...]:
    """Returns the messages; neighbouring ones of a user as one, since strict templates want so."""
    told = [_told(message) for message in messages]
    pictures = [part for parts in told for part in parts if isinstance(part, Attachment)]
    paths = iter(await archive.pictures.locate(pictures))

    def as_prompt_part(part: TextPart | Attachment) -> str | PromptImage:
        if isinstance(part, TextPart):
            return part.text
        path = next(paths)
        return PromptImage(path, part.sha256, part.label, part.pixel_budget, part.excerpt)

    prompt: list[PromptMessage] = []
    for message, parts in zip(messages, told, strict=True):
        new = PromptMessage(message.role, tuple(as_prompt_part(part) for part in parts))
        if prompt and prompt[-1].role == new.role == "user":
            prompt[-1] = _merge(prompt[-1], new)
        else:
            prompt.append(new)
    return tuple(prompt)


def _told(message: Message) -> list[TextPart | Attachment]:
    """Returns what the model is told of a message; a note if all of it is left out.

    Pictures in answers, as other programs' models draw them, are shown and not told: many models
    and servers take pictures in questions alone.
    """
    if message.role == "assistant":
        return [it for it in message.parts if isinstance(it, TextPart)]
    parts = [part for part in message.parts if not isinstance(part, ThoughtsPart)]
    # Before a picture an empty text says only where the text begins.
    parts = [*(it for it in parts[:-1] if it != TextPart("")), *parts[-1:]]
    told = [it for it in parts if isinstance(it, TextPart) or not it.is_left_out]
    return told if told or not parts else [TextPart(_LEFT_OUT)]


def _merge(one: PromptMessage, other: PromptMessage) -> PromptMessage:
    """Returns both as one message; texts that meet stay apart."""
    first, *rest = other.parts
    if isinstance(one.parts[-1], str) and isinstance(first, str):
        first = _BETWEEN_QUESTIONS + first
    return replace(one, parts=(*one.parts, first, *rest))
