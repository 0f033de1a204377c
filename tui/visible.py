"""Text from outside made safe to draw: what steers, reorders or hides becomes visible."""

import re
from collections.abc import Callable
from functools import cache
from typing import Final

_CONTROL_PICTURES: Final = 0x2400
_DELETE_PICTURE: Final = "\u2421"

# Controls, surrogates, line and paragraph separator, marks of interlinear notes, what joins
# hieroglyphs, and Unicode's Default_Ignorable_Code_Point: what a terminal obeys, or draws as
# nothing.
_HIDDEN: Final = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_TAG: Final = "[\U000e0030-\U000e0039\U000e0061-\U000e007a]"
_JOINER: Final = "[\u034f\u17b4\u17b5\u200c\u200d]"
_BLACK_FLAG: Final = "\U0001f3f4"
_SEEN: Final = rf"[^\x00-\x7f\s{_HIDDEN}]"
"""A character beyond ASCII that can be seen: in ASCII nothing is joined or varied."""

# What belongs to the characters before it, by how Unicode writes it.
_KEPT: Final = "|".join(
    [
        # Flags of regions such as Scotland: a country and up to four more letters or digits.
        f"{_BLACK_FLAG}{_TAG}{{3,7}}\U000e007f",
        # ZWNJ, ZWJ and their like: within emoji, and within Indic, Persian and other words.
        f"(?<={_SEEN}|[\ufe0e\ufe0f]){_JOINER}",
        # The same after a word between the marks of Markdown.
        *(f"(?<={_SEEN}[*_~`]{{{count}}}){_JOINER}" for count in (1, 2, 3)),
        # Variation selectors: emoji or text, keycaps, forms of ideographs.
        f"(?<={_SEEN}|[#*0-9])[\ufe00-\ufe0f]",
        "(?<=[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef]",
        # Mongolian forms, Korean syllables without a vowel, and the space without width by which
        # Thai, Lao, Burmese and Khmer tell where a line may break.
        "(?<=[\u1820-\u18aa])[\u180b-\u180f]|(?<=[\u180b-\u180d\u180f])\u180e",
        "(?<=[\u1100-\u115e\ua960-\ua97c])\u1160",
        # Hieroglyphs are stacked and framed.
        "(?<=[\U00013000-\U0001345f])[\U00013430-\U0001343f]",
        "(?<=[\u0e01-\u0eff\u1000-\u109f\u1780-\u17b3\u17b6-\u17dd])\u200b",
    ]
)
_PLAIN: Final = (
    "\t\n -~\xa0-\xac\xae-\u034e\u0350-\u061b\u061d-\u115e\u1161-\u17b3\u17b6-\u180a"
    "\u1810-\u200a\u2010-\u2027\u202f-\u205f\u2070-\u3163\u3165-\ud7ff\ue000-\ufdff"
    "\ufe10-\ufefe\uff00-\uff9f\uffa1-\uffef\ufffc-\uffff"
    "\U00010000-\U0001342f\U00013440-\U0001bc9f\U0001bca4-\U0001d172\U0001d17b-\U000dffff\U000e1000-\U0010ffff"
)
"""All that is not hidden: a pattern of these tells fastest that nothing has to be done."""
_LOOK_BEHIND: Final = 4
"""How many characters before one decide what becomes of it."""
_UNENDED_FLAG: Final = re.compile(rf"{_BLACK_FLAG}{_TAG}{{0,7}}\Z")


def visible(text: str, *, keep: str = "\n\t", before: str = "") -> str:
    """Returns the text with every character that steers, reorders or hides made visible.

    C0 controls and DEL become Unicode's control pictures, all others their code point in angle
    brackets. What takes no room but belongs to the character before it stays: joiners within
    emoji and words, variation selectors, the tags of a flag.

    Args:
        text: from a model, a file name, a title, an error.
        keep: which of newline and tab to leave as they are.
        before: what the text goes on from.
    """
    if text.isascii() and text.isprintable():
        return text
    shown = replace_hidden(before + text, show, len(before))
    for char in "\n\t":
        if char not in keep:
            shown = shown.replace(char, show(char))
    return shown


def visible_line(text: str) -> str:
    """Returns the text on one line, every run of white space a single space."""
    return visible(" ".join(text.split()), keep="")


def is_plain(text: str) -> bool:
    """Returns whether nothing in the text steers, reorders or hides; newline and tab do."""
    if text.isascii():
        return text.isprintable()
    return "\n" not in text and "\t" not in text and _plain().fullmatch(text) is not None


def replace_hidden(text: str, replace: Callable[[str], str], start: int = 0) -> str:
    """Returns the text, each character that steers, reorders or hides replaced.

    Args:
        text: newlines and tabs in it stay.
        replace: takes such a character.
        start: where the text begins that is returned; before it stands what it goes on from.
    """
    if _plain().fullmatch(text, start):
        return text[start:]
    parts = []
    for match in _special().finditer(text, start):
        if match.lastgroup:
            parts += [text[start : match.start()], replace(match[0])]
            start = match.end()
    return "".join([*parts, text[start:]])


# Each takes milliseconds to compile, which a start without a need for it should not pay.
@cache
def _plain() -> re.Pattern[str]:
    return re.compile(f"[{_PLAIN}]*+")


@cache
def _special() -> re.Pattern[str]:
    """Returns what finds all that is hidden, as the group `hidden`, and what looks so but stays."""
    # The first look spares most characters all others.
    return re.compile(f"(?=[{_HIDDEN}{_BLACK_FLAG}])(?:{_KEPT}|(?P<hidden>[{_HIDDEN}]))")


def show(char: str) -> str:
    """Returns what stands for a character that can't be seen."""
    code = ord(char)
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    return _DELETE_PICTURE if code == 0x7F else f"<{code:04x}>"


class VisibleStream:
    """Makes text visible that comes in pieces, as if it came at once."""

    def __init__(self) -> None:
        self._before = ""
        self._held = ""

    def feed(self, piece: str) -> str:
        """Returns what can be shown now: all but a flag that is not complete."""
        text = self._before + self._held + piece
        flag = _UNENDED_FLAG.search(text, len(self._before))
        end = flag.start() if flag else len(text)
        return self._take(text, end)

    def end(self) -> str:
        """Returns the rest."""
        text = self._before + self._held
        return self._take(text, len(text))

    def _take(self, text: str, end: int) -> str:
        shown = replace_hidden(text[:end], show, len(self._before))
        self._before, self._held = text[:end][-_LOOK_BEHIND:], text[end:]
        return shown
