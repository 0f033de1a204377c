"""`seeshell ask` and servers that config.toml names, end to end with a real core."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ...core.recording_server import RecordingServer, recording_server
from ...patience import PATIENCE
from ...terminal.installed import COMMAND, Installed


@pytest.fixture(scope="module")
def server() -> Iterator[RecordingServer]:
    with recording_server() as server:
        yield server


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """The command with a core that stays for the whole module, and was started without any key."""
    installed = Installed(tmp_path_factory.mktemp("ask"))
    assert ask(installed, "hello?").returncode == 0
    yield installed
    installed.run("stop")


@pytest.fixture
def config(installed: Installed, server: RecordingServer) -> Path:
    """A settings file that names the server; nothing was asked of that yet."""
    server.asked.clear()
    server.wanted = ""
    file = installed.home / "config.toml"
    file.write_text(
        f'[endpoints.big]\nurl = "{server.address}"\nmodel = "My Model"\nkey_variable = "BIG_KEY"\n'
    )
    return file


def ask(
    installed: Installed, *arguments: str, folder: Path | None = None, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Runs `ask`, as `run` does."""
    return run(installed, "ask", *arguments, folder=folder, **variables)


def run(
    installed: Installed, *arguments: str, folder: Path | None = None, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Runs a command in a terminal whose environment holds these variables."""
    return subprocess.run(
        [COMMAND, *arguments],
        env=os.environ | installed.environment | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=PATIENCE,
        check=False,
    )


def secrets_in(folder: Path) -> list[Path]:
    """Returns the files below a folder that hold a key."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if b"sk-secret" in path.read_bytes()]


def test_a_name_stands_for_its_table(
    installed: Installed, server: RecordingServer, config: Path, tmp_path: Path
) -> None:
    # A folder of that name lies here: the table comes first.
    (tmp_path / "big").mkdir()
    done = ask(installed, "--model", "big", "?", folder=tmp_path, BIG_KEY="sk-secret-1")
    assert (done.returncode, done.stdout) == (0, "Yes.\n")
    assert server.keys == {"sk-secret-1"}
    assert server.models == ["My Model"]
    folder = ask(installed, "--model", "./big", "?", folder=tmp_path)
    assert folder.returncode == 1
    assert str(tmp_path / "big") in folder.stderr


def test_an_address_takes_the_key_of_the_table_and_the_model_that_it_names(
    installed: Installed, server: RecordingServer, config: Path
) -> None:
    done = ask(installed, "--model", f"{server.address}#first", "?", BIG_KEY="sk-secret-2")
    assert (done.returncode, done.stdout) == (0, "Yes.\n")
    assert (server.keys, server.models) == ({"sk-secret-2"}, ["first"])


def test_a_key_that_is_exported_after_the_core_had_started_counts(
    installed: Installed, server: RecordingServer, config: Path
) -> None:
    config.unlink()
    server.wanted = "sk-secret-3"
    done = ask(installed, "--model", f"http://{server.address}/v1", "?")
    assert done.returncode == 1
    assert "401" in done.stderr
    with_key = ["--model", f"http://{server.address}/v1", "?"]
    done = ask(installed, *with_key, OPENAI_API_KEY="sk-secret-3")
    assert (done.returncode, done.stdout) == (0, "Yes.\n")
    assert secrets_in(installed.home) == []


def test_each_question_is_asked_with_the_key_of_its_terminal(
    installed: Installed, server: RecordingServer, config: Path
) -> None:
    assert ask(installed, "--model", "big", "?", BIG_KEY="sk-secret-4").returncode == 0
    server.asked.clear()
    assert ask(installed, "?", BIG_KEY="sk-secret-5").returncode == 0
    assert server.keys == {"sk-secret-5"}
    server.wanted = "sk-secret-4"
    done = ask(installed, "?", BIG_KEY="sk-secret-6")
    assert done.returncode == 1
    assert "sk-secret" not in done.stdout + done.stderr
    assert secrets_in(installed.home) == []


def test_status_is_told_whatever_the_settings_are(installed: Installed, config: Path) -> None:
    config.write_bytes(b"\xff")
    assert "process" in run(installed, "status").stdout


def test_a_name_that_there_is_not_is_answered_with_those_that_there_are(
    installed: Installed, config: Path
) -> None:
    done = ask(installed, "--model", "bgi", "?")
    assert done.returncode == 1
    assert "config.toml names (big)" in done.stderr
    assert done.stderr.startswith("seeshell: There is no model bgi: give an endpoint that ")


def test_settings_that_can_not_be_used_are_told_before_anything_is_asked(
    installed: Installed, server: RecordingServer, config: Path
) -> None:
    config.write_bytes('model = "größer"\n'.encode("latin-1"))
    done = ask(installed, "?")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"seeshell: {config}, line 1: this is not UTF-8")


def test_a_key_that_can_not_be_one_is_refused_without_being_shown(
    installed: Installed, config: Path
) -> None:
    done = ask(installed, "?", OPENAI_API_KEY="sk-secret" * 2000)
    assert done.returncode == 1
    assert done.stderr.startswith("seeshell: OPENAI_API_KEY is too long, 18,000 characters")
    assert "sk-secret" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["-i", "a.png", "?"], 2, "a.png would be, was deleted: change to another one"),
        (["--model", "./x", "?"], 1, "./x would be, was deleted: change to another one"),
        (["--model", ".", "?"], 1, ". would be, was deleted"),
        (["--model", "demo", "hello?"], 0, "demonstration model"),
    ],
)
def test_a_working_directory_that_was_deleted_is_told_where_it_is_needed(
    installed: Installed,
    config: Path,
    tmp_path: Path,
    arguments: list[str],
    status: int,
    told: str,
) -> None:
    (tmp_path / "gone").mkdir()
    done = subprocess.run(
        ["sh", "-c", 'rmdir "$PWD"; exec "$0" ask "$@"', COMMAND, *arguments],
        env=os.environ | installed.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=tmp_path / "gone",
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == status
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_model_that_the_settings_change_to_is_loaded_with_the_key_of_whoever_connects(
    installed: Installed, server: RecordingServer, config: Path
) -> None:
    tables = config.read_text().replace("endpoints.big", "endpoints.other")
    config.write_text(f'model = "other"\n{tables}')
    assert run(installed, "status", BIG_KEY="sk-secret-7").returncode == 0
    assert ask(installed, "?", BIG_KEY="sk-secret-7").stdout == "Yes.\n"
    assert server.keys == {"sk-secret-7"}
