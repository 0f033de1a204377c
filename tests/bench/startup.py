"""How soon the app echoes the first key, against an empty Textual app."""

import sys
import time
from collections.abc import Iterable
from pathlib import Path

from ..terminal.pseudo_terminal import PseudoTerminal
from .replay import first_seen
from .workplace import Workplace

_KEY_INTERVAL = 0.015
_FAR = 0.1
"""Seconds that the terminal's answers take over a slow line."""


def measure(workplace: Workplace) -> dict[str, float]:
    """Returns the seconds to the first echo: an empty app, ours without and with a core."""
    workplace.stop_core()
    empty = [sys.executable, Path(__file__).with_name("empty_app.py")]
    figures = {"empty_app_s": _first_echo(PseudoTerminal(empty, {}, folder=workplace.home))}
    figures["cold_s"] = _first_echo(workplace.open())
    workplace.load_demo()
    figures["warm_s"] = _first_echo(workplace.open())
    figures["far_s"] = _first_echo(workplace.open(round_trip=_FAR))
    for name in ("cold", "warm"):
        figures[f"{name}_ratio"] = figures[f"{name}_s"] / figures["empty_app_s"]
    return figures


def _first_echo(terminal: PseudoTerminal) -> float:
    """Types one letter from the first moment on until it is on the screen."""
    with terminal:
        _type_until_shown(terminal, "z", timeout=30)
        return first_seen(terminal, "zz", terminal.started) - terminal.started


def _type_until_shown(terminal: PseudoTerminal, key: str, timeout: float) -> None:
    end = time.monotonic() + timeout
    for count in _count_until(end):
        terminal.send(key)
        time.sleep(_KEY_INTERVAL)
        if count % 20 == 0 and key * 2 in terminal.text:
            return
    raise TimeoutError(f"No key was echoed:\n{terminal.text}")


def _count_until(end: float) -> Iterable[int]:
    count = 0
    while time.monotonic() < end:
        count += 1
        yield count
