"""Takes the README's screenshot: the real app and core, the demonstration model, two questions.

Run by `make screenshot`; writes `docs/screenshot.svg`.
"""

import asyncio
import os
import tempfile
from pathlib import Path

from seeshell.core.client import stop_core
from seeshell.core.demo import SAMPLES_PATH
from seeshell.core.settings import Settings, find_paths
from seeshell.tui.app import SeeshellApp
from seeshell.tui.launch import Launch
from seeshell.tui.terminal import TerminalFacts

PICTURE = SAMPLES_PATH / "red-circle-blue-square.png"
QUESTIONS = ("what is in the picture?", "where is the square?")
SIZE = (124, 32)
TERMINAL = TerminalFacts(images="halfblock", truecolor=True)


async def take_screenshot() -> str:
    """Asks the questions in the app and returns what it shows then, as SVG."""
    paths = find_paths(os.environ)
    launch = Launch(model="demo", images=(PICTURE,))
    app = SeeshellApp(paths, Settings(model="demo"), TERMINAL, launch)
    try:
        async with app.run_test(size=SIZE) as pilot:
            session = app.screen.session
            for question in QUESTIONS:
                while session.status.state != "ready" or session.is_answering:
                    await pilot.pause(0.1)
                await pilot.press(*question, "enter")
                while not session.is_answering:
                    await pilot.pause(0.01)
            while session.is_answering:
                await pilot.pause(0.1)
            await pilot.pause(1)
            return app.export_screenshot(title="seeshell")
    finally:
        await stop_core(paths)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="seeshell-") as folder:
        os.environ["SEESHELL_HOME"] = folder
        picture = asyncio.run(take_screenshot())
    Path(__file__).with_name("screenshot.svg").write_text(picture)
