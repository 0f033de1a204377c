"""What the interface's process loads, looked at while the real app runs."""

import json
import subprocess
import sys

from ..running_core import RunningCore

RUN_THE_APP = """
import asyncio, json, os, sys
from pathlib import Path
from seeshell.core.settings import Settings, find_paths
from seeshell.tui.app import SeeshellApp
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.facts import TerminalFacts

first_frame = []

async def main():
    app = SeeshellApp(find_paths(os.environ), Settings(), TerminalFacts(), LaunchOptions())
    app.call_after_refresh(lambda: first_frame.extend(sys.modules))
    async with app.run_test() as pilot:
        session = app.screen.session
        while not session.is_ready:
            await pilot.pause(0.01)
        await session.unsent.attach(Path(sys.argv[1]))
        await session.submit("what is in the picture?")
        while session.turns.is_answering or not session.turns.stats:
            await pilot.pause(0.01)
        await pilot.press("f3", "f2", "ctrl+o", "escape", "f1")

asyncio.run(main())
print(json.dumps([first_frame, list(sys.modules)]))
"""

HEAVY = {"mlx", "mlx_vlm", "transformers", "numpy", "torch", "tokenizers", "huggingface_hub"}
LATE = {
    "PIL",
    "sqlite3",
    "textual_image",
    "seeshell.core.ipc.client",
    "seeshell.tui.library",
    "seeshell.tui.picker",
}


def test_the_interface_never_loads_what_the_core_needs(
    shared_demo_core: RunningCore, samples: object
) -> None:
    home = shared_demo_core.paths.config_file.parent
    run = subprocess.run(
        [sys.executable, "-c", RUN_THE_APP, f"{samples}/green-star.png"],
        env={"SEESHELL_HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    first_frame, whole_run = (set(names) for names in json.loads(run.stdout))
    assert not HEAVY & whole_run
    assert not (HEAVY | LATE) & first_frame
    assert "seeshell.tui.picker" in whole_run


def test_ask_follows_a_turn_without_textual() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, seeshell.tui.cli.ask; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "seeshell.tui.session.shown_turns" in loaded
    assert not [name for name in loaded if name.partition(".")[0] in ("textual", "rich")]


def test_the_app_starts_without_tls_and_others_can_load_it_still() -> None:
    program = (
        "import sys; from seeshell.tui.cli.open_app import _import_app; _import_app(); "
        "print('_ssl' in sys.modules); import ssl; print(ssl.create_default_context().verify_mode)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert told.stdout.split() == ["False", "2"], told.stderr
