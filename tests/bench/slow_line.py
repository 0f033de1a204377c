"""What the profile for slow lines saves: bytes of an answer that streams below a picture."""

import time

from .pictures import TERMINALS, draw_photo, while_streaming
from .replay import bytes_between
from .workplace import Endpoint, Workplace

_RATE = 60
_QUIET = 1.0

PROFILES = {"fast": (), "slow": ("--slow-line",)}


def measure(workplace: Workplace, endpoint: Endpoint, name: str) -> dict[str, float]:
    """Returns what one kind of terminal gets with the profile and without.

    Args:
        workplace: where the app runs.
        endpoint: streams the answer.
        name: of the terminal, one of `pictures.TERMINALS`.
    """
    figures: dict[str, float] = {}
    photo = draw_photo(workplace.home)
    for profile, option in PROFILES.items():
        arguments = (*option, "-i", photo, "--model", endpoint.model(_RATE))
        with workplace.open(*arguments, columns=80, rows=24, replies=TERMINALS[name]) as terminal:
            terminal.wait_for(r"\[1\] photo")
            # As many bytes as come in the second of 60 tokens.
            figures[f"slow_line_{name}_{profile}_bytes_per_s"] = while_streaming(
                terminal, "What is in the picture?"
            )
            terminal.press("escape")
            terminal.wait_until_quiet(_QUIET)
            now = time.monotonic()
            figures[f"slow_line_{name}_{profile}_kb"] = bytes_between(terminal, 0, now) / 1000
        workplace.stop_core()
    return figures
