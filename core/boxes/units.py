"""What the numbers of boxes count, where the form does not say: thousandths, or pixels."""

import re
from typing import Final

_IN_PIXELS: Final = re.compile(
    r"qwen2[._-]?5[._-]?(?:vl|omni)|olmocr|ui-?tars-?1[._-]?5", re.IGNORECASE
)
"""Models that count pixels of the picture as they see it."""


def counts_pixels(model: str) -> bool:
    """Whether a model writes boxes in pixels of the picture as it sees it.

    Args:
        model: `model_type` of its config.json; of a server's model, of which no more is known, its
            name.
    """
    return _IN_PIXELS.search(model) is not None
