"""Puts the runs together: medians, ratios and the document that `--json` prints."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from statistics import median, median_low
from typing import Any

import msgspec
from msgspec import Struct

from ... import __version__
from .benchmark import Runs
from .values import Decode, Model, Plan, Step


class Machine(Struct, frozen=True):
    """Where it was measured."""

    platform: str
    processor: str
    cores: int
    memory_bytes: int
    device: str
    """`gpu` or `cpu`."""
    load: float
    """Processes that wanted a core when the measurement began, a minute's average."""
    versions: dict[str, str]


class GrowthSummary(Struct, frozen=True):
    """Seconds to the first token of a text follow-up."""

    pictures: int
    one: float
    """With one picture in the conversation."""
    many: float
    """With `pictures` of them."""
    ratio: float
    alone_one: float
    """What mlx-vlm's language model takes by itself for the same tokens on a KV cache as long."""
    alone_many: float
    alone_ratio: float
    floor_ratio: float
    """`many` against `alone_many`: what the engine adds to the language model."""


class FloorSummary(Struct, frozen=True):
    """The nine steps against what has to be computed for them, pictures attached right before."""

    seconds: float
    """What encoding the pictures and computing the new tokens take by themselves in mlx-vlm."""
    ratio: float
    """The sum of the steps' TTFT against that."""


class RestartSummary(Struct, frozen=True):
    """A text follow-up in the long conversation, seconds to the first token."""

    warm: float
    reopened: float
    """The first turn of a process that finds the conversation on disk, asked at once."""
    disk_read: float
    """Seconds that reading the spilled KV cache takes by itself."""
    spilled_bytes: int
    ratio: float
    """Reopened, less the disk read, against warm."""
    opened: float
    """The same where opening the conversation has brought its KV back before the question."""
    opened_ratio: float
    """Opened against warm."""
    reused: int
    prefilled: int
    encoded: int


class DecodeSummary(Struct, frozen=True):
    """Decode speed of a long answer."""

    tokens: int
    tps: float
    ratio: float | None
    """Against mlx-vlm; None where nothing was compared."""


class MemorySummary(Struct, frozen=True):
    """Memory above weights and KV caches, with features held and the KV being spilled."""

    overhead_bytes: int
    ratio: float
    """Against the weights."""


class Compared(Struct, frozen=True):
    """The same through mlx-vlm's own loop."""

    name: str
    steps: list[Step]
    decode: Decode


class Summary(Struct, frozen=True):
    """Everything that was measured, medians over the runs."""

    model: Model
    machine: Machine
    runs: int
    image_size: int
    pixel_budget: int
    steps: list[Step]
    """Pictures attached right before sending."""
    steps_early: list[Step]
    """Pictures attached early enough for the work ahead to end."""
    compare: Compared | None
    ratio_right_before: float | None
    """Sums of TTFT over the nine steps, ours over theirs."""
    ratio_early: float | None
    floor: FloorSummary
    regenerate_ratio: float
    """TTFT of the regenerated answer over that of the text follow-up before it."""
    growth: GrowthSummary
    restart: RestartSummary
    memory: MemorySummary
    decode: DecodeSummary


def describe_machine(processor: str, device: str, load: float) -> Machine:
    """Returns what this machine is, with what the measuring processes found."""
    return Machine(
        platform=_system(),
        processor=processor,
        cores=os.cpu_count() or 1,
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        device=device,
        load=round(load, 2),
        versions={
            "seeshell": __version__,
            "python": platform.python_version(),
            "mlx": version("mlx"),
            "mlx-vlm": version("mlx-vlm"),
        },
    )


def _system() -> str:
    macos = platform.mac_ver()[0]
    return f"macOS {macos}" if macos else f"{platform.system()} {platform.release()}"


