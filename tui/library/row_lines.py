"""Lines of the list of conversations: a row in short and in full, a heading, and a hit."""

import time
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from ...core.kept import RESTORE_DAYS, Hit, HitPlace
from ..ages import age
from ..session.listed_conversations import ListedConversation, ListedState
from ..visible import visible, visible_line

UNTITLED = "Untitled"

COMPONENTS: Final = frozenset(
    f"library--{name}" for name in ("cursor", "note", "accent", "warning", "match")
)
"""Component classes of what shows these lines."""

_DAY: Final = 86_400

_STATES: Final[dict[ListedState, str]] = {
    "answering": "answering",
    "queued": "queued",
    "paused": "paused",
    "unseen": "● new",
    "deleted": "deleted",
}
"""Words for what a conversation does."""

_PLACES: Final[dict[HitPlace, str]] = {
    "text": "",
    "title": "title",
    "thoughts": "thoughts",
    "picture": "picture",
}
_PLACE_COLUMNS: Final = 11
"""Cells of a hit's line before its snippet."""
_BEFORE_MATCH: Final = 0.4
"""Most of the line that stands before the first word that was found."""


class Palette(NamedTuple):
    """The styles of a list, over the ground of a line."""

    ground: Style
    note: Style
    accent: Style
    warning: Style
    match: Style

    def over(self, ground: Style) -> "Palette":
        """Returns the styles on another ground, as that of the cursor."""
        return Palette(ground, *(ground + _ink(style) for style in self[1:]))


class Flags(NamedTuple):
    """What is known of a row beside the conversation."""

    is_shown: bool = False
    """Whether the conversation is on screen."""
    is_marked: bool = False
    """Whether it is among those to be acted upon."""


def read_palette(style_of: Callable[[str], Style], ground: Style) -> Palette:
    """Returns the styles of a list.

    Args:
        style_of: returns the style of a component class.
        ground: of the list.
    """
    names = ("note", "accent", "warning", "match")
    return Palette(ground, *(ground + _ink(style_of(f"library--{name}")) for name in names))


def title_line(
    row: ListedConversation, width: int, flags: Flags, palette: Palette
) -> list[Segment]:
    """Returns a line of exactly `width` cells; a long title ends in an ellipsis.

    Args:
        row: the conversation.
        width: cells of the line.
        flags: what else is known of it.
        palette: the styles.
    """
    summary = row.summary
    words, style = _right_words(row, palette)
    right = f" {words} "
    left = "✓" if flags.is_marked else "▎" if flags.is_shown else " "
    pin = "▴ " if summary.is_pinned else ""
    room = max(width - cell_len(left) - len(pin) - cell_len(right), 1)
    title = _cut(visible_line(summary.title) or UNTITLED, room)
    is_gone = row.state == "deleted"
    return [
        Segment(left, palette.accent),
        Segment(pin, palette.accent),
        Segment(title, palette.note + Style(strike=True) if is_gone else palette.ground),
        Segment(right, style),
    ]


def facts_line(row: ListedConversation, width: int, palette: Palette) -> list[Segment]:
    """Returns the line below: which model answered, how many turns there are, and the tags."""
    turns = f"{row.row.turns:,} turn{'' if row.row.turns == 1 else 's'}"
    tags = " ".join(f"#{visible_line(it)}" for it in row.summary.tags)
    archived = "archived" if row.summary.is_archived else ""
    facts = [it for it in (visible_line(row.row.model), turns, archived, tags) if it]
    return [Segment(" " + _cut(" · ".join(facts), max(width - 1, 1)), palette.note)]


def heading_line(
    row: ListedConversation, width: int, flags: Flags, palette: Palette
) -> list[Segment]:
    """Returns the line above the hits of a conversation; takes what `title_line` does."""
    words = f" {_STATES[row.state]} " if row.state else ""
    left = "✓" if flags.is_marked else "▎" if flags.is_shown else " "
    room = max(width - 1 - cell_len(words), 1)
    title = _cut(visible_line(row.summary.title) or UNTITLED, room)
    style = palette.note + Style(strike=True) if row.state == "deleted" else palette.accent
    return [Segment(left, palette.accent), Segment(title, style), Segment(words, palette.note)]


def hit_line(hit: Hit, width: int, palette: Palette) -> list[Segment]:
    """Returns a line with where something was found, and the words around it."""
    place = _PLACES[hit.place] or age(hit.created_at)
    room = max(width - _PLACE_COLUMNS, 1)
    snippet = list(_snippet(hit, room, palette))
    rest = room - sum(cell_len(it.text) for it in snippet)
    return [
        Segment(f"  {place:<{_PLACE_COLUMNS - 2}}", palette.note),
        *snippet,
        Segment(" " * rest, palette.ground),
    ]


def _right_words(row: ListedConversation, palette: Palette) -> tuple[str, Style]:
    """Returns what stands at the right: what the conversation does, else its age."""
    if row.state:
        muted = {"paused": palette.warning, "deleted": palette.note}
        return _STATES[row.state], muted.get(row.state, palette.accent)
    if row.row.deleted_at:
        left = max(row.row.deleted_at + RESTORE_DAYS * _DAY - time.time(), 0)
        return f"{int(left // _DAY)} d left", palette.note
    if row.summary.is_private:
        return "private", palette.warning
    return age(row.summary.updated_at), palette.note


def _snippet(hit: Hit, room: int, palette: Palette) -> Iterator[Segment]:
    """Yields the words around what was found, in `room` cells at most, the first of that seen."""
    pieces = list(_pieces(hit))
    before, _ = pieces[0]
    most = int(room * _BEFORE_MATCH)
    if len(pieces) > 1 and cell_len(before) > most:
        pieces[0] = ("…" + _end_of(before, most - 1), False)
    for text, is_match in pieces:
        if cell_len(text) > room:
            yield Segment(_cut(text, room), palette.match if is_match else palette.ground)
            return
        room -= cell_len(text)
        yield Segment(text, palette.match if is_match else palette.ground)


def _pieces(hit: Hit) -> Iterator[tuple[str, bool]]:
    """Yields the pieces of a snippet, each with whether it was searched for."""
    end = 0
    for mark in hit.marks:
        yield _on_one_line(hit.snippet[end : mark.start]), False
        yield _on_one_line(hit.snippet[mark.start : mark.end]), True
        end = mark.end
    yield _on_one_line(hit.snippet[end:]), False


def _on_one_line(text: str) -> str:
    return visible(text.replace("\n", " ").replace("\t", " "), keep="")


def _cut(text: str, room: int) -> str:
    """Returns the text in exactly so many cells; a long one ends in an ellipsis."""
    if cell_len(text) <= room:
        return set_cell_size(text, room)
    return set_cell_size(text, room - 1) + "…"


def _end_of(text: str, room: int) -> str:
    """Returns the last characters that take so many cells at most."""
    cells = 0
    for place in range(len(text) - 1, -1, -1):
        cells += cell_len(text[place])
        if cells > room:
            return text[place + 1 :]
    return text


def _ink(style: Style) -> Style:
    """Returns a style without its ground."""
    return Style(color=style.color, bold=style.bold, underline=style.underline, strike=style.strike)
