"""The figures of `seeshell bench` as lines of at most 80 columns."""

from collections.abc import Iterator

from ...core.bench.summary import Summary

_NAME = 31


def format_summary(summary: Summary) -> Iterator[str]:
    """Yields the lines of both tables, with what was measured above and where below them."""
    yield from _head(summary)
    yield ""
    yield from _steps(summary)
    yield ""
    yield from _rest(summary)
    yield ""
    machine = summary.machine
    versions = ", ".join(f"{name} {number}" for name, number in machine.versions.items())
    yield machine.platform[:80]
    yield f"{versions}; load {machine.load:.1f}"


def _head(summary: Summary) -> Iterator[str]:
    model, machine = summary.model, summary.machine
    device = "Metal" if machine.device == "gpu" else "CPU only"
    yield f"{model.name[:40]}, {model.weights_bytes / 1e6:,.0f} MB of weights in memory"
    memory = f"{machine.memory_bytes / 1e9:.0f} GB"
    yield f"{machine.processor[:42]}, {machine.cores} cores, {memory}, {device}"
    runs = "one run" if summary.runs == 1 else f"medians of {summary.runs} runs"
    size = f"{summary.image_size}x{summary.image_size}"
    yield f"{runs}, pictures of {size} pixels, at most {summary.pixel_budget:,} tokens each"


def _steps(summary: Summary) -> Iterator[str]:
    """Yields a line for each step: the waits, and what had to be computed."""
    compare = summary.compare
    yield _step_line(
        "seconds to the first token",
        "right away",
        "early",
        "mlx-vlm" if compare else "",
        "prefilled",
        "encoded",
    )
    theirs = compare.steps if compare else [None] * len(summary.steps)
    for number, (step, early, their) in enumerate(
        zip(summary.steps, summary.steps_early, theirs, strict=True), start=1
    ):
        yield _step_line(
            f"{number} {step.name}",
            f"{step.ttft:.3f}",
            f"{early.ttft:.3f}",
            f"{their.ttft:.3f}" if their else "",
            f"{step.prefilled:,}",
            str(step.encoded),
        )
    waits = [sum(step.ttft for step in steps) for steps in (summary.steps, summary.steps_early)]
    total = f"{sum(step.ttft for step in compare.steps):.3f}" if compare else ""
    yield _step_line("sum", *(f"{wait:.3f}" for wait in waits), total, "", "")
    if summary.ratio_right_before is not None and summary.ratio_early is not None:
        ratios = (f"{summary.ratio_right_before:.2f}", f"{summary.ratio_early:.2f}")
        yield _step_line("against mlx-vlm", *ratios, "1.00", "", "")
    floor = summary.floor
    yield _step_line("encodes and prefills alone", f"{floor.seconds:.3f}", "", "", "", "")
    yield _step_line("right away against that", f"{floor.ratio:.2f}", "", "", "", "")


def _step_line(name: str, *columns: str) -> str:
    late, early, theirs, prefilled, encoded = columns
    line = f"{name:<{_NAME}}{late:>10}{early:>9}{theirs:>10}{prefilled:>11}{encoded:>9}"
    return line.rstrip()


def _rest(summary: Summary) -> Iterator[str]:
    growth, restart, decode = summary.growth, summary.restart, summary.decode
    yield _line("text follow-up, one picture in the conversation", f"{growth.one:.3f} s")
    yield _line(f"  {growth.pictures} pictures", f"{growth.many:.3f} s", growth.ratio)
    alone = f"{growth.alone_one:.3f} to {growth.alone_many:.3f} s"
    yield _line("    mlx-vlm's language model alone, both of them", alone, growth.alone_ratio)
    yield _line("    many pictures against that", "", growth.floor_ratio)
    yield _line(
        f"  {growth.pictures} pictures, asked at once after a restart", f"{restart.reopened:.3f} s"
    )
    yield _line(
        f"    less {restart.disk_read:.3f} s to read {restart.spilled_bytes / 1e6:,.1f} MB",
        f"{restart.reopened - restart.disk_read:.3f} s",
        restart.ratio,
    )
    yield _line(
        "    opened some time before it is asked", f"{restart.opened:.3f} s", restart.opened_ratio
    )
    yield _line("regenerate against a text follow-up", "", summary.regenerate_ratio)
    against = " against mlx-vlm" if decode.ratio else ""
    memory = summary.memory
    yield _line(
        "memory above weights and KV, against the weights",
        f"{memory.overhead_bytes / 1e6:,.1f} MB",
        memory.ratio,
    )
    yield _line(f"decode{against}", f"{decode.tps:.1f} tokens/s", decode.ratio)


def _line(name: str, value: str, ratio: float | None = None) -> str:
    return f"{name:<49}{value:>16}{'' if ratio is None else f'{ratio:.2f} x':>10}".rstrip()
