"""`seeshell ask --each`, end to end: the installed command, the real core, the demo model."""

import csv
import io
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.demo import SAMPLES_PATH
from seeshell.core.ipc.lock import read_address
from seeshell.core.settings import find_paths
from seeshell.tui.cli.parser import parse

from ...patience import PATIENCE
from ...running_core import RunningCore
from ...terminal.installed import Installed

WHAT = "What is in the picture?"
CIRCLE, STAR = "red-circle-blue-square.png", "green-star.png"
TWO = [str(SAMPLES_PATH / CIRCLE), str(SAMPLES_PATH / STAR)]

MANY = 24


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """The command with a core that stays for the whole module."""
    installed = Installed(tmp_path_factory.mktemp("each"))
    yield installed
    installed.run("stop")


def make_links(folder: Path) -> Path:
    """Fills a folder with many pictures."""
    for number in range(MANY):
        (folder / f"{number}.png").symlink_to(TWO[number % 2])
    return folder


def read_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_rows_come_as_lines_of_json_in_the_order_of_the_pictures(installed: Installed) -> None:
    done = installed.run("ask", "--each", *TWO, "--jsonl", "--temperature", "0", WHAT)
    first, second = read_lines(done.stdout)
    assert done.returncode == 0
    assert list(first) == [
        "row", "name", "path", "text", "thoughts", "seconds", "finish_reason", "error", "model",
        "roll", "attachment", "boxes", "stats",
    ]  # fmt: skip
    assert (first["row"], first["name"]) == (1, CIRCLE)
    assert "red circle" in first["text"]
    assert (second["row"], second["name"]) == (2, STAR)
    assert "green star" in second["text"]
    assert first["attachment"]["name"] == CIRCLE


def test_a_table_has_a_header_and_a_column_for_each_property(installed: Installed) -> None:
    schema = {
        "type": "object",
        "properties": {"color": {"enum": ["red", "blue"]}, "sure": {"type": "boolean"}},
        "required": ["color", "sure"],
    }
    done = installed.run(
        "ask", "--each", TWO[0], "--csv", "--schema", json.dumps(schema), "--temperature", "0", WHAT
    )
    header, row = csv.reader(io.StringIO(done.stdout))
    assert header == [
        "name", "answer", "seconds", "finish_reason", "error", "path", "color", "sure",
    ]  # fmt: skip
    assert json.loads(row[1])["color"] == row[6]
    assert row[7] in ("true", "false")


def test_what_fails_is_said_and_can_be_tried_again(installed: Installed, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    done = installed.run("ask", "--each", broken, TWO[1], "--temperature", "0", "--", WHAT)
    assert done.returncode == 1
    assert done.stdout.startswith(f"{STAR}: ")
    assert "broken.png is not a picture" in done.stderr
    command = done.stderr.rpartition("try them again with: seeshell ")[2].split()
    broken.write_bytes((SAMPLES_PATH / CIRCLE).read_bytes())
    again = installed.run(*command)
    assert again.returncode == 0
    assert [line.partition(":")[0] for line in again.stdout.splitlines()] == ["broken.png", STAR]


def test_ctrl_c_stops_the_roll_and_says_how_to_go_on(installed: Installed, tmp_path: Path) -> None:
    command = installed.start("ask", "--each", make_links(tmp_path), "--jsonl", WHAT)
    assert command.stdout is not None
    first = command.stdout.readline()
    command.send_signal(signal.SIGINT)
    out, err = command.communicate(timeout=PATIENCE)
    assert command.returncode == 130
    printed = read_lines((first + out).decode())
    assert 0 < len(printed) < MANY
    again = installed.run(*err.decode().rpartition("go on with: seeshell ")[2].split())
    rows = read_lines(again.stdout)
    assert again.returncode == 0
    assert [row["row"] for row in rows] == list(range(1, MANY + 1))
    assert [row for row in printed if row not in rows] == []


def test_a_roll_of_a_killed_core_goes_on(installed: Installed, tmp_path: Path) -> None:
    command = installed.start("ask", "--each", make_links(tmp_path), "--jsonl", WHAT)
    assert command.stdout is not None
    command.stdout.readline()
    paths = find_paths(installed.environment)
    address = read_address(paths)
    assert address is not None
    RunningCore(paths, address.pid).kill()
    _, err = command.communicate(timeout=PATIENCE)
    assert command.returncode == 1
    again = installed.run(*err.decode().rpartition("Go on with: seeshell ")[2].split())
    assert [row["row"] for row in read_lines(again.stdout)] == list(range(1, MANY + 1))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--each", "a.png", "-i", "b.png", "What?"], "-i can't be used with --each"),
        (["--each", "a.png", "--json", "What?"], "use --jsonl"),
        (["--jsonl", "What?"], "--jsonl and --csv are for --each"),
        (["--resume-roll", "3", "What?"], "leave PROMPT out"),
        (["--each", "a.png", "--retry", "--", "What?"], "--retry needs"),
        (["--each", "a.png", "--resume-roll", "3"], "not allowed with"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["ask", *arguments])
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


def test_standard_input_may_name_the_pictures(installed: Installed) -> None:
    given = "\n".join(TWO).encode()
    done = installed.run("ask", "--each", "-", "--temperature", "0", "--", WHAT, given=given)
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == [CIRCLE, STAR]


def test_a_question_that_is_taken_for_a_path_is_missed(installed: Installed) -> None:
    done = installed.run("ask", "--each", TWO[0], WHAT)
    assert done.returncode == 1
    assert "The question is missing" in done.stderr
