"""Pictures that take long, hang or take much memory keep nobody else waiting."""

import asyncio
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

from seeshell.core.errors import ImageError
from seeshell.core.images import hash_file
from seeshell.core.pictures import process, turns
from seeshell.core.pictures import workers as workers_module
from seeshell.core.pictures.jobs import CopyJob
from seeshell.core.pictures.waiting import WaitingReader
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.stored_pixels import WantedPixels

from ...hostile import write_pdf_bomb
from ...patience import PATIENCE

# ruff: noqa: ASYNC221 - what these tests do to files takes no time

pytestmark = pytest.mark.alone

LIMIT = 200_000_000
TOO_LONG = r"^scans\.jpg takes too long to decode; save it again as a plain JPEG or PNG\.$"


def small(width: int, height: int) -> tuple[int, int]:
    return 32, 32


def wanted(path: Path, name: str = "") -> WantedPixels:
    return WantedPixels(path, hash_file(path), name or path.name, LIMIT, small)


async def until(workers: PictureWorkers, busy: int) -> None:
    """Returns once so many workers are at work."""
    async with asyncio.timeout(PATIENCE):
        while len(workers._busy) < busy:  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0.01)


async def assert_others_are_served(
    workers: PictureWorkers, picture: Path, jobs: Sequence[asyncio.Task[Any]] = ()
) -> None:
    """Reads a picture for the core and one for the interface while these jobs go on."""
    assert (await workers.read_pixels(wanted(picture))).size == (32, 32)
    await workers.shrink(picture, 5_000, "png", LIMIT)
    assert not any(job.done() for job in jobs)


async def test_a_scan_bomb_is_refused_after_a_while_and_keeps_nobody_waiting(
    workers: PictureWorkers, scan_bomb: Path, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "COMPUTE_SECONDS", 2)
    bombs = [asyncio.create_task(workers.read_pixels(wanted(scan_bomb))) for _ in range(4)]
    await until(workers, 4)
    pids = workers.pids
    await assert_others_are_served(workers, picture, bombs)
    for bomb in bombs:
        with pytest.raises(ImageError, match=TOO_LONG):
            await bomb
    await assert_others_are_served(workers, picture)
    await wait_for_ends(set(pids) - set(workers.pids))


async def test_a_page_that_is_drawn_for_ever_is_refused_for_its_time_or_memory(
    workers: PictureWorkers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "COMPUTE_SECONDS", 1)
    with pytest.raises(ImageError, match=r"^it\.pdf (takes too long|ended the picture)"):
        await workers.shrink(write_pdf_bomb(tmp_path / "it.pdf"), 5_000, "png", LIMIT)


async def test_a_decoder_that_hangs_is_given_up(
    workers: PictureWorkers, scan_bomb: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "DECODE_SECONDS", 0.5)
    with pytest.raises(ImageError, match=TOO_LONG):
        await workers.read_pixels(wanted(scan_bomb))
    assert workers.pids == []


async def test_a_job_that_takes_long_computes_only_what_nobody_else_wants_to(
    workers: PictureWorkers, scan_bomb: Path, picture: Path
) -> None:
    bomb = asyncio.create_task(workers.read_pixels(wanted(scan_bomb)))
    await until(workers, 1)
    (slow,) = workers.pids
    own = os.getpriority(os.PRIO_PROCESS, 0)
    async with asyncio.timeout(PATIENCE):
        while os.getpriority(os.PRIO_PROCESS, slow) <= own:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
    await assert_others_are_served(workers, picture, [bomb])
    await workers.close()
    with pytest.raises(ImageError):
        await bomb


async def wait_for_ends(pids: set[int]) -> None:
    async with asyncio.timeout(PATIENCE):
        while any(psutil.pid_exists(pid) for pid in pids):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)


async def test_a_worker_that_hangs_keeps_nobody_waiting_and_is_replaced(
    workers: PictureWorkers, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "SILENCE_SECONDS", 5.0)
    await workers.start()
    (pid,) = workers.pids
    os.kill(pid, signal.SIGSTOP)
    hanging = asyncio.create_task(workers.read_pixels(wanted(picture)))
    await until(workers, 1)
    await assert_others_are_served(workers, picture, [hanging])
    with pytest.raises(ImageError, match=r"^circle\.png can't be read: its disk or network share"):
        await hanging
    await wait_for_ends({pid})


