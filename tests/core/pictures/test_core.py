"""A real core that is given hostile files: others are served, and it stops and ends at once."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from seeshell.core.errors import CoreError, ImageError
from seeshell.core.messages.events import CoreStatus, Delta
from seeshell.core.messages.model_events import ModelLoaded
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.requests import GetStatus, Request, Shutdown, StopTurn
from seeshell.core.settings import Paths

from ...hostile import write_film
from ...patience import PATIENCE
from ...running_core import RunningCore, wait_for_end
from ..talk import Connect, Talk

pytestmark = pytest.mark.alone

SOON = 8.0
"""Seconds on a machine that is busy with other tests; `tests/bench` measures what it takes."""


@pytest.fixture(params=["scan_bomb", "huge_png", "film", "unanswered"])
def hostile(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file that takes half a minute, 1.6 GB, 1.5 GB, or for ever."""
    if request.param == "film":
        return write_film(tmp_path / "film.jpg", b"\0\0\0\x18ftypheic\0\0\0\0heicmif1")
    path: Path = request.getfixturevalue(request.param)
    return path


async def timed(client: Talk, request: Request) -> float:
    started_at = time.monotonic()
    await client.request(request)
    return time.monotonic() - started_at


async def wait_until_read(core: RunningCore) -> None:
    """Returns once a worker of the core is there."""
    async with asyncio.timeout(PATIENCE):
        while not psutil.Process(core.pid).children():  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0.01)


async def test_others_are_served_meanwhile_and_a_stop_and_the_shutdown_are_not_kept_waiting(
    start_core: Callable[..., RunningCore],
    talk: Connect,
    rambling_model: str,
    hostile: Path,
    picture: Path,
    paths: Paths,
) -> None:
    core = start_core("--model", rambling_model)
    first, other = await talk(), await talk()
    await other.until(ModelLoaded)
    held = psutil.Process(core.pid).memory_info().rss
    attaching = [
        asyncio.create_task(first.client.request(Attach(path=str(hostile)))) for _ in range(4)
    ]
    await wait_until_read(core)
    assert await timed(other, Attach(path=str(picture))) < SOON
    assert await timed(other, GetStatus()) < SOON
    queued = await other.submit("What is in the picture?", picture)
    await other.until(Delta)
    assert await timed(other, StopTurn(conversation=queued.conversation)) < SOON
    assert (await other.end_of(queued)).finish_reason == "cancelled"
    assert psutil.Process(core.pid).memory_info().rss - held < 100_000_000

    started_at = time.monotonic()
    await other.request(Shutdown())
    wait_for_end(paths)
    assert time.monotonic() - started_at < SOON
    ends = await asyncio.gather(*attaching, return_exceptions=True)
    assert all(isinstance(end, ImageError | CoreError) or hasattr(end, "path") for end in ends)


def sum_of_children(core: psutil.Process) -> int:
    total = 0
    for child in core.children():
        with suppress(psutil.NoSuchProcess):
            total += child.memory_info().rss
    return total


async def test_a_large_picture_is_attached_and_leaves_no_memory_behind(
    demo_core: RunningCore, talk: Connect, large_png: Path
) -> None:
    client = await talk()
    await client.until(ModelLoaded)
    core = psutil.Process(demo_core.pid)
    held = core.memory_info().rss
    attached = await client.request(Attach(path=str(large_png)))
    assert (attached.attachment.width, attached.attachment.height) == (7_000, 7_000)
    answer = await client.ask("What is in the picture?", large_png)
    assert answer.finish_reason == "stop"
    assert core.memory_info().rss - held < 50_000_000
    # What grew ends; that takes a moment.
    async with asyncio.timeout(PATIENCE):
        while sum_of_children(core) > 60_000_000:  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0.01)
    status: CoreStatus = await client.request(GetStatus())
    assert status.state == "ready"