def summarise(runs: Runs, plan: Plan, machine: Machine) -> Summary:
    """Returns medians over the runs, of which there is at least one."""
    steps = _median_steps([run.steps for run in runs.ours])
    early = _median_steps([run.steps_early for run in runs.ours])
    compare = _compare(runs)
    decode = _median_decode([run.decode for run in runs.ours])
    follow_up, regenerated = steps[3], steps[4]
    return Summary(
        model=runs.ours[0].model,
        machine=machine,
        runs=len(runs.ours),
        image_size=plan.image_size,
        pixel_budget=plan.pixel_budget,
        steps=steps,
        steps_early=early,
        compare=compare,
        ratio_right_before=_ratio(steps, compare),
        ratio_early=_ratio(early, compare),
        floor=_floor(runs, steps),
        regenerate_ratio=regenerated.ttft / follow_up.ttft,
        growth=_growth(runs, plan.pictures),
        restart=_restart(runs),
        memory=_memory(runs),
        decode=DecodeSummary(
            decode.tokens, decode.tps, decode.tps / compare.decode.tps if compare else None
        ),
    )


def as_document(summary: Summary) -> dict[str, Any]:
    """Returns what `--json` prints."""
    document: dict[str, Any] = msgspec.to_builtins(summary)
    return document


def _median_steps(runs: Sequence[Sequence[Step]]) -> list[Step]:
    return [
        Step(
            name=same[0].name,
            ttft=median(step.ttft for step in same),
            reused=median_low(step.reused for step in same),
            prefilled=median_low(step.prefilled for step in same),
            encoded=median_low(step.encoded for step in same),
        )
        for same in zip(*runs, strict=True)
    ]


def _median_decode(runs: Sequence[Decode]) -> Decode:
    return Decode(
        tokens=median_low(run.tokens for run in runs), tps=median(run.tps for run in runs)
    )


def _compare(runs: Runs) -> Compared | None:
    if not runs.theirs:
        return None
    return Compared(
        name=f"mlx-vlm {version('mlx-vlm')}",
        steps=_median_steps([run.steps for run in runs.theirs]),
        decode=_median_decode([run.decode for run in runs.theirs]),
    )


def _ratio(steps: Sequence[Step], compare: Compared | None) -> float | None:
    if compare is None:
        return None
    return sum(step.ttft for step in steps) / sum(step.ttft for step in compare.steps)


def _growth(runs: Runs, pictures: int) -> GrowthSummary:
    one = median(run.growth.one.ttft for run in runs.ours)
    many = median(run.growth.many.ttft for run in runs.ours)
    alone_one = median(run.one for run in runs.alone)
    alone_many = median(run.many for run in runs.alone)
    return GrowthSummary(
        pictures=pictures,
        one=one,
        many=many,
        ratio=many / one,
        alone_one=alone_one,
        alone_many=alone_many,
        alone_ratio=alone_many / alone_one,
        floor_ratio=many / alone_many,
    )


def _floor(runs: Runs, steps: Sequence[Step]) -> FloorSummary:
    seconds = median(run.steps for run in runs.alone)
    return FloorSummary(seconds, sum(step.ttft for step in steps) / seconds)


def _memory(runs: Runs) -> MemorySummary:
    overhead_bytes = median_low(run.overhead_bytes for run in runs.ours)
    return MemorySummary(overhead_bytes, overhead_bytes / runs.ours[0].model.weights_bytes)


def _restart(runs: Runs) -> RestartSummary:
    (step,) = _median_steps([[run.step] for run in runs.reopened])
    warm = median(run.growth.many.ttft for run in runs.ours)
    disk_read = median(run.disk_read for run in runs.reopened)
    opened = median(run.step.ttft for run in runs.opened)
    return RestartSummary(
        warm=warm,
        reopened=step.ttft,
        disk_read=disk_read,
        spilled_bytes=median_low(run.spilled_bytes for run in runs.reopened),
        ratio=(step.ttft - disk_read) / warm,
        opened=opened,
        opened_ratio=opened / warm,
        reused=step.reused,
        prefilled=step.prefilled,
        encoded=step.encoded,
    )
