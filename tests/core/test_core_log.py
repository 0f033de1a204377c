"""The core's log."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from seeshell.core.core_log import MOST_BYTES
from seeshell.core.ipc.core_process import read_log_tail

PROGRAM = """
import logging, os, sys
from pathlib import Path

import pytest
from seeshell.core.core_log import start_log
start_log(Path(sys.argv[1]), in_background=True)
for number in range(int(sys.argv[2])):
    logging.info("line %d %s", number, "x" * 100)
os.write(2, b"last words of native code\\n")
"""


def test_the_log_is_rotated_private_and_takes_standard_error_along(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "core.log"
    lines = 3 * MOST_BYTES // 100
    subprocess.run([sys.executable, "-c", PROGRAM, str(path), str(lines)], check=True)
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == ["core.log", "core.log.1", "core.log.2"]
    for file in files:
        assert file.stat().st_size <= MOST_BYTES + 1000
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_log_tail(path, 1) == "last words of native code"
    assert f"line {lines - 1} " in read_log_tail(path)


def test_what_is_logged_can_not_steer_the_terminal_that_shows_it(tmp_path: Path) -> None:
    program = """
import logging, sys
from pathlib import Path

import pytest
from seeshell.core.core_log import start_log
start_log(Path(sys.argv[1]), in_background=False)
logging.info("can't read %s", "a\\x1b]0;title\\x07\\x9b31m.png")
"""
    path = tmp_path / "core.log"
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], check=True, capture_output=True, text=True
    )
    for written in (done.stderr, path.read_text()):
        assert written.endswith(r"can't read a\x1b]0;title\x07\x9b31m.png" + "\n")


def test_the_tail_of_a_log_begins_where_a_crash_begins(tmp_path: Path) -> None:
    path = tmp_path / "core.log"
    stack = [f'  File "{number}"' for number in range(100)]
    path.write_text("\n".join(["before", "Fatal Python error: Aborted", *stack]))
    tail = read_log_tail(path).splitlines()
    assert tail == ["Fatal Python error: Aborted", *stack]


def test_the_tail_of_a_missing_log_is_empty(tmp_path: Path) -> None:
    assert read_log_tail(tmp_path / "nothing") == ""


@pytest.mark.parametrize("name", ["elsewhere", "nowhere"])
def test_a_link_in_place_of_the_log_is_not_written_through(tmp_path: Path, name: str) -> None:
    (tmp_path / "elsewhere").write_text("kept")
    path = tmp_path / "core.log"
    path.symlink_to(tmp_path / name)
    program = [sys.executable, "-c", PROGRAM, str(path), "1"]
    ended = subprocess.run(program, check=False, capture_output=True, text=True)
    assert "It is a link, which is not followed here" in ended.stderr
    assert (tmp_path / "elsewhere").read_text() == "kept"
    assert not (tmp_path / "nowhere").exists()


def test_a_log_that_others_could_read_is_made_private(tmp_path: Path) -> None:
    path = tmp_path / "core.log"
    path.write_text("before\n")
    path.chmod(0o644)
    subprocess.run([sys.executable, "-c", PROGRAM, str(path), "1"], check=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().startswith("before\n")
