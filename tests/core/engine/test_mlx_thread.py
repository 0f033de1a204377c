"""The thread of all MLX calls, and that a process which has used it can end."""

import subprocess
import sys
from typing import Final

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
