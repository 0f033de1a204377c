"""What a long answer costs while it streams, and how keys typed meanwhile come through."""

from ..terminal.pseudo_terminal import PseudoTerminal
from .answer import END_MARK, TOKENS
from .figures import percentile
from .meter import Meter
from .replay import bytes_between, first_seen
from .typist import Typist
from .workplace import READY, Endpoint, Workplace

RATE = 60
_WINDOW = 500
"""Tokens at the start and at the end that are compared; nothing is typed during them."""


def measure(workplace: Workplace, endpoint: Endpoint) -> dict[str, float]:
    """Returns the figures of one answer of 4,000 tokens at 60 tokens a second."""
    with workplace.open("--model", endpoint.model(RATE)) as terminal:
        terminal.wait_for(READY)
        terminal.wait_for(rf"bench-{RATE}.*ready")
        terminal.wait_until_quiet(1)
        with Meter(terminal.program.pid) as app, Meter(workplace.core_pid()) as core:
            typist = Typist(terminal)
            start = terminal.send("Describe the picture in full.\r")
            typist.type_between(start + _WINDOW / RATE + 1, start + (TOKENS - _WINDOW) / RATE - 2)
            times = endpoint.wait_for_times()
            terminal.wait_for(END_MARK)
            terminal.wait_until_quiet(1)
            peak = app.peak_mb()
        return _describe(terminal, times, app, core) | _latencies(typist) | {"peak_mb": peak}


def _describe(
    terminal: PseudoTerminal, times: list[float], app: Meter, core: Meter
) -> dict[str, float]:
    shown = first_seen(terminal, END_MARK, times[0])
    first = app.cpu_between(times[0], times[_WINDOW]) / _WINDOW * 1000
    last = app.cpu_between(times[-_WINDOW], times[-1]) / _WINDOW * 1000
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
