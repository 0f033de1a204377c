"""What every test stands on: places of its own, the real core, and models that really answer.

Fixtures for all tests:

    home            a short folder of its own as SEESHELL_HOME (for every test, asked for or not)
    paths           the places below it
    start_core      starts a real core process on `paths` and waits until it serves
    demo_core       such a core with the demonstration model
    rambling_model  for such a core: a model that never ends an answer by itself
    rambling_checkpoint
                    the same as a folder, for cores in other places
    samples         the demonstration model's pictures: a folder

A core that a test, or a client in it, has started is ended after the test.
"""

import os
import platform
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from seeshell.core.demo import SAMPLES_PATH
from seeshell.core.ipc.core_process import core_command
from seeshell.core.ipc.lock import is_core_alive, read_address
from seeshell.core.messages.events import Refused
from seeshell.core.messages.lines import decode_event
from seeshell.core.settings import Paths, find_paths

from .rambling import lift_answer_limit, write_rambling_model
from .running_core import RunningCore, StartCore, wait_for_end

# What a shell starts in the background is born deaf to Ctrl+C, and so is all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A machine that is busy with something else is no failure.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

# Makes float32 25 times faster than the BLAS in MLX's CPU build; every answer is the same.
OPENBLAS = Path(f"/usr/lib/{platform.machine()}-linux-gnu/openblas-pthread/libblas.so.3")


def pytest_configure(config: pytest.Config) -> None:
    """Knows the mark of tests that can't share the processors with other tests."""
    config.addinivalue_line(
        "markers", "alone: measures time or memory, so that nothing else may run beside it"
    )


@pytest.fixture(scope="session", autouse=True)
def model_cache() -> Iterator[None]:
    """Keeps the user's downloaded models out of every test."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setenv("HF_HOME", folder)
        yield


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of the test's own; pytest's `tmp_path` is too long for a socket on macOS."""
    folder = Path(tempfile.mkdtemp(prefix="ss-", dir="/tmp"))
    monkeypatch.setenv("SEESHELL_HOME", str(folder))
    for variable in ("SEESHELL_MODEL", "SEESHELL_IMAGES", "OPENAI_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    if OPENBLAS.exists():
        monkeypatch.setenv("LD_PRELOAD", str(OPENBLAS))
    yield folder
    paths = find_paths(os.environ)
    if is_core_alive(paths):
        address = read_address(paths)
        assert address is not None
        os.kill(address.pid, signal.SIGKILL)
        wait_for_end(paths)
    shutil.rmtree(folder)


@pytest.fixture
def paths(home: Path) -> Paths:
    return find_paths(os.environ)


@pytest.fixture
def start_core(paths: Paths) -> StartCore:
    """A function that starts a core with command line arguments such as `--model demo`."""

    def start(*arguments: str) -> RunningCore:
        command = core_command(paths, ["--background", *arguments])
        ended = subprocess.run(command, stdout=subprocess.PIPE, start_new_session=True, check=False)
        event = decode_event(ended.stdout)
        assert not isinstance(event, Refused), event.sentence
        address = read_address(paths)
        assert address is not None
        return RunningCore(paths, address.pid)

    return start


@pytest.fixture
def demo_core(start_core: StartCore) -> RunningCore:
    """A core that is loading, or has loaded, the demonstration model."""
    return start_core("--model", "demo")


@pytest.fixture(scope="session")
def rambling_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose answers end at the core's limit; `lift_answer_limit` takes that away too."""
    folder = tmp_path_factory.mktemp("models") / "rambling"
    write_rambling_model(folder)
    return folder


@pytest.fixture
def rambling_model(rambling_checkpoint: Path, paths: Paths) -> str:
    """What to start a core on `paths` with whose answers go on until they are stopped."""
    lift_answer_limit(paths)
    return str(rambling_checkpoint)


@pytest.fixture(scope="session")
def samples() -> Path:
    """`red-circle-blue-square.png`, `green-star.png` and others."""
    return SAMPLES_PATH
