"""`seeshell status`, `stop` and `core`, end to end."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seeshell import __version__

from ...patience import PATIENCE
from ...terminal.installed import COMMAND, Installed


def test_without_a_core_status_says_so_and_starts_none(tmp_path: Path) -> None:
    installed = Installed(tmp_path)
    for _ in range(2):
        done = installed.run("status", "--json")
        assert done.returncode == 1
        assert json.loads(done.stdout) == {"running": False}
    assert "No core is running" in installed.run("status").stdout


def test_a_lock_that_can_not_be_opened_is_not_called_the_lack_of_a_core(tmp_path: Path) -> None:
    installed = Installed(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "core.lock").symlink_to(tmp_path / "nowhere")
    done = installed.run("status")
    assert done.returncode != 0
    assert "core.lock can't be opened: It is a link" in done.stderr


def test_stopping_nothing_is_no_error(tmp_path: Path) -> None:
    done = Installed(tmp_path).run("stop", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"stopped": False}


def test_freeing_the_model_of_no_core_is_no_error(tmp_path: Path) -> None:
    done = Installed(tmp_path).run("unload", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"unloaded": False})


@contextmanager
def core_in_foreground(installed: Installed) -> Iterator["subprocess.Popen[bytes]"]:
    """Yields `seeshell core` once it serves; its log comes on standard error too."""
    with installed.start("core") as core:
        assert core.stderr
        for line in iter(core.stderr.readline, b""):
            if b"serving" in line:
                break
        try:
            yield core
        finally:
            core.kill()


def test_the_core_runs_in_the_foreground_until_it_is_stopped(tmp_path: Path) -> None:
    installed = Installed(tmp_path)
    with core_in_foreground(installed) as core:
        status = json.loads(installed.run("status", "--json").stdout)
        assert (status["running"], status["version"]) == (True, __version__)
        assert status["pid"] == core.pid
        assert f"process {core.pid}" in installed.run("status").stdout
        # Whether it was loaded by then or not.
        assert installed.run("unload").stdout in (
            "demo is freed; the next question loads it again.\n",
            "No model is loaded.\n",
        )
        freed = json.loads(installed.run("status", "--json").stdout)
        assert (freed["state"], freed["source"], freed["active_bytes"]) == ("unloaded", "demo", 0)
        assert json.loads(installed.run("stop", "--json").stdout) == {"stopped": True}
        assert core.wait(PATIENCE) == 0
        assert installed.run("status").returncode == 1


def test_sigterm_ends_the_core_in_order(tmp_path: Path) -> None:
    with core_in_foreground(Installed(tmp_path)) as core:
        core.send_signal(signal.SIGTERM)
        assert core.wait(PATIENCE) == 0


def test_without_a_runtime_folder_of_the_system_nothing_is_complained_of(tmp_path: Path) -> None:
    done = subprocess.run(
        [COMMAND, "status"],
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")


def test_outside_a_terminal_the_app_says_what_to_use(tmp_path: Path) -> None:
    done = Installed(tmp_path).run()
    assert done.returncode == 1
    assert "seeshell ask" in done.stderr
