"""One page with conversations: a single file that asks for nothing and runs nothing.

Its policy forbids everything but its own style sheet and the pictures within it, so that nothing
in a conversation can load or run something, whatever a browser makes of it.
"""

import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final, NamedTuple

from .... import __version__
from ....core.kept import KeptConversation
from .. import words
from ..branches import Branch, find_branches
from .content import text_html
from .messages import Place, branch_html
from .pictures import PagePictures

_STYLE: Final = Path(__file__).with_name("page.css")


class PageForm(NamedTuple):
    """What a page is to show."""

    title: str
    """Of a page with several conversations; a single one has its own."""
    is_single: bool
    """Whether there is one conversation."""
    all_branches: bool = False


async def page_html(
    conversations: AsyncIterator[KeptConversation], form: PageForm, pictures: PagePictures
) -> AsyncIterator[str]:
    """Yields a page piece by piece, of which the largest is a picture.

    Args:
        conversations: each is read once the one before is written.
        form: of the page.
        pictures: draws them.
    """
    contents: list[str] = []
    if not form.is_single:
        yield _head(form.title)
        yield f"<header><h1>{text_html(form.title)}</h1>\n"
        yield '<p class="facts"><a href="#contents">Contents</a></p></header>\n<main>\n'
    async for kept in conversations:
        if form.is_single:
            yield _head(words.title_of(kept))
        prefix = f"c{len(contents) + 1}"
        contents.append(f'<li><a href="#{prefix}">{text_html(words.title_of(kept))}</a></li>\n')
        async for piece in _conversation(kept, prefix, form, pictures):
            yield piece
    yield "</main>\n"
    if not form.is_single:
        yield '<nav id="contents" aria-labelledby="contents-title"><h2 id="contents-title">'
        yield f"Contents</h2><ol>\n{''.join(contents)}</ol></nav>\n"
    yield f"<footer>Written by seeshell {text_html(__version__)}.</footer>\n</body>\n</html>\n"


async def _conversation(
    kept: KeptConversation, prefix: str, form: PageForm, pictures: PagePictures
) -> AsyncIterator[str]:
    branches = find_branches(kept, all_branches=form.all_branches)
    told = [message for branch in branches for message in branch.messages]
    pictures.expect(told)
    level = 2 if form.is_single else 3
    place = Place(prefix, level, frozenset(it.id for it in told), len(branches) > 1)
    title = text_html(words.title_of(kept))
    facts = f'<p class="facts">{text_html(" · ".join(words.facts_of(kept, told)))}</p>'
    if form.is_single:
        yield f'<header><h1 id="{prefix}" dir="auto">{title}</h1>\n{facts}</header>\n<main>\n'
    else:
        yield f'<section class="conversation" aria-labelledby="{prefix}">'
        yield f'<h2 id="{prefix}" dir="auto">{title}</h2>\n{facts}\n'
    for number, branch in enumerate(branches):
        if number:
            yield f'<section class="branch" aria-labelledby="{prefix}-b{number}">'
            yield _branch_heading(place, number, branch)
        async for piece in branch_html(branch, place, pictures):
            yield piece
        yield "</section>\n" if number else ""
    yield "" if form.is_single else "</section>\n"


def _branch_heading(place: Place, number: int, branch: Branch) -> str:
    level, name = place.level, f"{place.prefix}-b{number}"
    heading = f'<h{level} id="{name}">Branch {number + 1}</h{level}>'
    if not branch.before:
        return f"{heading}<p>It begins the conversation anew.</p>\n"
    after = branch.before[-1]
    words_of = words.who_of(after, is_numbered=True).lower()
    return f'{heading}<p>It goes on from <a href="#{place.id_of(after.id)}">{words_of}</a>.</p>\n'


def _head(title: str) -> str:
    style = _STYLE.read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="generator" content="seeshell">\n'
        # A browser asks a server for an icon that is not named.
        f'<link rel="icon" href="data:,">\n<title>{text_html(title)}</title>\n'
        f"<style>{style}</style>\n</head>\n<body>\n"
    )
