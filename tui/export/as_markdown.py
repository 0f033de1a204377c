"""A conversation as Markdown: for files with a folder of pictures beside them, and to be read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ...core.boxes import find_marks
from ...core.conversation import Attachment, Message, TextPart, ThoughtsPart
from ...core.kept import KeptConversation
from ..markdown.grammar import GRAMMAR
from ..markdown.patience import GaveUp, Patience
from ..visible import show
from . import words
from .branches import Branch, find_branches
from .picture_folder import PictureFolder

_CODE: Final = frozenset({"fence", "code_block", "maths_block"})

_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_TAG: Final = re.compile(
    r"(?P<kept>(?P<ticks>`++).*?(?<!`)(?P=ticks)(?!`)|\\.|<(?:https?|mailto):[^<>\s]*+>)"
    r"|<(?=[A-Za-z/!?])"
)
"""What would be read as HTML: no code, no address, and nothing behind a backslash."""

_SPECIAL: Final = re.compile(r"([\\\[\]<`*])")
"""What would begin a link, HTML, code or emphasis."""

_PATIENCE: Final = Patience(2.0)


@dataclass(frozen=True)
class MarkdownForm:
    """What is told of a conversation."""

    all_branches: bool = False
    has_thoughts: bool = True


async def as_markdown(
    kept: KeptConversation, form: MarkdownForm, pictures: PictureFolder | None
) -> str:
    """Returns a conversation as one text.

    Args:
        kept: the conversation.
        form: what of it.
        pictures: takes its pictures; None to name them alone.
    """
    branches = find_branches(kept, all_branches=form.all_branches)
    told = [message for branch in branches for message in branch.messages]
    facts = " · ".join(map(_plain, words.facts_of(kept, told)))
    blocks = [f"# {_plain(words.title_of(kept))}", facts]
    writer = _Writer(form, pictures)
    for number, branch in enumerate(branches):
        if number:
            blocks.append(_branch_heading(branch))
        for index, message in enumerate(branch.messages):
            before = (*branch.before, *branch.messages[:index])
            blocks += await writer.blocks(message, before)
    return _CONTROLS.sub(lambda it: show(it[0]), "\n\n".join(blocks)) + "\n"


def _plain(name: str) -> str:
    """Returns a name or a phrase on one line as Markdown that shows it as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(name.splitlines()))


def _branch_heading(branch: Branch) -> str:
    if not branch.before:
        return "---\n\n# Another beginning"
    last = branch.before[-1]
    return f"---\n\n# Another branch, after {words.who_of(last, is_numbered=True).lower()}"


class _Writer:
    """Writes messages, whose pictures are counted through the branch."""

    def __init__(self, form: MarkdownForm, pictures: PictureFolder | None) -> None:
        self._form = form
        self._pictures = pictures

    async def blocks(self, message: Message, before: tuple[Message, ...]) -> list[str]:
        """Returns the blocks of a message, an empty line between each two of them."""
        who = words.who_of(message, is_numbered=self._form.all_branches)
        heading = [who, *words.marks_of(message)]
        model = _plain(words.model_of(message))
        facts = [*filter(None, [model]), words.date_of(message.created_at)]
        blocks = [f"## {', '.join(heading)}", f"*{' · '.join(facts)}*"]
        number = sum(len(it.attachments) for it in before)
        for part in message.parts:
            if isinstance(part, Attachment):
                number += 1
                blocks.append(await self._picture(part, number))
            elif isinstance(part, ThoughtsPart):
                blocks += _quoted(f"Thoughts:\n\n{part.text}") if self._form.has_thoughts else []
            elif message.role == "user":
                blocks += _quoted(part.text)
            else:
                blocks += _answer(part)
        return [*blocks, *_foot(message, before)]

    async def _picture(self, picture: Attachment, number: int) -> str:
        name = _plain(words.picture_name(picture, number))
        facts = ", ".join(map(_plain, words.picture_facts(picture)))
        place = await self._pictures.place(picture) if self._pictures else None
        return f"![{name}](<{place}>)\\\n{name}, {facts}" if place else f"({name}, {facts})"


def _quoted(text: str) -> list[str]:
    """Returns text that is no Markdown as a quote, with its own line breaks; nothing of none."""
    if not text.strip():
        return []
    lines = _escape_tags(text.strip()).split("\n")
    # Two spaces at its end break a line.
    return ["\n".join(f"> {line}  " if line else ">" for line in lines).rstrip()]


def _answer(part: TextPart) -> list[str]:
    text = part.text.strip("\n")
    return [_without_html(text)] if text.strip() else []


def _foot(message: Message, before: tuple[Message, ...]) -> Iterator[str]:
    """Yields what an answer marks, why it ended, and what it took."""
    if message.role == "user":
        return
    marks = find_marks(message, before)
    if marks:
        names = [_plain(words.mark_name(it, number)) for number, it in enumerate(marks, start=1)]
        yield "\n".join(
            f"- {name}: {words.mark_place(it)} in picture {it.number}"
            for name, it in zip(names, marks, strict=True)
        )
    notes = [*filter(None, [_plain(words.ending_of(message))]), *words.receipt_of(message)]
    if notes:
        yield f"*{' · '.join(notes)}*"


def _without_html(text: str) -> str:
    """Returns Markdown in which what looks like HTML is text, as it is in the app."""
    if "<" not in text:
        return text
    lines = text.split("\n")
    try:
        tokens = _PATIENCE.run(lambda: GRAMMAR.read_blocks(f"{text}\n", {}, may_go_on=False))
    except GaveUp:
        return "\n".join(_quoted(text))
    code = {
        line for it in tokens if it.type in _CODE and it.map for line in range(it.map[0], it.map[1])
    }
    return "\n".join(
        line if number in code else _escape_tags(line) for number, line in enumerate(lines)
    )


def _escape_tags(line: str) -> str:
    return _TAG.sub(lambda it: it["kept"] or r"\<", line)
