"""`make fuzz-states`: random programs on caches that hold states, each as a cold run gives it.

`python -m tests.fuzz.states [PROGRAMS] [FIRST]`.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from ..core.engine.kv.hybrids import play


def main(seeds: int = 200, first: int = 0) -> None:
    """Runs programs until one fails, whose seed is the last that is printed."""
    for seed in range(first, first + seeds):
        print(f"\rprogram {seed}", end="", flush=True)
        with TemporaryDirectory() as folder:
            play(seed, Path(folder) / "spills")
    print(f"\n{seeds} programs, each as a cold run")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
