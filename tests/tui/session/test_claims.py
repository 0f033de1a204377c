"""Pictures that wait in a prompt: the core keeps them for the window."""

import sqlite3
from contextlib import closing
from pathlib import Path

from ...running_core import RunningCore
from ..conftest import OpenApp

PICTURE = "red-circle-blue-square.png"
OTHER = "green-star.png"


def claimed(core: RunningCore) -> dict[str, int]:
    """Returns how many pictures each window has claimed."""
    with closing(sqlite3.connect(core.paths.data_dir / "conversations.sqlite")) as database:
        rows = database.execute("SELECT window, count(*) FROM claim GROUP BY window")
        return dict(rows.fetchall())


async def test_pictures_that_wait_in_any_prompt_of_the_window_are_claimed(
    open_app: OpenApp, demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(demo_core) as user:
        await user.ask("how many shapes?")
        await user.attach(samples / PICTURE)
        await user.until(lambda: list(claimed(demo_core).values()) == [1])
        await user.press("ctrl+n")
        await user.attach(samples / OTHER)
        await user.until(lambda: list(claimed(demo_core).values()) == [2])
        await user.ask("what is in the picture?")
        await user.until(lambda: list(claimed(demo_core).values()) == [1])
        (window,) = claimed(demo_core)
    async with open_app(demo_core, keeps_drafts=True) as user:
        await user.chat.session.shown.open(1)
        await user.until(lambda: len(claimed(demo_core)) == 2)
        assert window in claimed(demo_core)
