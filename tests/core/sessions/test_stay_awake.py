"""The child that keeps macOS awake, with a command of the same name that tells how it was run."""

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from seeshell.core.sessions.stay_awake import StayAwake

from ...patience import PATIENCE

COMMAND = '#!/bin/sh\necho "$@" > "$0.pipe"\nexec sleep 600\n'


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pipe into which each `caffeinate` that is started writes its arguments."""
    command = tmp_path / "caffeinate"
    command.write_text(COMMAND)
    command.chmod(0o700)
    os.mkfifo(pipe := tmp_path / "caffeinate.pipe")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return pipe


def children() -> list[str]:
    """Returns the commands of this process's children."""
    listed = subprocess.run(
        ["/bin/ps", "-o", "args=", "--ppid", str(os.getpid())], capture_output=True, check=False
    )
    return [it for it in listed.stdout.decode().splitlines() if "600" in it]


async def test_one_child_lives_from_the_first_answer_to_the_last(told: Path) -> None:
    awake = StayAwake("darwin")
    async with asyncio.timeout(PATIENCE):
        awake.begin()
        awake.begin()
        arguments = await asyncio.to_thread(told.read_text)
        assert arguments == f"-i -w {os.getpid()}\n"
        awake.end()
        awake.begin()
        assert await asyncio.to_thread(told.read_text) == arguments
        await awake.close()
    assert not children()


@pytest.mark.parametrize("platform", ["linux", "darwin"])
async def test_where_there_is_no_such_command_nothing_is_run(
    platform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    awake = StayAwake(platform)
    awake.begin()
    if awake._holding is not None:
        await awake._holding
    awake.begin()
    await awake.close()
