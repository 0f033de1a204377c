"""Measures a conversation's first turn after a restart: the module `ours` has spilled it.

It is asked at once, or after it was opened and its KV is back, as the plan says. Run as
`python -m seeshell.core.bench.reopened PLAN`.
"""

import sys
import time
from pathlib import Path
from typing import Final

from .measured_engine import MeasuredEngine
from .pictures import Pictures
from .script import long_chat, play
from .side import Report, run_side
from .values import Plan, Reopened

_REOPENED: Final = 10
"""The conversation, by a name of its own: forgetting it leaves on disk what `ours` has spilled."""


def measure(plan: Plan, report: Report) -> Reopened:
    """Returns what the next follow-up costs in a process that has answered nothing yet."""
    spilled_bytes, disk_read = _read_all(Path(plan.folder) / "spills")
    with MeasuredEngine(plan, report) as engine:
        how = "opened and asked" if plan.opens else "asked at once"
        report(f"seeshell, {how} after a restart: text follow-up")
        draw = Pictures(Path(plan.folder), plan.image_size, "many")
        script = long_chat(draw, plan.pictures, plan.answers)
        (step,) = play(
            script, lambda asked: engine.step(asked, _REOPENED, early=plan.opens), limit=1
        )
        engine.forget(_REOPENED)
    return Reopened(step=step, disk_read=disk_read, spilled_bytes=spilled_bytes)


def _read_all(folder: Path) -> tuple[int, float]:
    """Returns the bytes of a folder's files and the seconds that reading them takes."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    started_at = time.perf_counter()
    count = sum(len(path.read_bytes()) for path in files)
    return count, time.perf_counter() - started_at


if __name__ == "__main__":
    sys.exit(run_side(measure))
