"""`make fuzz-sessions`: random programs through sessions, store and engine, beside cold runs."""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings

from seeshell.core.engine.loading import load_checkpoint
from seeshell.core.models.sources import find_model

from .session_player import SessionPlayer
from .session_programs import SESSION_PROGRAMS, SessionProgram

_BATCH = 25
"""Programs between two lines of progress."""


def main() -> int:
    """Runs what the command line asks for; 0 where every answer was the one of a cold run."""
    options = _parse()
    with tempfile.TemporaryDirectory(prefix="ss-", dir="/tmp") as folder:
        checkpoint = load_checkpoint(find_model("demo", lambda _: None))
        player = SessionPlayer(checkpoint, "demo", Path(folder))
        started_at = time.monotonic()
        for done in range(0, options.programs, _BATCH):
            count = min(_BATCH, options.programs - done)
            failed = play_batch(player, options.seed * 1_000_000 + done, count)
            if failed is not None:
                print(f"mismatch; the shortest program found:\n{failed}", flush=True)
                return 1
            print(
                f"{done + count} programs, {player.answers} answers compared, "
                f"{player.refused} refused, 0 mismatches, "
                f"{(time.monotonic() - started_at) / 60:.1f} min",
                flush=True,
            )
    return 0


def play_batch(player: SessionPlayer, seed: int, count: int) -> str | None:
    """Plays programs that follow from the seed; returns one that fails, and how, if one does."""
    failures: list[str] = []

    @hypothesis.seed(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(SESSION_PROGRAMS)
    def check(program: SessionProgram) -> None:
        try:
            asyncio.run(player.play(program))
        except Exception as error:
            failures.append(f"{program}\n  {type(error).__name__}: {error}")
            raise

    try:
        check()
    except Exception:  # noqa: BLE001 - whatever it is, the program failed
        return failures[-1]
    return None


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz-sessions", description=__doc__)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
