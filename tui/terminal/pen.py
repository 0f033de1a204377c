"""The pen of the terminal: the fewest codes from the style it writes in to the next."""

from functools import lru_cache
from typing import Final, NamedTuple

from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

_RESET: Final = "0"
_NO_FOREGROUND: Final = "39"
_NO_GROUND: Final = "49"


class Codes(NamedTuple):
    """A style as the terminal is told it; each part may be empty."""

    attributes: str = ""
    foreground: str = ""
    ground: str = ""
    link: str = ""


_PLAIN: Final = Codes()


class Pen:
    """Writes in one style after the other; plain at first."""

    def __init__(self, colors: ColorSystem) -> None:
        self._colors = colors
        self._now = _PLAIN

    def take(self, style: Style | None) -> str:
        """Returns what makes the terminal write in a style from here on."""
        return self._change(_PLAIN if style is None else _codes(style, self._colors))

    def put_down(self) -> str:
        """Returns what makes the terminal write plainly again."""
        return self._change(_PLAIN)

    def _change(self, new: Codes) -> str:
        old, self._now = self._now, new
        if new is old or new == old:
            return ""
        link = f"\x1b]8;{new.link or ';'}\x1b\\" if new.link != old.link else ""
        if new.attributes != old.attributes or new[:3] == _PLAIN[:3]:
            codes = [_RESET, *filter(None, new[:3])]
        else:
            codes = []
            if new.foreground != old.foreground:
                codes.append(new.foreground or _NO_FOREGROUND)
            if new.ground != old.ground:
                codes.append(new.ground or _NO_GROUND)
        return f"{link}\x1b[{';'.join(codes)}m" if new[:3] != old[:3] else link


@lru_cache(maxsize=2048)
def _codes(style: Style, colors: ColorSystem) -> Codes:
    foreground = ground = ""
    if style.color is not None:
        foreground = ";".join(style.color.downgrade(colors).get_ansi_codes(foreground=True))
    if style.bgcolor is not None:
        ground = ";".join(style.bgcolor.downgrade(colors).get_ansi_codes(foreground=False))
    attributes = Strip.render_ansi(style.without_color, colors)
    link = f"id={style.link_id};{style.link}" if style.link else ""
    return Codes(attributes, foreground, ground, link)
