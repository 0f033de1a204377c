"""Text from outside made safe to draw: control characters become visible ones."""

import unicodedata

_CONTROL_PICTURES = 0x2400
_DELETE_PICTURE = "\u2421"


def visible(text: str, *, keep: str = "\n\t") -> str:
    """Returns the text with every character that could steer a terminal made visible.

    C0 controls and DEL become Unicode's control pictures; C1 controls and characters that
    reorder or hide text become their code point in angle brackets.

    Args:
        text: from a model, a file name, a title, an error.
        keep: control characters to leave as they are.
    """
    if text.isprintable():
        return text
    return "".join(char if char in keep else _shown(char) for char in text)


def visible_line(text: str) -> str:
    """Returns the text on one line, every run of white space a single space."""
    return visible(" ".join(text.split()), keep="")


def _shown(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == 0x7F:
        return _DELETE_PICTURE
    if unicodedata.category(char) in {"Cc", "Cs"} or unicodedata.bidirectional(char) in _REORDERING:
        return f"<{code:04x}>"
    return char


_REORDERING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
