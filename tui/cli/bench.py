"""`seeshell bench`: how long one waits in a chat about pictures, on this machine."""

import os
from argparse import Namespace

from ...core.bench.benchmark import run_benchmark
from ...core.bench.summary import as_document, describe_machine, summarise
from ...core.bench.values import Plan
from ...core.ipc.core_process import absolute_source
from ...core.ipc.lock import is_core_alive
from ...core.settings import Paths, find_paths, read_settings
from .bench_table import format_summary
from .exit_status import COMPLETE
from .output import Output

_BUSY = 0.5
"""Processes for each core from which on figures are not what a machine at rest would give."""


def bench(options: Namespace, output: Output) -> int:
    """Measures, prints the figures and returns the exit status.

    Raises:
        SeeshellError: it could not be measured.
    """
    paths = find_paths(os.environ)
    settings = read_settings(paths, os.environ)
    load = os.getloadavg()[0]
    _warn(paths, load, output)
    source = options.model or settings.model
    if table := settings.endpoints.get(source.partition("#")[0]):
        source = table.url
    plan = Plan(
        model=absolute_source(source),
        folder="",
        image_size=options.image_size,
        pixel_budget=options.pixel_budget or settings.pixel_budget,
        max_pixels=settings.max_pixels,
        spill_bytes=settings.spill_bytes,
        pictures=options.pictures,
        kv_bits=settings.kv_bits,
        kv_bytes=settings.kv_bytes,
    )
    runs = run_benchmark(
        plan, options.runs, compares=options.compare is not None, report=output.progress
    )
    ours = runs.ours[0]
    summary = summarise(runs, plan, describe_machine(ours.processor, ours.device, load))
    if output.as_json:
        output.document(as_document(summary))
    else:
        output.write("\n".join(format_summary(summary)) + "\n")
    return COMPLETE


def _warn(paths: Paths, load: float, output: Output) -> None:
    if is_core_alive(paths):
        output.notice("A core is running and holds a model; `seeshell stop` ends it.")
    if load > _BUSY * (os.cpu_count() or 1):
        output.notice("This machine is busy; figures are better taken when it is at rest.")
