"""`seeshell completion` and what the shell is answered; the service files."""

import configparser
import plistlib
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = (sys.executable, "-m", "seeshell")


def run(*arguments: str) -> str:
    return subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, check=True).stdout


def complete(line: str, folder: Path) -> list[str]:
    """Returns what is offered to a shell for a command line."""
    offered = folder / "offered"
    environment = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_SHELL": "bash",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(offered),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "PATH": "/usr/bin:/bin",
        "SEESHELL_HOME": str(folder),
    }
    subprocess.run(PROGRAM, env=environment, check=True)
    return [each.strip() for each in offered.read_text().split("\n")]


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("seeshell ", {"ask", "models", "doctor", "completion"}),
        ("seeshell models ", {"show", "pull", "rm", "quantise"}),
        ("seeshell ask --te", {"--temperature"}),
        ("seeshell --images ", {"auto", "sixel", "halfblock"}),
    ],
)
def test_the_shell_is_offered_what_the_parser_takes(
    line: str, some: set[str], tmp_path: Path
) -> None:
    assert some <= set(complete(line, tmp_path))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_lines(shell: str) -> None:
    assert "seeshell" in run("completion", shell)


def test_bash_takes_them() -> None:
    check = f"{run('completion', 'bash')}\ncomplete -p seeshell"
    told = subprocess.run(["bash", "-c", check], capture_output=True, text=True, check=True)
    assert "seeshell" in told.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
@pytest.mark.parametrize("arguments", [("completion", "bash"), ("service", "systemd")])
def test_a_file_that_takes_nothing_is_told_in_one_sentence(arguments: tuple[str, str]) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [*PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "seeshell: Standard output can't be written (No space left on device)."
    ]


def test_launchd_gets_a_property_list_with_a_program_that_runs() -> None:
    service = plistlib.loads(run("service", "launchd").encode())
    *program, core = service["ProgramArguments"]
    assert core == "core"
    assert subprocess.check_output([*program, "--version"], text=True).startswith("seeshell")


def test_systemd_gets_a_unit_with_a_program_that_runs() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.read_string(run("service", "systemd"))
    *program, core = shlex.split(unit["Service"]["ExecStart"])
    assert core == "core"
    assert subprocess.check_output([*program, "--version"], text=True).startswith("seeshell")
