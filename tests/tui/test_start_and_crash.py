"""The app from its first moment to its last, on a terminal that answers late."""

import re
import stat
import sys
import time
from pathlib import Path

import pytest

from seeshell.core.errors import SeeshellError
from seeshell.core.settings import find_paths
from seeshell.tui.crash import report_crash

from ..patience import PATIENCE
from ..terminal.installed import Installed
from ..terminal.pseudo_terminal import PseudoTerminal

TYPED = "0123456789" * 4
ALT_T, ALT_E = "\x1bt", "\x1be"
"""Chords that have nothing to do in a new conversation."""

FAIL_AT_F12 = """
import sys
from seeshell.tui.app import SeeshellApp
from seeshell.tui.cli.command import main

take = SeeshellApp.on_event

async def on_event(self, event):
    if getattr(event, "key", "") == "f12":
        raise KeyError("what the user wrote")
    await take(self, event)

SeeshellApp.on_event = on_event
sys.exit(main([]))
"""


def is_stored(folder: Path, text: str) -> bool:
    return any(text.encode() in it.read_bytes() for it in folder.rglob("*") if it.is_file())


def test_keys_before_the_first_frame_are_kept_late_replies_are_not_and_a_crash_says_so(
    tmp_path: Path,
) -> None:
    installed = Installed(tmp_path)
    command = [sys.executable, "-c", FAIL_AT_F12]
    # The replies come later than the terminal is waited for.
    with PseudoTerminal(command, installed.environment, round_trip=2.0) as terminal:
        for char in (ALT_T, ALT_E, *TYPED):
            terminal.send(char)
            with terminal._arrived:
                terminal._arrived.wait(0.02)
        terminal.wait_for(TYPED)
        terminal.send("\x1b[6;20;10t end")
        terminal.wait_for(f"{TYPED} end")
        assert not re.search(rf"62;22|plain\(|2026|[te]{TYPED}", terminal.text)
        paths = find_paths(installed.environment)
        give_up_at = time.monotonic() + PATIENCE
        while not is_stored(paths.data_dir, f"{TYPED} end"):
            assert time.monotonic() < give_up_at
            with terminal._arrived:
                terminal._arrived.wait(0.05)
        terminal.send("\x1b[24~")
        assert terminal.wait_for_exit() == 1
        said = terminal.text
        output = b"".join(chunk.output for chunk in terminal.chunks)
    installed.run("stop")
    sentence = " ".join(said[said.index("seeshell: The app crashed (KeyError)") :].split())
    assert str(paths.crash_file) in sentence.replace(" ", "")
    assert "Traceback" not in said
    assert is_stored(paths.data_dir, f"{TYPED} end")
    written = paths.crash_file.read_text()
    assert "Traceback" in written
    assert "on_event" in written
    assert stat.S_IMODE(paths.crash_file.stat().st_mode) == 0o600
    assert output.rfind(b"\x1b[?1049l") > output.rfind(b"\x1b[?1049h")
    assert output.rfind(b"\x1b[?25h") > output.rfind(b"\x1b[?25l")


def crash() -> Exception:
    try:
        raise ValueError("\x1b[31mnot UTF-8 \udcff")
    except ValueError as error:
        return error


def test_a_crash_is_told_in_one_sentence_that_names_the_file(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "app-crash.log"
    sentence = report_crash(crash(), log, "kitty(0.41)")
    assert isinstance(sentence, SeeshellError)
    assert str(sentence) == (
        "The app crashed (ValueError); your draft and saved messages are safe: start it again. "
        f"What happened is in {log}."
    )
    assert "terminal: kitty(0.41)" in log.read_text()
    assert "\\udcff" in log.read_text()


def test_a_crash_that_can_not_be_written_is_told_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "logs").write_text("no folder")
    sentence = str(report_crash(crash(), tmp_path / "logs" / "app-crash.log", ""))
    assert "could not be written" in sentence
