"""Long work on a model in a program of its own, which tells how far it is and can be ended.

Neither core nor app imports such a program: it brings mlx-vlm, and its memory is free when it ends.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from typing import Any

Report = Callable[..., None]
"""Takes what a program tells by name."""


class SideProgramFailed(Exception):
    """The program could not do its work; the text says why, without a full stop."""


def run_side_program(
    module: str, arguments: Sequence[str], heed: Callable[[Mapping[str, Any]], None]
) -> None:
    """Returns when a program has done its work; it ends too if this is interrupted.

    Args:
        module: its full name.
        arguments: for it.
        heed: called with what it tells, one line after the other.

    Raises:
        SideProgramFailed: it says that it can't, or has crashed.
    """
    command = [sys.executable, "-P", "-m", module, *arguments]
    # No name in a checkpoint may lead to the network.
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as noise,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=noise, text=True, env=environment
        ) as process,
    ):
        try:
            failure = _follow(process, heed)
        except BaseException:
            process.terminate()
            raise
        if process.wait():
            noise.seek(0)
            said = noise.read().strip().rpartition("\n")[2]
            raise SideProgramFailed((failure or said or "it ended without a word").rstrip("."))


def open_report() -> Report:
    """Returns what a program tells by; standard output becomes standard error for all else."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def report(**values: object) -> None:
        out.write(json.dumps(values) + "\n")
        out.flush()

    return report


def describe_failure(error: Exception) -> str:
    """Returns what a program tells of what went wrong with mlx-vlm, in one line."""
    return " ".join(str(error).split())[:300] or type(error).__name__


@contextmanager
def unfinished_folder(target: Path) -> Iterator[Path]:
    """Yields a folder beside the target that is removed, unless it was renamed to that."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = Path(tempfile.mkdtemp(".unfinished", f".{target.name}.", target.parent))
    try:
        yield unfinished
    finally:
        rmtree(unfinished, ignore_errors=True)


def _follow(process: "subprocess.Popen[str]", heed: Callable[[Mapping[str, Any]], None]) -> str:
    """Passes on what the program tells until it ends; returns its error, empty for none."""
    error = ""
    for line in process.stdout or ():
        told: dict[str, Any] = {}
        with suppress(ValueError):
            told = json.loads(line)
        error = str(told.get("error", error))
        heed(told)
    return error
