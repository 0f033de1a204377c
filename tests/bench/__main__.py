"""`make bench`: measures the installed app and core, and prints medians beside their bars."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator

from . import idle, log_bench, opening, pictures, startup, streaming
from .figures import format_table, medians
from .workplace import open_endpoint, open_workplace

Run = dict[str, float]

_WORST_TOKENS = 1_000


def main() -> int:
    """Runs what the command line asks for; 0 whatever the figures are."""
    options = _parse()
    runs: list[Run] = []
    for name in options.only or MEASUREMENTS:
        for number, run in enumerate(MEASUREMENTS[name](options.runs), start=1):
            print(f"{name}, run {number} of {options.runs}: {_short(run)}", file=sys.stderr)
            runs.append(run)
    values = medians(runs)
    machine = describe_machine()
    if options.json:
        print(json.dumps({"machine": machine, "medians": values, "runs": runs}, indent=2))
    else:
        print(f"{machine}; medians of {options.runs} runs in one go\n\n{format_table(values)}")
    return 0


def describe_machine() -> str:
    """Returns what the figures were measured on, in words."""
    system = f"{platform.system()} {platform.machine()}"
    return f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}"


def measure_startup(runs: int) -> Iterator[Run]:
    """Yields the start of the app without and with a core."""
    with open_workplace() as workplace:
        for _ in range(runs):
            yield startup.measure(workplace)


def measure_streaming(runs: int) -> Iterator[Run]:
    """Yields what a long answer costs; each takes over a minute."""
    with open_workplace() as workplace, open_endpoint() as endpoint:
        for _ in range(runs):
            yield streaming.measure(workplace, endpoint)


def measure_opening(runs: int) -> Iterator[Run]:
    """Yields how a long conversation opens."""
    with open_workplace() as workplace:
        opening.seed(workplace)
        for _ in range(runs):
            yield opening.measure(workplace)


def measure_idle(runs: int) -> Iterator[Run]:
    """Yields what the app costs at rest."""
    with open_workplace() as workplace:
        for _ in range(runs):
            yield idle.measure(workplace)


def measure_engine(runs: int) -> Iterator[Run]:
    """Yields turns through core and socket against mlx-vlm's own loop."""
    # MLX in this process would be in the way of the other measurements.
    from . import engine_bench

    with open_workplace() as workplace:
        models = engine_bench.prepare(workplace)
        for run in range(runs):
            yield engine_bench.measure(workplace, models, run)


def measure_answer_end(runs: int) -> Iterator[Run]:
    """Yields what a turn waits for after its last token."""
    from . import answer_end

    for _ in range(runs):
        yield answer_end.measure()


def measure_pictures(runs: int) -> Iterator[Run]:
    """Yields what pictures cost on the line, terminal by terminal."""
    with open_workplace() as workplace, open_endpoint() as endpoint:
        for _ in range(runs):
            for name in pictures.TERMINALS:
                yield pictures.measure(workplace, endpoint, name)
            yield pictures.measure_replies(workplace)


def measure_log(runs: int) -> Iterator[Run]:
    """Yields what the log alone costs when one code block or one table never ends."""
    for _ in range(runs):
        yield {
            f"{shape}_{name}": value
            for shape in ("code", "table")
            for name, value in log_bench.run_on_terminal(shape, _WORST_TOKENS).items()
        }


def measure_boxes(_runs: int) -> Iterator[Run]:
    """Yields how well the demo model's boxes fit; the same in every run."""
    from . import boxes

    with open_workplace() as workplace:
        yield boxes.measure(workplace)


def measure_crops(_runs: int) -> Iterator[Run]:
    """Yields how often small shapes are found in crops; the same in every run."""
    from . import crops

    with open_workplace() as workplace:
        yield crops.measure(workplace)


def measure_slow_line(runs: int) -> Iterator[Run]:
    """Yields what the profile for slow lines saves, with kitty's protocol and half blocks."""
    from . import slow_line

    with open_workplace() as workplace, open_endpoint() as endpoint:
        for _ in range(runs):
            for name in ("kitty", "plain"):
                yield slow_line.measure(workplace, endpoint, name)


MEASUREMENTS: dict[str, Callable[[int], Iterator[Run]]] = {
    "startup": measure_startup,
    "streaming": measure_streaming,
    "opening": measure_opening,
    "idle": measure_idle,
    "slow-line": measure_slow_line,
    "engine": measure_engine,
    "answer-end": measure_answer_end,
    "log": measure_log,
    "pictures": measure_pictures,
    "boxes": measure_boxes,
    "crops": measure_crops,
}


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each measurement")
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, help="measurements to make")
    parser.add_argument("--json", action="store_true", help="print every run as JSON")
    return parser.parse_args()


def _short(run: Run) -> str:
    return ", ".join(f"{name} {value:.3g}" for name, value in run.items())


if __name__ == "__main__":
    sys.exit(main())
