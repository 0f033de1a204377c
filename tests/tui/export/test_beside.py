"""An export by a program of its own."""

import asyncio
import sys
from pathlib import Path

import pytest

from seeshell.core.errors import TransferError
from seeshell.tui.export import ExportChoices, beside
from seeshell.tui.export.beside import export_beside

from ...patience import PATIENCE

PROGRAM = f"""#!{sys.executable}
import signal, sys, time
from pathlib import Path

def end(*_):
    running.unlink()
    sys.exit(130)

running = Path(sys.argv[0] + ".runs")
signal.signal(signal.SIGINT, end)
running.touch()
while True:
    time.sleep(0.01)
"""
DEAF_PROGRAM = PROGRAM.replace("end)", "signal.SIG_IGN)")


def stand_in(folder: Path, text: str) -> Path:
    """Writes a program that is run in place of Python."""
    program = folder / "program"
    program.write_text(text)
    program.chmod(0o700)
    return program


@pytest.mark.parametrize("text", [PROGRAM, DEAF_PROGRAM])
async def test_it_is_ended_as_by_ctrl_c_where_nobody_waits_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    if text == DEAF_PROGRAM:
        monkeypatch.setattr(beside, "_END_SECONDS", 0.1)
    program = stand_in(tmp_path, text)
    running = program.with_name("program.runs")
    monkeypatch.setattr(sys, "executable", str(program))
    export = asyncio.create_task(export_beside([1], tmp_path / "out", ExportChoices()))
    async with asyncio.timeout(PATIENCE):
        while not running.exists():
            assert not export.done(), export.exception()
            await asyncio.sleep(0.01)
        export.cancel()
        await asyncio.wait([export])
    assert export.cancelled()
    assert running.exists() == (text == DEAF_PROGRAM)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("#!/bin/sh\nexit 1\n", "ended too early"),
        ("#!/bin/sh\necho '[]'\n", "ended too early"),
        ("""#!/bin/sh\necho '{"error": {"kind": "X", "message": "Why."}}'\n""", "^Why.$"),
        ("no program", "Nothing was exported"),
    ],
)
async def test_what_goes_wrong_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, sentence: str
) -> None:
    monkeypatch.setattr(sys, "executable", str(stand_in(tmp_path, text)))
    with pytest.raises(TransferError, match=sentence):
        await export_beside([1], tmp_path / "out", ExportChoices())