async def test_a_file_on_a_dead_mount_keeps_nobody_waiting_and_is_given_up(
    workers: PictureWorkers, unanswered: Path, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "SILENCE_SECONDS", 5.0)
    copy = picture.with_name("copy")
    copy.touch()
    hanging = [
        asyncio.create_task(workers.copy(unanswered, copy, "it", LIMIT)),
        asyncio.create_task(workers.shrink(unanswered, 5_000, "png", LIMIT)),
    ]
    # A whole folder, dropped on the prompt.
    others = [unanswered.parent / f"{number}.png" for number in range(20)]
    waiting = [asyncio.create_task(workers.copy(it, copy, "it", LIMIT)) for it in others]
    await until(workers, 3)
    pids = workers.pids
    await assert_others_are_served(workers, picture, [*hanging, *waiting])
    for job in hanging:
        with pytest.raises(ImageError, match="its disk or network share does not answer"):
            await job
    # Not even SIGKILL ends what waits in the kernel.
    assert all(psutil.pid_exists(pid) for pid in pids)
    await assert_others_are_served(workers, picture)
    await workers.close()
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(end, ImageError) for end in ends)


async def test_pixels_for_an_answer_do_not_wait_behind_pictures_that_are_attached(
    workers: PictureWorkers, picture: Path, tmp_path: Path
) -> None:
    places = workers._turns._kinds[CopyJob].turns
    while not places.locked():
        await places.acquire()
    copy = tmp_path / "it.copy"
    copy.touch()
    attaching = asyncio.create_task(workers.copy(picture, copy, "it", LIMIT))
    await workers.read_pixels(wanted(picture))
    assert not attaching.done()
    places.release()
    assert (await attaching).size == (224, 224)


async def test_no_job_begins_while_too_many_hang_in_the_kernel(
    workers: PictureWorkers, unanswered: Path, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "SILENCE_SECONDS", 1.0)
    monkeypatch.setattr(workers_module, "_MOST_STUCK", 1)
    monkeypatch.setattr(workers_module, "_STUCK_SECONDS", 0.0)
    for _ in range(2):
        with pytest.raises(ImageError, match="does not answer"):
            await workers.shrink(unanswered, 5_000, "png", LIMIT)
    with pytest.raises(ImageError, match=r"^circle\.png is not read while the system waits for 2"):
        await workers.shrink(picture, 5_000, "png", LIMIT)


async def test_closing_waits_for_nothing_that_hangs(
    workers: PictureWorkers, unanswered: Path, scan_bomb: Path
) -> None:
    jobs = [asyncio.create_task(workers.shrink(unanswered, 5_000, "png", LIMIT)) for _ in range(2)]
    jobs += [asyncio.create_task(workers.shrink(scan_bomb, 5_000, "png", LIMIT)) for _ in range(20)]
    await until(workers, 8)
    async with asyncio.timeout(process.SILENCE_SECONDS / 2):
        await workers.close()
    for job in jobs:
        with pytest.raises(ImageError, match=r"was not read: the program is ending\.$"):
            await job


async def test_a_huge_transparent_picture_leaves_no_memory_behind(
    workers: PictureWorkers, huge_png: Path, picture: Path
) -> None:
    await workers.start()
    pids = workers.pids
    before = psutil.Process().memory_info().rss
    decoding = asyncio.create_task(workers.read_pixels(wanted(huge_png)))
    again = asyncio.create_task(workers.shrink(huge_png, 5_000, "png", LIMIT))
    await until(workers, 2)
    peak = 0
    while not (decoding.done() and again.done()):
        held = [psutil.Process(pid).memory_info().rss for pid in workers.pids]
        peak = max(peak, sum(held))
        await assert_others_are_served(workers, picture)
    assert (await decoding).getpixel((5, 5)) == (255, 255, 255)
    await again
    # Two at once would hold 3.1 GB.
    assert peak < 1_800_000_000
    await wait_for_ends(set(pids))
    assert all(psutil.Process(pid).memory_info().rss < 60_000_000 for pid in workers.pids)
    assert psutil.Process().memory_info().rss - before < 20_000_000


