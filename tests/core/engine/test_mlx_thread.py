"""The thread of all MLX calls, and that a process which has used it can end."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Final

import pytest

from seeshell.core.engine.mlx_thread import MlxThread

from ...patience import PATIENCE

_ENDS: Final = 8
"""What goes wrong in a thread's destructors depends on which thread gets the GIL next."""

_PROGRAM: Final = """
import asyncio
from seeshell.core.engine.mlx_thread import MlxThread

def compute() -> None:
    import mlx.core as mx

    mx.eval(mx.random.uniform(shape=(4,)))
    # Each takes time to free, during which the interpreter goes on ending.
    double = mx.compile(lambda array: array + array)
    for length in range(1, 2000):
        double(mx.zeros(length))

async def main() -> None:
    thread = MlxThread()
    await thread.run(compute)
    thread.close()

asyncio.run(main())
"""


@pytest.fixture
def thread() -> Iterator[MlxThread]:
    thread = MlxThread()
    yield thread
    thread.close()


async def test_a_short_function_runs_between_two_steps_of_a_long_one(thread: MlxThread) -> None:
    order: list[str] = []
    has_begun, may_go_on = threading.Event(), threading.Event()

    def work() -> None:
        has_begun.set()
        may_go_on.wait(PATIENCE)
        thread.pause()
        order.append("long")

    long = thread.run(work)
    after = thread.run(lambda: order.append("after"))
    await asyncio.to_thread(has_begun.wait, PATIENCE)
    short = thread.run_between(lambda: order.append("short"))
    assert thread.is_wanted()
    may_go_on.set()

    await asyncio.gather(long, after, short)

    assert order == ["short", "long", "after"]
    assert not thread.is_wanted()


async def test_a_short_function_runs_at_once_where_nothing_else_does(thread: MlxThread) -> None:
    assert await thread.run_between(lambda: threading.current_thread().name) == "mlx_0"


async def test_what_a_short_function_raises_is_its_callers_alone(thread: MlxThread) -> None:
    def work() -> str:
        thread.pause()
        return "done"

    long, failing = thread.run(work), thread.run_between(lambda: 1 / 0)

    assert await long == "done"
    with pytest.raises(ZeroDivisionError):
        await failing


async def test_idle_work_waits_for_what_was_asked_for_and_is_left_out_if_more_comes(
    thread: MlxThread,
) -> None:
    order: list[str] = []
    may_go_on = threading.Event()
    first = thread.run(lambda: may_go_on.wait(PATIENCE))
    thread.run_when_idle(lambda: not order.append("idle"))
    second = thread.run(lambda: order.append("second"))
    thread.run_when_idle(lambda: not order.append("idle again"))
    may_go_on.set()

    await asyncio.gather(first, second)
    await thread.run(lambda: None)

    assert order in (["second"], ["second", "idle again"])


async def test_idle_work_goes_on_after_a_short_function(thread: MlxThread) -> None:
    order: list[str] = []
    has_begun, has_ended = threading.Event(), threading.Event()

    def work() -> bool:
        order.append("idle")
        has_begun.set()
        while len(order) == 1 and not thread.is_wanted():
            pass
        if len(order) == 3:
            has_ended.set()
        return has_ended.is_set()

    thread.run_when_idle(work)
    await asyncio.to_thread(has_begun.wait, PATIENCE)
    await thread.run_between(lambda: order.append("short"))
    assert await asyncio.to_thread(has_ended.wait, PATIENCE)

    assert order == ["idle", "short", "idle"]


async def test_idle_work_that_fails_is_logged(
    thread: MlxThread, caplog: pytest.LogCaptureFixture
) -> None:
    has_begun = threading.Event()

    def fail() -> bool:
        has_begun.set()
        raise ZeroDivisionError

    thread.run_when_idle(fail)
    await asyncio.to_thread(has_begun.wait, PATIENCE)
    await thread.run(lambda: None)

    assert "ZeroDivisionError" in caplog.text


async def test_a_closed_thread_takes_no_idle_work() -> None:
    thread = MlxThread()
    thread.close()
    thread.run_when_idle(lambda: pytest.fail("it runs"))


def test_a_process_that_has_closed_its_thread_ends_without_an_error() -> None:
    for _ in range(_ENDS):
        subprocess.run([sys.executable, "-c", _PROGRAM], check=True, timeout=PATIENCE)


def test_a_thread_that_was_never_used_imports_no_mlx_when_it_is_closed() -> None:
    program = (
        "import sys, threading; from seeshell.core.engine.mlx_thread import MlxThread; "
        "MlxThread().close(); [thread.join() for thread in threading.enumerate()[1:]]; "
        "assert 'mlx' not in sys.modules, sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=PATIENCE)
