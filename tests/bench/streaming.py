"""What a long answer costs while it streams, and how keys typed meanwhile come through."""

from ..terminal.pseudo_terminal import PseudoTerminal
from .answer import END_MARK, WINDOW, find_repetition, make_tokens
from .figures import percentile
from .meter import Meter
from .replay import bytes_between, first_seen
from .typist import Typist
from .workplace import READY, Endpoint, Workplace

RATE = 60
_SETTLED = 1.5
"""Seconds without output after which the answer is taken to be drawn; nothing is emulated yet."""


def measure(workplace: Workplace, endpoint: Endpoint) -> dict[str, float]:
    """Returns the figures of one answer of 4,000 tokens at 60 tokens a second."""
    with workplace.open("--model", endpoint.model(RATE)) as terminal:
        terminal.wait_for(READY)
        terminal.wait_for(rf"bench-{RATE}.*ready")
        terminal.wait_until_quiet(1)
        with Meter(terminal.program.pid) as app, Meter(workplace.core_pid()) as core:
            typist = Typist(terminal)
            start = terminal.send("Describe the picture in full.\r")
            # Nothing is typed during the first and the last tokens, which are compared.
            again = find_repetition(make_tokens())
            typist.type_between(start + WINDOW / RATE + 1, start + again / RATE - 2)
            times = endpoint.wait_for_times()
            terminal.wait_until_quiet(_SETTLED)
            peak = app.peak_mb()
        return _describe(terminal, times, app, core) | _latencies(typist) | {"peak_mb": peak}


def _describe(
    terminal: PseudoTerminal, times: list[float], app: Meter, core: Meter
) -> dict[str, float]:
    shown = first_seen(terminal, END_MARK, times[0])
    again = find_repetition(make_tokens())
    first = app.cpu_between(times[0], times[WINDOW]) / WINDOW * 1000
    last = app.cpu_between(times[again], times[again + WINDOW]) / WINDOW * 1000
    return {
        "cpu_s_per_1000": app.cpu_between(times[0], shown) / len(times) * 1000,
        "cpu_first_s_per_1000": first,
        "cpu_last_s_per_1000": last,
        "cpu_growth": last / first,
        "core_cpu_s_per_1000": core.cpu_between(times[0], shown) / len(times) * 1000,
        "end_lag_s": shown - times[-1],
        "bytes_per_token": bytes_between(terminal, times[0], shown) / len(times),
    }


def _latencies(typist: Typist) -> dict[str, float]:
    latencies = [1000 * latency for latency in typist.latencies()]
    return {"key_p50_ms": percentile(latencies, 50), "key_p95_ms": percentile(latencies, 95)}
