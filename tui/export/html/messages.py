"""Messages as HTML: whose, when and by which model, then their parts, and what is said of them."""

import time
from collections.abc import AsyncIterator, Iterator
from typing import NamedTuple

from ....core.boxes import find_marks
from ....core.conversation import Attachment, Message, TextPart, ThoughtsPart
from .. import words
from ..branches import Branch
from .content import answer_html, text_html
from .pictures import PagePictures


class Place(NamedTuple):
    """Where in a page messages stand."""

    prefix: str
    """Begins the ids of all that belongs to their conversation."""
    level: int
    """Of the headings that say whose they are."""
    told: frozenset[int]
    """Ids of all messages of the conversation that the page has."""
    is_numbered: bool
    """Whether messages show their numbers, by which branches refer to them."""

    def id_of(self, message: int) -> str:
        """Returns the id of a message in the page."""
        return f"{self.prefix}-{message}"


async def branch_html(branch: Branch, place: Place, pictures: PagePictures) -> AsyncIterator[str]:
    """Yields the messages of a branch, those it goes on from counted but not told again."""
    for index, message in enumerate(branch.messages):
        before = (*branch.before, *branch.messages[:index])
        yield _opening(message, place)
        number = sum(len(it.attachments) for it in before)
        for part in message.parts:
            if isinstance(part, Attachment):
                number += 1
                yield await pictures.figure(part, number)
            elif isinstance(part, ThoughtsPart):
                yield _thoughts(part.text)
            else:
                yield _text(part, message, place)
        if message.role == "assistant":
            yield await pictures.marked(find_marks(message, before))
        yield _closing(message)


def _opening(message: Message, place: Place) -> str:
    name, level = place.id_of(message.id), place.level
    kind = "question" if message.role == "user" else "answer"
    left_out = " left-out" if message.is_left_out else ""
    facts = "".join(f"<span>{it}</span>" for it in _facts(message, place))
    return (
        f'<article class="message {kind}{left_out}" id="{name}" aria-labelledby="{name}-who">'
        f'<header><h{level} class="who" id="{name}-who">'
        f"{words.who_of(message, is_numbered=place.is_numbered)}</h{level}>{facts}</header>\n"
    )


def _facts(message: Message, place: Place) -> Iterator[str]:
    """Yields what stands beside the heading of a message."""
    if model := words.model_of(message):
        yield text_html(model)
    moment = time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(message.created_at))
    yield f'<time datetime="{moment}">{words.date_of(message.created_at)}</time>'
    for said in words.marks_of(message):
        yield f'<span class="quiet">{text_html(said)}</span>'
    others = [it for it in message.siblings if it != message.id and it in place.told]
    for other in others:
        yield f'<a href="#{place.id_of(other)}">version {message.siblings.index(other) + 1}</a>'


def _text(part: TextPart, message: Message, place: Place) -> str:
    if not part.text.strip():
        return ""
    if message.role == "user":
        return f'<p class="words" dir="auto">{text_html(part.text.strip())}</p>\n'
    content = answer_html(part.text, place.level + 1)
    return f'<div class="answer-text" dir="auto">{content}</div>\n'


def _thoughts(text: str) -> str:
    count = len(text.split())
    return (
        f'<details class="thoughts"><summary>Thoughts ({count:,} words)</summary>'
        f'<div dir="auto">{text_html(text.strip())}</div></details>\n'
    )


def _closing(message: Message) -> str:
    if message.role == "user":
        return "</article>\n"
    ending = words.ending_of(message)
    said = f'<p class="ending">{text_html(ending)}</p>' if ending else ""
    receipt = text_html(" · ".join(words.receipt_of(message)))
    return f"{said}{f'<footer>{receipt}</footer>' if receipt else ''}</article>\n"
