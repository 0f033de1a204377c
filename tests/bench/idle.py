"""What the app writes and computes while nobody does anything."""

import time

from .meter import Meter
from .replay import bytes_between
from .workplace import READY, Workplace

_SECONDS = 5.0


def measure(workplace: Workplace) -> dict[str, float]:
    """Returns bytes and CPU a second of the app at rest, the model loaded."""
    workplace.load_demo()
    with workplace.open() as terminal:
        terminal.wait_for(READY)
        terminal.wait_for("ready")
        terminal.wait_until_quiet(1.5)
        with Meter(terminal.program.pid) as meter:
            start = time.monotonic()
            time.sleep(_SECONDS)
            end = time.monotonic()
            peak = meter.peak_mb()
        return {
            "idle_bytes_per_s": bytes_between(terminal, start, end) / _SECONDS,
            "idle_cpu_percent": 100 * meter.cpu_between(start + 0.1, end) / _SECONDS,
            "idle_mb": peak,
        }
