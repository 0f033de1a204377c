"""What a terminal is asked and how its replies read, without touching a terminal.

A further question is a constant among `QUESTIONS`, a pattern of its reply, and a field of
`Replies`; `facts` judges it. Source: xterm's control sequences (XTVERSION, DA1, CSI 16 t) and
kitty's graphics protocol.
"""

import re
from typing import Final, NamedTuple

ASK_NAME: Final = "\x1b[>0q"
ASK_CELL_SIZE: Final = "\x1b[16t"
ASK_GRAPHICS: Final = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
ASK_ATTRIBUTES: Final = "\x1b[c"
"""DA1: every terminal answers it, in order, so its reply ends the wait for the others."""

ASK_COLOUR_COUNT: Final = "\x1bP+q436f\x1b\\"
"""XTGETTCAP of `Co`."""
ASK_RGB: Final = "\x1b[48;2;1;2;3m\x1bP$qm\x1b\\\x1b[m"
"""Sets a colour that is in no palette and has the setting told (DECRQSS): a terminal that keeps it
shows 24-bit colours."""

ASK_CLIPBOARD: Final = "\x1b[?5522$p"
"""DECRQM of the mode in which a terminal tells of pictures that are pasted."""

QUESTIONS: Final = (
    ASK_NAME,
    ASK_CELL_SIZE,
    ASK_COLOUR_COUNT,
    ASK_RGB,
    ASK_CLIPBOARD,
    ASK_GRAPHICS,
)
"""All that a terminal is asked, before DA1."""

_TAKEN_WRONG_BY_TMUX: Final = frozenset({ASK_COLOUR_COUNT, ASK_RGB, ASK_GRAPHICS})
"""tmux takes an unwrapped graphics query for a window title, and GNU screen prints the others on
the terminal around it."""

_NAME: Final = re.compile(rb"\x1bP>\|([^\x1b\x07]{0,200})(?:\x1b\\|\x07)")
_CELL_SIZE: Final = re.compile(rb"\x1b\[6;(\d{1,4});(\d{1,4})t")
_GRAPHICS: Final = re.compile(rb"\x1b_Gi=31(?:,[^;\x1b]{0,100})?;([^\x1b]{0,200})\x1b\\")
_ATTRIBUTES: Final = re.compile(rb"\x1b\[\?([\d;]{0,100})c")
_SIXEL: Final = b"4"
"""The attribute of terminals that draw sixels."""
_COLOUR_COUNT: Final = re.compile(rb"\x1bP1\+r436[fF]=((?:3\d){1,9})\x1b\\")
_RGB: Final = re.compile(rb"\x1bP1\$r[\d;:]{0,100}48[:;]2[:;]{1,2}1[:;]2[:;]3[\d;:]{0,100}m\x1b\\")
_CLIPBOARD: Final = re.compile(rb"\x1b\[\?5522;[123]\$y")
_VERSION: Final = re.compile(r"\d+(?:\.\d+)*")

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
    colour_count: int = 0
    """Colours of its palette by its own word; 0 if it said nothing."""
    has_rgb: bool = False
    """Whether it kept a 24-bit colour."""
    has_sixel: bool = False
    """Whether it draws sixels by its own word, or by that of tmux."""
    has_clipboard: bool = False
    """Whether it knows kitty's protocol for the clipboard by its own word."""
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


def parse_replies(received: bytes) -> Replies:
    """Returns what was said in any order, between keys typed meanwhile; never fails."""
    name = _NAME.search(received)
    cell = _CELL_SIZE.search(received)
    height, width = (int(cell[1]), int(cell[2])) if cell else (0, 0)
    is_plausible = 0 < width <= _LARGEST_CELL and 0 < height <= _LARGEST_CELL
    graphics = _GRAPHICS.search(received)
    count = _COLOUR_COUNT.search(received)
    attributes = _ATTRIBUTES.findall(received)
    return Replies(
        name=_printable(name[1]) if name else "",
        cell_width=width if is_plausible else 0,
        cell_height=height if is_plausible else 0,
        graphics=_printable(graphics[1]) if graphics else None,
        colour_count=int(bytes.fromhex(count[1].decode())) if count else 0,
        has_rgb=_RGB.search(received) is not None,
        # The first says what kind of terminal it is.
        has_sixel=bool(attributes) and _SIXEL in attributes[0].split(b";")[1:],
        has_clipboard=_CLIPBOARD.search(received) is not None,
        attributes_count=len(attributes),
    )


def questions(*, may_be_tmux: bool) -> str:
    """Returns everything to ask at once, DA1 as the last."""
    left_out = _TAKEN_WRONG_BY_TMUX if may_be_tmux else frozenset()
    return "".join(it for it in QUESTIONS if it not in left_out) + ASK_ATTRIBUTES


def wrap_for_tmux(sequence: str) -> str:
    """Returns the sequence in the envelope that tmux passes on to the terminal around it."""
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"


def _printable(name: bytes) -> str:
    text = name.decode("utf-8", "replace")
    return "".join(char for char in text if char.isprintable()).strip()
