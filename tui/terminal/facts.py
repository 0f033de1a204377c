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

_CLIPBOARD_SINCE: Final = (0, 27)
"""The version of kitty that began to give pictures of its clipboard."""

_TRUECOLOR_BRANDS: Final = frozenset(
    {"kitty", "ghostty", "iterm2", "wezterm", "warp", "konsole", "foot", "xterm.js", "contour"}
    | {"alacritty", "rio", "vte", "mintty"}
)

_COLOURS_256: Final = 256

_ITERM2_BRANDS: Final = frozenset(
    {"iterm2", "wezterm", "konsole", "mlterm", "mintty", "warp", "rio", "xterm.js"}
)
"""Brands whose documentation names iTerm2's protocol for pictures."""

_PLACES: Final = frozenset({"kitty", "konsole", "wezterm"})
"""Brands that place pictures of kitty's protocol at the cursor, if they answer its query."""

Drawing = Literal["tgp", "kitty", "sixel", "iterm2", "halfblock", "none"]
"""Kitty's graphics protocol with Unicode placeholders, the same without them, sixels, iTerm2's
protocol, half blocks, or no pictures."""


class TerminalFacts(Struct, frozen=True):
    """What the terminal can show."""

    images: Drawing = "halfblock"
    """How pictures are drawn."""
    colours: ColourDepth = "truecolor"
    cell_width: int = DEFAULT_CELL[0]
    """Pixels."""
    cell_height: int = DEFAULT_CELL[1]
    """Pixels."""
    is_cell_known: bool = False
    """Whether these are the terminal's own; sixels can't do without."""
    name: str = ""
    """The terminal's own name and version; empty if it gave none."""
    is_tmux: bool = False
    """Whether graphics must be wrapped for tmux to pass them on."""
    has_clipboard: bool = False
    """Whether pictures can be read from its clipboard, by OSC 5522."""
    round_trip: float = 0.0
    """Seconds from a question to the first reply; 0 where there was none."""

    @property
    def brand(self) -> str:
        """The first word of the terminal's name, in lower case; empty if it gave none."""
        return Replies(self.name).brand


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
        is_tmux=images in {"tgp", "kitty", "iterm2"} and may_be_tmux,
    )


def judge_replies(
    facts: TerminalFacts, inner: Replies, outer: Replies, *, knows_pane: bool = True
) -> TerminalFacts:
    """Returns the facts that follow from the replies.

    Args:
        facts: what is known without asking.
        inner: what answered.
        outer: what the terminal around tmux answered; the same as `inner` without tmux.
        knows_pane: whether tmux can be asked where in the terminal the app stands.
    """
    is_cell_known = facts.is_cell_known or inner.cell_width > 0
    images = _judge_images(inner, outer, is_cell_known=is_cell_known, knows_pane=knows_pane)
    cell_width, cell_height = facts.cell_width, facts.cell_height
    if inner.cell_width:
        cell_width, cell_height = inner.cell_width, inner.cell_height
    name = f"{outer.name} in {inner.name}" if inner.is_tmux and outer.name else inner.name
    return TerminalFacts(
        images=images,
        colours=judge_colours(facts.colours, outer),
        cell_width=cell_width,
        cell_height=cell_height,
        is_cell_known=is_cell_known,
        name=name,
        is_tmux=inner.is_tmux and images in {"tgp", "iterm2"},
        has_clipboard=_has_clipboard(inner),
    )


def _has_clipboard(replies: Replies) -> bool:
    """Whether pictures can be read from its clipboard: tmux does not pass on what it says."""
    is_known = replies.brand == "kitty" and replies.version >= _CLIPBOARD_SINCE
    return not replies.is_tmux and (is_known or replies.has_clipboard)


def _judge_images(
    inner: Replies, outer: Replies, *, is_cell_known: bool, knows_pane: bool
) -> Drawing:
    """Returns how pictures are drawn: by brand and reply, whatever costs least on the line first.

    What tmux passes on it knows nothing of, so that only cells, or what stands in cells, may go
    this way; sixels it draws itself, if the terminal around it can.
    """
    if has_placeholders(outer):
        return "tgp"
    if not inner.is_tmux and outer.brand in _PLACES and outer.graphics == "OK":
        return "kitty"
    if outer.brand == "iterm2" and (knows_pane or not inner.is_tmux):
        return "iterm2"
    if inner.has_sixel and outer.has_sixel and is_cell_known:
        return "sixel"
    return "halfblock"


def known_drawings(facts: TerminalFacts, inner: Replies, outer: Replies) -> tuple[Drawing, ...]:
    """Returns every way in which the terminal can be tried to draw a picture, the best first.

    Args:
        facts: what was judged from the replies.
        inner: what answered.
        outer: what the terminal around tmux answered; the same as `inner` without tmux.
    """
    is_sixel = inner.has_sixel and outer.has_sixel and facts.is_cell_known
    known: dict[Drawing, bool] = {
        "tgp": has_placeholders(outer),
        "kitty": outer.graphics == "OK" and not inner.is_tmux,
        "iterm2": outer.brand in _ITERM2_BRANDS,
        "sixel": is_sixel,
        "halfblock": facts.images != "none",
    }
    return tuple(drawing for drawing, is_known in known.items() if is_known)


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
