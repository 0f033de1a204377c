"""Runs the measuring processes one after the other, so that each has the machine for itself."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, TypeVar

import msgspec

from ..errors import SeeshellError
from ..ipc.core_process import error_of
from ..messages.events import Refused
from .values import Alone, Failed, Ours, Plan, Progress, Reopened, Reply, Side, Theirs

ReplyT = TypeVar("ReplyT", Ours, Reopened, Alone, Theirs)


@dataclass
class Runs:
    """What was measured, a value for each run."""

    ours: list[Ours] = field(default_factory=list)
    reopened: list[Reopened] = field(default_factory=list)
    """Asked at once."""
    opened: list[Reopened] = field(default_factory=list)
    """Asked some time after the conversation was opened."""
    alone: list[Alone] = field(default_factory=list)
    theirs: list[Theirs] = field(default_factory=list)
    """Empty where there was nothing to compare with."""


def run_benchmark(plan: Plan, runs: int, *, compares: bool, report: Callable[[str], None]) -> Runs:
    """Returns what all runs measured; ours and mlx-vlm's take turns.

    Args:
        plan: what to measure; its folder and answers are filled in.
        runs: how often.
        compares: whether mlx-vlm's own loop is measured too.
        report: is told what is being done, in a few words.

    Raises:
        SeeshellError: with one sentence that says what to do.
    """
    measured = Runs()
    for number in range(1, runs + 1):

        def report_run(sentence: str, number: int = number) -> None:
            report(f"run {number} of {runs}: {sentence}")

        with tempfile.TemporaryDirectory(prefix="seeshell-bench-") as folder:
            here = msgspec.structs.replace(plan, folder=folder)
            ours = _measure("ours", here, Ours, report_run)
            measured.ours.append(ours)
            later = msgspec.structs.replace(
                here, answers=ours.answers, growth=ours.growth, steps=ours.steps
            )
            measured.reopened.append(_measure("reopened", later, Reopened, report_run))
            opening = msgspec.structs.replace(later, opens=True)
            measured.opened.append(_measure("reopened", opening, Reopened, report_run))
            measured.alone.append(_measure("alone", later, Alone, report_run))
            if compares:
                measured.theirs.append(_measure("theirs", here, Theirs, report_run))
    return measured


def _measure(side: Side, plan: Plan, kind: type[ReplyT], report: Callable[[str], None]) -> ReplyT:
    """Returns what one process measured; it is gone when this returns or raises."""
    command = [sys.executable, "-P", "-m", f"{__package__}.{side}", _encode(plan)]
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        try:
            reply = _read_reply(process.stdout, report)
        except BaseException:
            process.kill()
            raise
        process.wait()
        if isinstance(reply, kind):
            return reply
        raise _failure(reply, errors)


def _read_reply(lines: IO[bytes], report: Callable[[str], None]) -> Reply | None:
    """Returns the last reply; None where the process ended without one."""
    for line in lines:
        reply: Reply = msgspec.json.decode(line, type=Reply)
        if not isinstance(reply, Progress):
            return reply
        report(reply.sentence)
    return None


def _encode(plan: Plan) -> str:
    return msgspec.json.encode(plan).decode()


def _failure(reply: Reply | None, errors: IO[bytes]) -> SeeshellError:
    if isinstance(reply, Failed):
        return error_of(Refused(error=reply.error, sentence=reply.sentence))
    errors.seek(0)
    lines = errors.read().decode(errors="replace").strip().splitlines() or ["it said nothing"]
    return SeeshellError(f"A measuring process ended unexpectedly ({lines[-1]}); try again.")
