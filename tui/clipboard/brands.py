"""What terminals do with OSC 52, by which programs put text into the user's clipboard.

It has no reply that every terminal gives, and asking for the clipboard would read it: what is known
of a brand is all that can be told. Source: the terminals' documentation.
"""

from typing import Final

TAKES_IT: Final = frozenset(
    {"kitty", "ghostty", "wezterm", "foot", "alacritty", "contour", "rio", "warp", "xterm.js"}
)
DOES_NOT: Final = frozenset({"vte", "terminal.app"})

MOST_BYTES: Final = 74_994
"""Of text where nothing is known of the terminal: 100,000 bytes of sequence, as hterm has it."""
MOST_BYTES_KNOWN: Final = 750_000
"""The same for brands that take it: 1 MiB of sequence, less than any of them is known to drop."""


def most_bytes(brand: str) -> int:
    """Returns how many bytes of text a terminal takes at once, as far as is known."""
    return MOST_BYTES_KNOWN if brand in TAKES_IT else MOST_BYTES
