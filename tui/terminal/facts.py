"""What the terminal can show, and so how pictures are drawn: judged from what it says of itself.

Several terminals answer OK to the graphics query without knowing Unicode placeholders, so brand,
version and reply are judged together. Source: measurements of real terminals.
"""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec
from msgspec import Struct

from .replies import Replies
from .xterm_colours import ColourDepth

DEFAULT_CELL: Final = (10, 20)
"""Pixels of a VT340's cell; only the ratio matters."""

_PLACEHOLDERS_SINCE: Final = {"kitty": (0, 28), "ghostty": (1, 0)}
"""Brands that draw Unicode placeholders, and the version that began to."""

_TRUECOLOR_BRANDS: Final = frozenset(
    {"kitty", "ghostty", "iterm2", "wezterm", "warp", "konsole", "foot", "xterm.js", "contour"}
    | {"alacritty", "rio", "vte", "mintty"}
)

_COLOURS_256: Final = 256

Drawing = Literal["tgp", "halfblock", "none"]
"""Kitty's graphics protocol with Unicode placeholders, half blocks, or no pictures."""


class TerminalFacts(Struct, frozen=True):
    """What the terminal can show."""

    images: Drawing = "halfblock"
    colours: ColourDepth = "truecolor"
    cell_width: int = DEFAULT_CELL[0]
    """Pixels."""
    cell_height: int = DEFAULT_CELL[1]
    """Pixels."""
    name: str = ""
    """The terminal's own name and version; empty if it gave none."""
    is_tmux: bool = False
    """Whether graphics must be wrapped for tmux to pass them on."""


def choose_drawing(facts: TerminalFacts, images: Drawing, *, may_be_tmux: bool) -> TerminalFacts:
    """Returns the facts where the setting says how pictures are drawn.

    Args:
        facts: what is known without asking.
        images: the setting.
        may_be_tmux: whether tmux may stand between the app and the terminal.
    """
    return msgspec.structs.replace(
        facts,
        images=images,
        colours="truecolor" if images == "tgp" else facts.colours,
        is_tmux=images == "tgp" and may_be_tmux,
    )


def judge_replies(facts: TerminalFacts, inner: Replies, outer: Replies) -> TerminalFacts:
    """Returns the facts that follow from the replies.

    Args:
        facts: what is known without asking.
        inner: what answered.
        outer: what the terminal around tmux answered; the same as `inner` without tmux.
    """
    draws_placeholders = has_placeholders(outer)
    cell_width, cell_height = facts.cell_width, facts.cell_height
    if inner.cell_width:
        cell_width, cell_height = inner.cell_width, inner.cell_height
    name = f"{outer.name} in {inner.name}" if inner.is_tmux and outer.name else inner.name
    return TerminalFacts(
        images="tgp" if draws_placeholders else "halfblock",
        colours=judge_colours(facts.colours, outer),
        cell_width=cell_width,
        cell_height=cell_height,
        name=name,
        is_tmux=inner.is_tmux and draws_placeholders,
    )


def has_placeholders(replies: Replies) -> bool:
    """Whether it draws pictures in Unicode placeholder cells: by brand, version and reply."""
    since = _PLACEHOLDERS_SINCE.get(replies.brand)
    return replies.graphics == "OK" and since is not None and replies.version >= since


def guess_colours(environment: Mapping[str, str]) -> ColourDepth:
    """Returns how many colours the environment promises; over SSH it often promises too few."""
    if environment.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return "truecolor"
    term = environment.get("TERM", "")
    if term.endswith("-direct"):
        return "truecolor"
    return "256" if term.endswith("256color") else "16"


def judge_colours(guessed: ColourDepth, replies: Replies) -> ColourDepth:
    """Returns how many colours the terminal shows: what is proven, else what was guessed.

    24 bits lose the picture ids that they carry where tmux rounds them, so they need more than a
    graphics reply: a brand, a colour that was kept, or tmux's word.
    """
    is_known = replies.brand in _TRUECOLOR_BRANDS or has_placeholders(replies)
    if guessed == "truecolor" or replies.has_rgb or is_known:
        return "truecolor"
    return "256" if replies.colour_count >= _COLOURS_256 else guessed


def is_judged(replies: Replies) -> bool:
    """Whether nothing that may still come would change what is drawn."""
    has_unknown_brand = bool(replies.name) and replies.brand not in _PLACEHOLDERS_SINCE
    return has_unknown_brand or (bool(replies.name) and replies.graphics is not None)
