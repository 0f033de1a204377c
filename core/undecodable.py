"""What decoding raises for bytes or a text from outside that are no such document."""

from typing import Final

import msgspec

UNDECODABLE: Final = (msgspec.DecodeError, UnicodeError, RecursionError)
"""msgspec has no words of its own for text that is not UTF-8, nor for nesting without end."""
