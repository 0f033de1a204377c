"""`seeshell doctor`, as it is run: in a pipe, and on terminals that answer."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from ...terminal.installed import COMMAND, Installed
from ...terminal.pseudo_terminal import PseudoTerminal


def test_in_a_pipe_it_says_what_it_can_tell(tmp_path: Path) -> None:
    done = Installed(tmp_path).run("doctor", "--json")
    findings = {it["name"]: it for it in json.loads(done.stdout)["findings"]}
    assert findings["terminal"]["health"] == "unknown"
    assert "none runs" in findings["core"]["found"]
    poor = [it for it in findings.values() if it["health"] == "poor"]
    assert done.returncode == bool(poor)
    assert not (tmp_path / "data").exists()


def test_settings_that_can_t_be_used_are_a_finding(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("no_such = 1\n")
    done = Installed(tmp_path).run("doctor")
    assert done.returncode == 1
    assert re.search(r"!!  settings +.*there is no setting no_such", done.stdout)


def test_a_terminal_far_away_is_told_to_be_slow(tmp_path: Path) -> None:
    with Installed(tmp_path).open("doctor", round_trip=0.3) as terminal:
        terminal.wait_for(r"!!  round trip +\d{3,4} ms: a slow line")
        terminal.wait_for(r'line = "slow"')
        assert terminal.wait_for_exit() == 1


def test_the_test_card_is_drawn_where_there_is_a_terminal(tmp_path: Path) -> None:
    installed = Installed(tmp_path)
    with installed.open("doctor", "--images", columns=100, rows=60) as terminal:
        terminal.wait_for(r"terminal +plain\(1\.0\)")
        terminal.wait_for(r"half blocks \(used\):\n▀{32}")
        terminal.wait_for_exit()
    done = installed.run("doctor", "--images")
    assert (done.returncode, "needs a terminal" in done.stderr) == (1, True)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux")
def test_within_tmux_the_missing_lines_are_told(tmp_path: Path) -> None:
    socket = str(tmp_path / "tmux")
    environment = Installed(tmp_path).environment
    with PseudoTerminal(
        ["tmux", "-S", socket, "-f", "/dev/null", "new", f"{COMMAND} doctor; read line"],
        {**environment, "TERM": "xterm-256color"},
        columns=120,
        rows=50,
        folder=tmp_path,
    ) as terminal:
        terminal.wait_for(r"terminal +tmux")
        terminal.wait_for("set -g allow-passthrough on")
        terminal.wait_for("set -g focus-events on")
        terminal.wait_for("to mend")
        subprocess.run(["tmux", "-S", socket, "kill-server"], check=True)


def test_a_report_tells_nothing_private_and_repairs_while_no_core_runs(tmp_path: Path) -> None:
    home = tmp_path / "quetzalcoatlus-home"
    installed = Installed(home)
    picture = tmp_path / "quetzalcoatlus.png"
    Image.new("RGB", (64, 64), "red").save(picture)
    installed.run("ask", "-i", picture, "what is this quetzalcoatlus?")
    (home / "presets.toml").write_text('[presets.quetzalcoatlus]\nsystem = "quetzalcoatlus"\n')
    with (home / "core.log").open("a") as log:
        log.write("2026-05-01 10:00:00,000 1 INFO seeshell.core.x: quetzalcoatlus is new\n")
    running = installed.run("doctor")
    assert "2 messages" in running.stdout
    assert "loaded …" in running.stdout
    refused = installed.run("doctor", "--repair")
    assert (refused.returncode, "seeshell stop" in refused.stderr) == (1, True)
    installed.run("stop")
    with (home / "data" / "conversations.sqlite").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096)
    damaged = installed.run("doctor", "--json")
    repaired = installed.run("doctor", "--repair")
    findings = {it["name"]: it for it in json.loads(damaged.stdout)["findings"]}
    assert findings["conversations"]["health"] == "poor"
    assert "2 messages" in repaired.stdout
    (kept,) = (home / "data").glob("damaged-*.sqlite")
    assert kept.stat().st_size
    assert (
        f"2 messages could be kept; the damaged file is kept as $SEESHELL_HOME/data/{kept.name}"
        in (repaired.stdout)
    )
    for done in (running, refused, damaged, repaired):
        assert "quetzalcoatlus" not in done.stdout + done.stderr


def test_a_folder_that_no_core_could_use_is_a_finding_among_the_others(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "data" / "core.lock").mkdir(parents=True)
    told = Installed(home).run("doctor", "--json")
    findings = {it["name"]: it for it in json.loads(told.stdout)["findings"]}
    assert findings["core"]["health"] == "poor"
    assert "core.lock can't be opened" in findings["core"]["found"]
    assert {"version", "conversations", "disk"} <= findings.keys()
