"""What a process costs: its CPU time at any moment, and its peak memory."""

import bisect
import re
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

_INTERVAL = 0.05


def high_water_mb(pid: int) -> float | None:
    """Returns the peak of a process's resident memory, in 10^6 bytes; None but on Linux.

    Its `ru_maxrss` would not do there: that begins with the memory of whoever started it.
    """
    status = Path(f"/proc/{pid}/status")
    peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(peak[1]) * 1024 / 1e6 if peak else None


class Meter:
    """Samples a process in the background while it is the context."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._times: list[float] = []
        self._cpu: list[float] = []
        self._peak_bytes = 0
        self._stop = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._sampler.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._sampler.join()

    def cpu_between(self, start: float, end: float) -> float:
        """Returns the CPU seconds spent between two moments, to a sample's precision."""
        return self._cpu_at(end) - self._cpu_at(start)

    def peak_mb(self) -> float:
        """Returns the peak of resident memory so far, in 10^6 bytes; asked while it runs."""
        return high_water_mb(self._process.pid) or self._peak_bytes / 1e6

    def _cpu_at(self, moment: float) -> float:
        return self._cpu[min(bisect.bisect_left(self._times, moment), len(self._cpu) - 1)]

    def _sample(self) -> None:
        try:
            while not self._stop.wait(_INTERVAL):
                cpu = self._process.cpu_times()
                self._times.append(time.monotonic())
                self._cpu.append(cpu.user + cpu.system)
                self._peak_bytes = max(self._peak_bytes, self._process.memory_info().rss)
        except psutil.NoSuchProcess:
            return