async def test_more_memory_than_may_be_taken_is_refused_before_decoding(
    workers: PictureWorkers, tmp_path: Path
) -> None:
    path = tmp_path / "map.jp2"
    Image.new("RGB", (64, 64)).save(path)
    size, huge = b"ihdr" + struct.pack(">II", 64, 64), b"ihdr" + struct.pack(">II", 12_000, 12_000)
    path.write_bytes(path.read_bytes().replace(size, huge))
    sentence = r"^map\.jp2 needs 2\.9 GB of memory and may take \d\.\d GB; scale it down"
    with pytest.raises(ImageError, match=sentence):
        await workers.shrink(path, 5_000, "png", 144_000_000)


async def test_many_pictures_are_read_by_few_workers_one_of_which_stays(
    workers: PictureWorkers, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", PATIENCE)
    monkeypatch.setattr(workers_module, "_WARM_SECONDS", 0.1)
    jobs = [asyncio.create_task(workers.shrink(picture, 5_000, "png", LIMIT)) for _ in range(40)]
    most = 0
    for job in jobs:
        most = max(most, len(workers.pids))
        await job
    assert most <= 4
    async with asyncio.timeout(PATIENCE):
        while len(workers.pids) > 1:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
    assert (await workers.read_pixels(wanted(picture))).size == (32, 32)


async def test_a_worker_that_dies_is_said_and_the_next_picture_gets_a_new_one(
    workers: PictureWorkers, picture: Path
) -> None:
    await workers.start()
    (pid,) = workers.pids
    os.kill(pid, signal.SIGSTOP)
    reading = asyncio.create_task(workers.read_pixels(wanted(picture)))
    await until(workers, 1)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(ImageError, match=r"^circle\.png ended the picture decoder; convert it"):
        await reading
    assert (await workers.read_pixels(wanted(picture))).size == (32, 32)


async def test_an_idle_worker_that_was_ended_is_not_given_a_job(
    workers: PictureWorkers, picture: Path
) -> None:
    await workers.start()
    (pid,) = workers.pids
    (idle,) = workers._idle
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(PATIENCE):
        while idle.is_running:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
    assert (await workers.read_pixels(wanted(picture))).size == (32, 32)


async def test_where_the_decoder_is_missing_a_sentence_says_so(
    workers: PictureWorkers, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/missing/python")
    with pytest.raises(ImageError, match=r"^circle\.png .* /missing/python, .* Install"):
        await workers.read_pixels(wanted(picture))


async def test_a_thread_stops_waiting_when_it_is_told_to_and_finds_its_picture_later(
    workers: PictureWorkers, picture: Path
) -> None:
    asked: list[WantedPixels] = []

    class CountingWorkers(PictureWorkers):
        async def read_pixels(self, wanted: WantedPixels) -> Image.Image:
            asked.append(wanted)
            return await workers.read_pixels(wanted)

    read = WaitingReader(CountingWorkers(), asyncio.get_running_loop())
    await workers.start()
    (pid,) = workers.pids
    os.kill(pid, signal.SIGSTOP)
    stop = threading.Event()
    reading = asyncio.create_task(asyncio.to_thread(read, wanted(picture), stop.is_set))
    await until(workers, 1)
    stop.set()
    assert await reading is None
    os.kill(pid, signal.SIGCONT)
    found = await asyncio.to_thread(read, wanted(picture), lambda: False)
    assert found is not None
    assert found.size == (32, 32)
    assert len(asked) == 1


async def test_a_thread_that_wants_another_picture_gets_that_one(
    workers: PictureWorkers, picture: Path, tmp_path: Path
) -> None:
    other = tmp_path / "blue.png"
    Image.new("RGB", (64, 64), "blue").save(other)
    read = WaitingReader(workers, asyncio.get_running_loop())
    assert await asyncio.to_thread(read, wanted(picture), lambda: True) is None
    found = await asyncio.to_thread(read, wanted(other), lambda: False)
    assert found is not None
    assert found.getpixel((9, 9)) == (0, 0, 255)


async def test_workers_end_with_their_parent_however_it_ends(picture: Path) -> None:
    script = (
        "import asyncio, os, signal, sys\n"
        "from pathlib import Path\n"
        "from seeshell.core.pictures.workers import PictureWorkers\n"
        "async def main():\n"
        "    workers = PictureWorkers()\n"
        "    await workers.shrink(Path(sys.argv[1]), 5000, 'png', 10**6)\n"
        "    await workers.start()\n"
        "    print(*workers.pids, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(picture)], capture_output=True)
    assert ended.returncode == -signal.SIGKILL
    await wait_for_ends({int(ended.stdout)})
