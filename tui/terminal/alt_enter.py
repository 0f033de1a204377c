"""Keys that terminals without a keyboard protocol send in a form Textual does not know."""

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.keys import Keys

_ALT_ENTER = "\x1b\r"


def read_alt_enter_as_newline() -> None:
    """Makes Textual read Alt+Enter of a legacy terminal as Ctrl+J.

    Textual 8.2 knows no key for Escape followed by carriage return and would report Enter, which
    sends the prompt. Terminals with the kitty protocol send another sequence and are not touched.
    """
    ANSI_SEQUENCES_KEYS[_ALT_ENTER] = (Keys.ControlJ,)  # type: ignore[index]
