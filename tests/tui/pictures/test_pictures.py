"""Drawing pictures: decoded once, sent once, at any size."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from seeshell.core.conversation import Attachment
from seeshell.core.errors import ImageError
from seeshell.core.excerpt import WHOLE
from seeshell.core.images import hash_file
from seeshell.core.pictures.jobs import Finished
from seeshell.tui.pictures import Decoder, Pictures
from seeshell.tui.pictures.copies import CopyKey
from seeshell.tui.terminal.facts import TerminalFacts

from ...patience import PATIENCE

KITTY = TerminalFacts(images="tgp", colours="truecolor")
HALF_BLOCKS = TerminalFacts(images="halfblock", colours="truecolor")

SMALL = CopyKey("", WHOLE, 5_000)


class Bench:
    """Pictures with the text that they wrote."""

    def __init__(self, facts: TerminalFacts, find_file: Callable[[str], Path]) -> None:
        self.written: list[str] = []
        self.pictures = Pictures(facts, find_file, self.written.append)

    def count(self, pattern: str) -> int:
        return len(re.findall(pattern, "".join(self.written)))

    @property
    def payload_bytes(self) -> int:
        return sum(map(len, re.findall(r";([A-Za-z0-9+/=]+)\x1b", "".join(self.written))))


@pytest.fixture
async def open_bench(photo: Path) -> AsyncIterator[Callable[[TerminalFacts], Bench]]:
    benches: list[Bench] = []

    def open_one(facts: TerminalFacts) -> Bench:
        benches.append(Bench(facts, lambda _sha256: photo))
        return benches[-1]

    yield open_one
    for bench in benches:
        await bench.pictures.close()


Opens = Callable[[TerminalFacts], Bench]


async def test_a_picture_is_sent_once_whatever_its_sizes_and_whoever_shows_it(
    open_bench: Opens, photo: Path
) -> None:
    bench = open_bench(KITTY)
    attachment = Attachment(hash_file(photo), "photo.jpg", 640, 400)
    picker, log, pane = await asyncio.gather(
        bench.pictures.draw(photo, 38, 18),
        bench.pictures.draw(attachment, 40, 8),
        bench.pictures.draw(attachment, 60, 30),
    )
    assert bench.count("a=t,") == 1
    assert bench.count("a=p,U=1") == 3
    assert (picker.columns, log.columns, pane.columns) == (38, 26, 60)
    assert bench.payload_bytes < 70_000


async def test_two_files_with_the_same_bytes_are_one_picture(
    open_bench: Opens, photo: Path
) -> None:
    bench = open_bench(KITTY)
    copy = photo.with_name("copy.jpg")
    copy.symlink_to(photo)
    for path in (photo, copy):
        await bench.pictures.draw(path, 40, 10)
    assert bench.count("a=t,") == 1


async def test_a_picture_wanted_twice_at_once_is_decoded_once(
    open_bench: Opens, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = open_bench(HALF_BLOCKS)
    lengths: list[int] = []
    decode = bench.pictures._decoder.decode

    async def count(*arguments: Any) -> tuple[Finished, bytes]:
        decoded, payload = await decode(*arguments)
        lengths.append(len(payload))
        return decoded, payload

    monkeypatch.setattr(bench.pictures._decoder, "decode", count)
    await asyncio.gather(*(bench.pictures.draw(photo, size, size) for size in (10, 20, 30)))
    assert [length > 0 for length in lengths] == [True, False, False]


async def test_drawing_again_at_a_size_sends_nothing(open_bench: Opens, photo: Path) -> None:
    bench = open_bench(KITTY)
    first = await bench.pictures.draw(photo, 40, 10)
    written = len(bench.written)
    assert (await bench.pictures.draw(photo, 40, 10)).strips is first.strips
    assert len(bench.written) == written


async def test_a_placement_waits_while_another_picture_is_on_the_line(
    photo: Path, tmp_path: Path
) -> None:
    written: list[str] = []
    is_behind = False
    pictures = Pictures(KITTY, Path, written.append, is_behind=lambda: is_behind)
    large = tmp_path / "large.png"
    Image.effect_noise((300, 200), 60).convert("RGB").save(large)
    await pictures.draw(photo, 40, 10)
    sent = len(written)
    is_behind = True
    sending = asyncio.create_task(pictures.draw(large, 40, 10))
    await _until(lambda: any(task.get_name() == "send" for task in asyncio.all_tasks()))
    is_behind = False
    await _until(lambda: len(written) > sent)
    is_behind = True
    placing = asyncio.create_task(pictures.draw(photo, 20, 5))
    for _ in range(100):
        await asyncio.sleep(0)
    assert all("m=1" in message for message in written[sent:])
    is_behind = False
    await asyncio.gather(sending, placing)
    ends = [message for message in written[sent:] if "m=1" not in message]
    assert ["m=0" in message for message in ends] == [True, False, False]
    await pictures.close()


async def test_a_picture_whose_drawing_was_given_up_is_still_sent_whole(
    open_bench: Opens, photo: Path
) -> None:
    bench = open_bench(KITTY)
    await bench.pictures.start()
    drawing = asyncio.create_task(bench.pictures.draw(photo, 40, 10))
    await _until(lambda: bool(bench.written))
    drawing.cancel()
    await asyncio.gather(drawing, return_exceptions=True)
    await bench.pictures.draw(photo, 40, 10)
    assert bench.count("a=t,") == bench.count("m=0") == 1


async def test_a_picture_given_up_while_it_is_decoded_spoils_no_other(
    open_bench: Opens, photo: Path, tmp_path: Path
) -> None:
    bench = open_bench(HALF_BLOCKS)
    other = tmp_path / "red.png"
    Image.new("RGB", (50, 50), "red").save(other)
    await bench.pictures.start()
    workers = bench.pictures._decoder.workers
    for patience in range(5):
        drawing = asyncio.create_task(bench.pictures.draw(photo, 40, 10))
        await _until(lambda: bool(workers._busy))
        for _ in range(patience):
            await asyncio.sleep(0)
        drawing.cancel()
    drawn = await bench.pictures.draw(other, 40, 10)
    assert (drawn.width, drawn.height) == (50, 50)
    (segment,) = drawn.strips[0]
    assert segment.style is not None
    assert segment.style.color is not None
    assert segment.style.color.triplet == (255, 0, 0)


async def test_closing_deletes_every_picture_sent(open_bench: Opens, photo: Path) -> None:
    bench = open_bench(KITTY)
    await bench.pictures.draw(photo, 40, 10)
    (image_id,) = re.findall(r"a=t,f=100,i=(\d+)", "".join(bench.written))
    await bench.pictures.close()
    assert bench.written[-1] == f"\x1b_Ga=d,d=I,i={image_id},q=2\x1b\\"


async def test_a_picture_beyond_the_bound_is_deleted_in_the_terminal_unless_it_is_shown(
    open_bench: Opens, tmp_path: Path
) -> None:
    bench = open_bench(KITTY)
    bench.pictures._copies._most_pixels = 1
    paths = [tmp_path / f"{name}.png" for name in "abc"]
    for number, path in enumerate(paths):
        Image.new("RGB", (40, 20), (number, 0, 0)).save(path)
    shown = await bench.pictures.draw(paths[0], 40, 10)
    for path in paths[1:]:
        await bench.pictures.draw(path, 40, 10)
    await _until(lambda: bench.count("a=d,") == 1)
    ids = re.findall(r"a=t,f=100,i=(\d+)", "".join(bench.written))
    deleted = re.findall(r"a=d,d=I,i=(\d+)", "".join(bench.written))
    assert deleted == [ids[1]]
    assert (await bench.pictures.draw(paths[0], 40, 10)).strips is shown.strips
    await bench.pictures.draw(paths[1], 40, 10)
    assert bench.count("a=t,") == 4


async def test_a_terminal_of_half_blocks_that_is_very_large_gets_more_pixels(
    open_bench: Opens, tmp_path: Path
) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (600, 600), "red").save(path)
    bench = open_bench(HALF_BLOCKS)
    for bounds in ((100, 50), (400, 100)):
        await bench.pictures.draw(path, *bounds)
    budgets = {copy.key.budget: copy.pixels for copy in bench.pictures._copies}
    assert budgets[60_000] <= 60_000 < budgets[240_000] <= 240_000


async def test_inside_tmux_every_message_is_wrapped(open_bench: Opens, photo: Path) -> None:
    bench = open_bench(TerminalFacts(images="tgp", colours="truecolor", is_tmux=True))
    await bench.pictures.draw(photo, 40, 10)
    assert all(message.startswith("\x1bPtmux;\x1b\x1b_G") for message in bench.written)


async def test_a_changed_file_is_drawn_anew(open_bench: Opens, tmp_path: Path) -> None:
    bench = open_bench(HALF_BLOCKS)
    path = tmp_path / "changing.png"
    Image.new("RGB", (40, 20)).save(path)
    before = await bench.pictures.draw(path, 20, 20)
    Image.new("RGB", (20, 40)).save(path)
    os.utime(path, ns=(1, 1))
    after = await bench.pictures.draw(path, 20, 20)
    assert (before.width, after.width) == (40, 20)


async def test_half_blocks_take_the_bounds_at_the_aspect_ratio(
    open_bench: Opens, photo: Path
) -> None:
    bench = open_bench(HALF_BLOCKS)
    drawn = await bench.pictures.draw(photo, 60, 12)
    assert (drawn.columns, drawn.rows) == (38, 12)
    assert [strip.cell_length for strip in drawn.strips] == [38] * 12
    assert (drawn.width, drawn.height) == (640, 400)
    assert bench.written == []


async def test_pictures_turned_by_exif_stand_upright(open_bench: Opens, tmp_path: Path) -> None:
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (400, 200), "blue").save(path, exif=exif)
    drawn = await open_bench(HALF_BLOCKS).pictures.draw(path, 40, 20)
    assert (drawn.width, drawn.height) == (200, 400)
    assert (drawn.columns, drawn.rows) == (20, 20)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty"), (b"no picture", "not a picture"), (None, "does not exist")],
)
async def test_a_file_that_can_not_be_drawn_says_why_in_one_line(
    open_bench: Opens, tmp_path: Path, content: bytes | None, reason: str
) -> None:
    path = tmp_path / "bad.png"
    if content is not None:
        _write(path, content)
    drawn = await open_bench(HALF_BLOCKS).pictures.draw(path, 200, 10)
    assert reason in drawn.error
    assert drawn.strips[0].text == drawn.error


async def test_a_truncated_picture_says_so(open_bench: Opens, photo: Path) -> None:
    _write(photo, _read(photo)[:3000])
    assert "damaged" in (await open_bench(KITTY).pictures.draw(photo, 200, 10)).error


async def test_a_stored_picture_that_is_gone_is_named(tmp_path: Path) -> None:
    pictures = Pictures(HALF_BLOCKS, lambda _sha256: tmp_path / "gone", str)
    drawn = await pictures.draw(Attachment("0" * 64, "lemons.png", 1, 1), 80, 10)
    assert "lemons.png" in drawn.error


async def test_a_terminal_without_pictures_gets_none(open_bench: Opens, photo: Path) -> None:
    drawn = await open_bench(TerminalFacts(images="none")).pictures.draw(photo, 40, 10)
    assert (drawn.columns, drawn.rows, drawn.strips) == (0, 0, [])


async def test_names_that_are_no_text_are_drawn(open_bench: Opens, photo: Path) -> None:
    path = photo.with_name(os.fsdecode(b"caf\xe9.jpg"))
    try:
        os.rename(photo, path)  # noqa: PTH104
    except OSError:
        pytest.skip("this file system takes text alone")
    assert (await open_bench(HALF_BLOCKS).pictures.draw(path, 40, 10)).error == ""


@pytest.fixture
async def decoder() -> AsyncIterator[Decoder]:
    decoder = Decoder("png")
    yield decoder
    await decoder.close()


@pytest.mark.parametrize("size", [(3000, 2000), (20, 9000), (9000, 20), (60, 40)])
async def test_small_copies_keep_to_the_budget_and_the_ratio(
    decoder: Decoder, tmp_path: Path, size: tuple[int, int]
) -> None:
    path = tmp_path / "picture.png"
    Image.new("RGB", size, "white").save(path)
    decoded, _ = await decoder.decode(path, SMALL)
    assert decoded.payload_size.width * decoded.payload_size.height <= 5_000
    assert decoded.size == size


async def test_a_decoder_that_dies_is_said_and_the_next_picture_gets_a_new_one(
    decoder: Decoder, photo: Path
) -> None:
    await decoder.decode(photo, SMALL)
    # One that was slow is not used again.
    await decoder.start()
    (pid,) = decoder.workers.pids
    os.kill(pid, signal.SIGSTOP)
    waiting = asyncio.create_task(decoder.decode(photo, SMALL))
    await _until(lambda: bool(decoder.workers._busy))
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(ImageError, match="ended the picture decoder"):
        await waiting
    decoded, _ = await decoder.decode(photo, SMALL)
    assert decoded.size.width == 640


async def test_the_decoder_ends_with_the_app_however_it_ends(photo: Path) -> None:
    script = (
        "import asyncio, os, signal, sys\n"
        "from pathlib import Path\n"
        "from seeshell.core.excerpt import WHOLE\n"
        "from seeshell.tui.pictures import Decoder\n"
        "from seeshell.tui.pictures.copies import CopyKey\n"
        "async def main():\n"
        "    decoder = Decoder('rgb')\n"
        "    await decoder.decode(Path(sys.argv[1]), CopyKey('', WHOLE, 5_000))\n"
        "    await decoder.start()\n"
        "    print(*decoder.workers.pids, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", script, str(photo)], capture_output=True, text=True
    )
    assert done.returncode == -signal.SIGKILL
    await _until(lambda: _has_ended(int(done.stdout)))


def test_the_decoder_imports_no_textual() -> None:
    check = (
        "import sys, seeshell.core.pictures.worker\n"
        "assert not {'textual', 'rich', 'mlx', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", check], check=True, timeout=PATIENCE)


def _read(path: Path) -> bytes:
    return path.read_bytes()


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _has_ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z"


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0)


def test_nothing_is_drawn_sharper_on_a_slow_line() -> None:
    is_slow = False
    pictures = Pictures(KITTY, Path, str, is_slow=lambda: is_slow)
    assert pictures.sharpens
    is_slow = True
    assert not pictures.sharpens
