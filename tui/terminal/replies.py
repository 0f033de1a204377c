"""What a terminal's replies say: parsed and judged, without touching a terminal.

Source: xterm's control sequences (XTVERSION, DA1, CSI 16 t), kitty's graphics protocol, and
measurements of real terminals. Several answer OK to the graphics query without knowing Unicode
placeholders, so brand and reply are judged together.
"""

import re
from typing import Final, NamedTuple

ASK_NAME: Final = "\x1b[>0q"
ASK_CELL_SIZE: Final = "\x1b[16t"
ASK_GRAPHICS: Final = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
ASK_ATTRIBUTES: Final = "\x1b[c"
"""DA1: every terminal answers it, in order, so its reply ends the wait for the others."""

_NAME: Final = re.compile(rb"\x1bP>\|([^\x1b\x07]{0,200})(?:\x1b\\|\x07)")
_CELL_SIZE: Final = re.compile(rb"\x1b\[6;(\d{1,4});(\d{1,4})t")
_GRAPHICS: Final = re.compile(rb"\x1b_Gi=31(?:,[^;\x1b]{0,100})?;([^\x1b]{0,200})\x1b\\")
_ATTRIBUTES: Final = re.compile(rb"\x1b\[\?[\d;]{0,100}c")
_VERSION: Final = re.compile(r"\d+(?:\.\d+)*")

_PLACEHOLDERS_SINCE: Final = {"kitty": (0, 28), "ghostty": (1, 0)}
"""Brands that draw Unicode placeholders, and the version that began to."""

_TRUECOLOR_BRANDS: Final = frozenset(
    {"kitty", "ghostty", "iterm2", "wezterm", "warp", "konsole", "foot", "xterm.js", "contour"}
    | {"alacritty", "rio", "vte", "mintty"}
)

_LARGEST_CELL: Final = 200
"""Pixels; a reply beyond it is a lie."""


class Replies(NamedTuple):
    """What a terminal said, as far as it said anything."""

    name: str = ""
    """Its own name and version, from XTVERSION."""
    cell_width: int = 0
    """Pixels; 0 if unknown."""
    cell_height: int = 0
    """Pixels; 0 if unknown."""
    graphics: str | None = None
    """Its word on a picture of kitty's protocol, `OK` or a reason; None if it said nothing."""
    attributes_count: int = 0
    """DA1 replies seen."""

    @property
    def brand(self) -> str:
        """The first word of the name, in lower case."""
        return re.split(r"[ (]", self.name, maxsplit=1)[0].lower()

    @property
    def version(self) -> tuple[int, ...]:
        """The version in the name; empty if it gives none."""
        found = _VERSION.search(self.name[len(self.brand) :])
        return tuple(int(part) for part in found[0].split(".")) if found else ()

    @property
    def is_tmux(self) -> bool:
        """Whether tmux answered, and not the terminal around it."""
        return self.brand == "tmux"

    @property
    def has_placeholders(self) -> bool:
        """Whether it draws pictures in Unicode placeholder cells: by brand, version and reply."""
        since = _PLACEHOLDERS_SINCE.get(self.brand)
        return self.graphics == "OK" and since is not None and self.version >= since

    @property
    def is_judged(self) -> bool:
        """Whether nothing that may still come would change what is drawn."""
        has_unknown_brand = bool(self.name) and self.brand not in _PLACEHOLDERS_SINCE
        return has_unknown_brand or (bool(self.name) and self.graphics is not None)

    @property
    def has_truecolor(self) -> bool:
        """Whether it is known to show 24-bit colours."""
        return self.brand in _TRUECOLOR_BRANDS or self.has_placeholders


def parse_replies(received: bytes) -> Replies:
    """Returns what was said in any order, between keys typed meanwhile; never fails."""
    name = _NAME.search(received)
    cell = _CELL_SIZE.search(received)
    height, width = (int(cell[1]), int(cell[2])) if cell else (0, 0)
    is_plausible = 0 < width <= _LARGEST_CELL and 0 < height <= _LARGEST_CELL
    graphics = _GRAPHICS.search(received)
    return Replies(
        name=_printable(name[1]) if name else "",
        cell_width=width if is_plausible else 0,
        cell_height=height if is_plausible else 0,
        graphics=_printable(graphics[1]) if graphics else None,
        attributes_count=len(_ATTRIBUTES.findall(received)),
    )


def wrap_for_tmux(sequence: str) -> str:
    """Returns the sequence in the envelope that tmux passes on to the terminal around it."""
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"


def _printable(name: bytes) -> str:
    text = name.decode("utf-8", "replace")
    return "".join(char for char in text if char.isprintable()).strip()
