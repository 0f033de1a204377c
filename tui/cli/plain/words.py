"""What the plain chat says of pictures, messages, conversations and models. Pure."""

import time
from collections.abc import Iterator, Sequence

from ....core.conversation import Attachment, Message
from ....core.messages.listed_model import ListedModel
from ...price_words import share_words
from ...session.draft import DraftPicture
from ...session.likenesses import Likeness
from ...session.listed_conversations import ListedConversation
from ...sizes import in_bytes
from ...visible import visible_line


def draft_picture_words(
    number: int, picture: DraftPicture, context_length: int, likeness: Likeness | None = None
) -> str:
    """Returns what is known of a picture of the next message.

    Args:
        number: its place, from 1.
        picture: the picture.
        context_length: tokens that fit; 0 while unknown.
        likeness: which other picture it is like, if any.
    """
    if picture.error:
        return f"Picture {number}, {visible_line(picture.label)}, can't be sent: {picture.error}"
    if picture.attachment is None:
        return f"Picture {number}: {visible_line(picture.label)}, being checked."
    words = picture_words(picture.attachment, context_length)
    return f"Picture {number}: {words}{_likeness_words(likeness)}."


def _likeness_words(likeness: Likeness | None) -> str:
    if likeness is None:
        return ""
    number = likeness.number
    which = f"picture {number}" if number else f"{visible_line(likeness.name)} above"
    return f", {'the same as' if likeness.is_same else 'looks like'} {which}"


def picture_words(picture: Attachment, context_length: int = 0) -> str:
    """Returns a picture's name, its size, and what it costs."""
    facts = [visible_line(picture.label), f"{picture.width} by {picture.height} pixels"]
    if picture.model_width and (picture.model_width, picture.model_height) != (
        picture.width,
        picture.height,
    ):
        facts.append(f"seen at {picture.model_width} by {picture.model_height}")
    if picture.tokens:
        facts.append(f"{picture.tokens:,} tokens")
    if picture.tokens and context_length:
        facts.append(share_words(picture.tokens / context_length))
    if picture.is_left_out:
        facts.append("left out of the context")
    if picture.note:
        facts.append(visible_line(picture.note))
    return ", ".join(facts)


def message_lines(message: Message) -> Iterator[str]:
    """Yields a stored message as lines: who, its pictures, its text."""
    who = "Question" if message.role == "user" else "Answer"
    versions = message.siblings
    if len(versions) > 1:
        who += f", version {versions.index(message.id) + 1} of {len(versions)}"
    yield f"{who}:"
    yield from picture_lines(message)
    if message.text:
        yield message.text
    if message.error:
        yield f"({message.error})"


def picture_lines(message: Message) -> Iterator[str]:
    """Yields the pictures of a message, a line each."""
    for number, picture in enumerate(message.attachments, start=1):
        yield f"(picture {number}: {picture_words(picture)})"


def conversation_words(row: ListedConversation) -> str:
    """Returns a conversation of the list on one line, its number first."""
    summary = row.summary
    day = time.strftime("%Y-%m-%d %H:%M", time.localtime(summary.updated_at))
    facts = [*(["private"] if summary.is_private else []), day, *filter(None, [row.state])]
    return f"{summary.id}: {visible_line(summary.title)} ({', '.join(facts)})"


def model_words_of(model: ListedModel) -> str:
    """Returns a model on one line: what loads it, then its facts."""
    if model.problem:
        return f"{visible_line(model.source)}: can't be loaded, {visible_line(model.problem)}"
    facts = [model.quantisation, in_bytes(model.size_bytes) if model.size_bytes else ""]
    if model.context_length:
        facts.append(f"context {model.context_length:,} tokens")
    told = ", ".join(it for it in facts if it)
    return f"{visible_line(model.source)}: {told}" if told else visible_line(model.source)


def receipt_words(message: Message, context_length: int) -> str:
    """Returns what an answer took, for behind it; empty where nothing is known."""
    stats = message.stats
    if stats is None or not stats.generated_tokens:
        return ""
    facts = [f"first word after {stats.ttft:.1f} s"]
    if stats.generation_tps:
        facts.append(f"{stats.generation_tps:.0f} tokens per second")
    used = stats.context_tokens
    if context_length:
        facts.append(f"context {100 * used / context_length:.0f} % full")
    return ", ".join(facts)


def numbered(lines: Sequence[str]) -> list[str]:
    """Returns lines with their numbers, from 1."""
    return [f"{number}: {line}" for number, line in enumerate(lines, start=1)]
