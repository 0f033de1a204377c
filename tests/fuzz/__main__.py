"""`make fuzz-engine`: compares random programs with cold runs, for as long as it is asked to.

With `--mutant` a mistake is switched on, and the run must find it.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from seeshell.core.engine.loading import load_checkpoint
from seeshell.core.models.sources import find_model

from ..core.engine.endless import SHAPES, write_endless
from .mutants import MUTANTS
from .player import Player
from .programs import PROGRAMS, Program, shorten

MODELS: Final = ("demo", *SHAPES)
_BATCH = 50
"""Programs between two lines of progress."""


class _Failed(Exception):
    """A program whose answers are not those of cold runs, the shortest that was found."""


def main() -> int:
    """Runs what the command line asks for; 0 where it found what it was to find."""
    options = _parse()
    players = [_open(name, options.folder) for name in options.models]
    with pytest.MonkeyPatch.context() as patch:
        if options.mutant:
            MUTANTS[options.mutant](patch)
        try:
            _run(players, options)
        except _Failed as failure:
            print(f"mismatch; the shortest program found:\n{failure}", flush=True)
            return 0 if options.mutant else 1
    return 1 if options.mutant else 0


def _run(players: Sequence[Player], options: argparse.Namespace) -> None:
    started_at = time.monotonic()
    done = batch = 0
    while done < options.programs and time.monotonic() - started_at < 60 * options.minutes:
        player = players[batch % len(players)]
        count = min(_BATCH, options.programs - done)
        done += _play_batch(player, options.seed * 1_000_000 + batch, count)
        batch += 1
        answers = sum(player.answers for player in players)
        minutes = (time.monotonic() - started_at) / 60
        print(
            f"{done} programs, {answers} answers compared, 0 mismatches, {minutes:.1f} min",
            flush=True,
        )


def _play_batch(player: Player, seed: int, count: int) -> int:
    """Plays programs that follow from the seed; returns how many.

    Raises:
        _Failed: one of them has a wrong answer.
    """
    played = 0

    @hypothesis.seed(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(PROGRAMS)
    def check(program: Program) -> None:
        nonlocal played
        played += 1
        if player.failure(program):
            shortest = shorten(program, lambda shorter: bool(player.failure(shorter)))
            raise _Failed(f"{shortest}\n  {player.failure(shortest)}")

    check()
    return played


def _open(name: str, folder: Path) -> Player:
    """Returns a player of the model; its checkpoint is written once."""
    work = folder / name
    work.mkdir(parents=True, exist_ok=True)
    if name == "demo":
        return Player(load_checkpoint(find_model("demo", lambda _: None)), work)
    model = work / "model"
    if not (model / "model.safetensors").exists():
        model.mkdir(exist_ok=True)
        write_endless(model, **SHAPES[name])
    return Player(load_checkpoint(find_model(str(model), lambda _: None)), work)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz-engine", description=__doc__)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=600.0, help="ends after that, too")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mutant", choices=MUTANTS)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
    parser.add_argument("--folder", type=Path, default=Path("build/fuzz-engine"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
