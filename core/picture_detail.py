"""How finely the model is to see a picture: the user's choice, and the pixel budget of it."""

from typing import Final, Literal

PictureDetail = Literal["small", "normal", "full"]
"""A quarter of the tokens, what preset and settings say, or all that the picture has pixels for."""

MOST_TOKENS: Final = 65_536
"""Of a picture in full: more than any model takes."""

_SMALL_SHARE: Final = 4
"""Half of the pixels across and down."""


def budget_of(detail: PictureDetail, preset_budget: int, settings_budget: int) -> int:
    """Returns the most image tokens that a picture may take; 0 for what the engine goes by itself.

    Args:
        detail: what the user chose for this picture.
        preset_budget: what the preset says; 0 for nothing.
        settings_budget: what counts where the preset says nothing.
    """
    if detail == "full":
        return MOST_TOKENS
    if detail == "small":
        return max(1, (preset_budget or settings_budget) // _SMALL_SHARE)
    return preset_budget
