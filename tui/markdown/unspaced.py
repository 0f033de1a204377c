"""Which characters belong to texts without spaces between words."""

from typing import Final

CJK: Final = (
    "\u2e80-\u303e\u3041-\ua4cf\uf900-\ufaff\ufe30-\ufe4f"
    "\uff01-\uff60\uffe0-\uffe6\U00020000-\U0003fffd"
)
"""Chinese, Japanese and Korean, as ranges of a pattern."""
