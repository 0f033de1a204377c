"""Letters of other scripts by the key that they stand on, for Ctrl and Alt.

Shortcuts are named by Latin letters. A terminal of the kitty protocol says which Latin letter is on
the pressed key; for others the common layouts stand here. Text that is typed is never touched.

Source: the layouts `ru`, `ua`, `by`, `bg`, `rs`, `mk`, `gr`, `il`, `ara` and `ir` of
xkeyboard-config.
"""

from collections.abc import Mapping
from typing import Final

_LATIN: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,./"

_RUSSIAN: Final = "йцукенгшщзхъфывапролджэячсмитьбю"
_BULGARIAN: Final = ",уеишщксдзц;ьяаожгтнвмчюйъэфхпрлб"
_SERBIAN: Final = "љњертзуиопшђасдфгхјклчћѕџцвбнм,."
_MACEDONIAN: Final = "љњертѕуиопшѓасдфгхјклчќзџцвбнм,."
_GREEK: Final = ";ςερτυθιοπ[]ασδφγηξκλ΄'ζχψωβνμ,."
_HEBREW: Final = "/'קראטוןםפ][שדגכעיחלךף,זסבהנמצתץ"
_ARABIC: Final = "ضصثقفغعهخحجدشسيبلاتنمكطئءؤرﻻىةوز"
_PERSIAN: Final = "ضصثقفغعهخحجچشسیبلاتنمکگظطزرذدپو."


def _by_letter(*layouts: str) -> dict[str, str]:
    """Returns the Latin letter of each letter; of two layouts the first one counts."""
    table: dict[str, str] = {}
    for layout in layouts:
        for letter, latin in zip(layout, _LATIN, strict=False):
            if not letter.isascii():
                table.setdefault(letter, latin)
    return table


_OTHERS: Final = {
    "і": "s", "ї": "]", "є": "'", "ґ": "\\", "ў": "o", "ё": "`", "ѝ": "x",
    "ά": "a", "έ": "e", "ή": "h", "ί": "i", "ό": "o", "ύ": "y", "ώ": "v", "ϊ": "i", "ϋ": "y",
}  # fmt: skip
"""Letters of Ukrainian, Belarusian and Russian beside the common ones, and Greek with accents."""

_COMMON: Final = _by_letter(_RUSSIAN, _SERBIAN, _MACEDONIAN, _GREEK, _HEBREW, _ARABIC, _PERSIAN)

_OWN: Final[Mapping[str, dict[str, str]]] = {
    "bg": _by_letter(_BULGARIAN),
    "sr": _by_letter(_SERBIAN),
    "mk": _by_letter(_MACEDONIAN),
    "fa": _by_letter(_PERSIAN),
    "be": {"і": "b"},
}
"""Languages whose layout has letters of a common one on other keys, by their code in the locale."""


def latin_letters(language: str) -> Mapping[str, str]:
    """Returns the Latin letter, or the sign, on the key of each letter.

    Args:
        language: of the locale, as in `bg_BG.UTF-8`; decides between layouts that disagree.
    """
    return _COMMON | _OTHERS | _OWN.get(language[:2].lower(), {})
