"""What tells somebody whose terminal is not in front of them that an answer has ended.

Source: OSC 9 is iTerm2's, OSC 777 rxvt-unicode's; WezTerm, Ghostty, kitty, foot and Warp know one
of them or both. The bell is for all others: terminals and tmux mark the window.
"""

from typing import Final

from ...core.settings import Notification
from ..visible import visible_line
from .replies import wrap_for_tmux

_BELL: Final = "\a"
_LONGEST: Final = 200


def notification(kind: Notification, title: str, text: str, *, through_tmux: bool = False) -> str:
    """Returns what to write to the terminal; empty for nothing.

    Args:
        kind: the setting.
        title: of the conversation.
        text: how the answer begins.
        through_tmux: whether tmux passes on what is wrapped for it.
    """
    heading = _plain(title).replace(";", ",")
    body = _plain(text)
    match kind:
        case "bell":
            return _BELL
        case "osc9":
            sequence = f"\x1b]9;{heading}: {body}{_BELL}"
        case "osc777":
            sequence = f"\x1b]777;notify;{heading};{body}{_BELL}"
        case "none":
            return ""
    return wrap_for_tmux(sequence) if through_tmux else sequence


def _plain(text: str) -> str:
    return visible_line(text[: 4 * _LONGEST])[:_LONGEST]
