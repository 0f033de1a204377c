"""What the worker programs make of pictures is what decoding them here makes of them."""

import base64
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from seeshell.core.engine.remote.picture_urls import fit_pixel_budget
from seeshell.core.errors import ImageError, StoreError
from seeshell.core.images import ImageSize, hash_file, opened_image
from seeshell.core.pictures.jobs import CopyJob, Finished, Ready, Reply, ThumbnailJob
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.stored_pixels import WantedPixels, read_pixels

from ...hostile import FILM_BYTES, unmount, write_film, write_pdf_bomb, write_scan_bomb
from ...patience import PATIENCE

# ruff: noqa: ASYNC240 - what these tests do to files takes no time

LIMIT = 1_000_000


def half(width: int, height: int) -> tuple[int, int]:
    return width // 2, height // 3


def draw(mode: str) -> Image.Image:
    """A picture that differs everywhere, its transparency too."""
    noise = Image.effect_noise((120, 90), 120)
    slope = Image.linear_gradient("L").resize((120, 90))
    match mode:
        case "RGBA":
            return Image.merge("RGBA", (noise, slope, noise.transpose(1), slope.transpose(1)))
        case "LA":
            return Image.merge("LA", (noise, slope))
        case "P":
            picture = Image.merge("RGB", (noise, slope, noise)).quantize(16)
            picture.info["transparency"] = 3
            return picture
        case "I;16":
            return noise.convert("I").point(lambda value: value * 257).convert("I;16")
        case _:
            return Image.merge("RGB", (noise, slope, noise)).convert(mode)


def on_white_through_a_mask(path: Path) -> Image.Image:
    """The picture as releases up to 0.1 made it RGB, whose features and KV are on disks."""
    with Image.open(path) as picture:
        layered = picture.convert("RGBA")
    ground = Image.new("RGB", layered.size, "white")
    ground.paste(layered, mask=layered.getchannel("A"))
    return ground


CASES = [
    *((mode, "png") for mode in ("RGB", "RGBA", "LA", "P", "L", "1", "I;16")),
    *((mode, "tif") for mode in ("RGB", "RGBA", "CMYK", "I;16", "F")),
    *((mode, "webp") for mode in ("RGB", "RGBA")),
    ("RGB", "jpg"),
    ("CMYK", "jpg"),
    ("RGB", "avif"),
    ("RGB", "bmp"),
    ("P", "gif"),
]


@pytest.mark.parametrize(("mode", "suffix"), CASES)
async def test_pixels_and_urls_are_those_that_are_decoded_here(
    workers: PictureWorkers, tmp_path: Path, mode: str, suffix: str
) -> None:
    path = tmp_path / f"picture.{suffix}"
    exif = Image.Exif()
    exif[0x0112] = 6 if suffix == "jpg" else 1
    draw(mode).save(path, exif=exif)
    wanted = WantedPixels(path, hash_file(path), "it", LIMIT, half)
    here = read_pixels(wanted, lambda: False)
    assert here is not None
    pixels = await workers.read_pixels(wanted)
    assert (pixels.mode, pixels.size) == ("RGB", (45, 40) if suffix == "jpg" else (60, 30))
    assert pixels.tobytes() == here.tobytes()
    if mode in ("RGBA", "LA", "P"):
        before = on_white_through_a_mask(path)
        assert before.resize((60, 30), Image.Resampling.BICUBIC).tobytes() == pixels.tobytes()

    url = await workers.read_url(wanted)
    body = base64.b64decode(url.removeprefix("data:image/png;base64,"))
    with opened_image(path, LIMIT) as picture:
        reduced = picture.fitted(half, 3.0)
    assert Image.open(io.BytesIO(body)).tobytes() == reduced.tobytes()


async def test_a_picture_that_has_its_size_already_is_not_touched(
    workers: PictureWorkers, tmp_path: Path
) -> None:
    path = tmp_path / "picture.png"
    Image.effect_noise((320, 64), 90).convert("RGB").save(path)
    wanted = WantedPixels(
        path, hash_file(path), "it", LIMIT, lambda *size: fit_pixel_budget(*size, 100)
    )
    pixels = await workers.read_pixels(wanted)
    assert pixels.tobytes() == Image.open(path).tobytes()


async def test_pixels_of_other_bytes_than_were_attached_are_refused(
    workers: PictureWorkers, picture: Path
) -> None:
    wanted = WantedPixels(picture, "0" * 64, "circle.png", LIMIT, half)
    with pytest.raises(ImageError, match=r"^circle\.png has changed since it was attached"):
        await workers.read_pixels(wanted)


async def test_a_size_that_can_not_be_given_is_the_callers_error_and_the_worker_stays(
    workers: PictureWorkers, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(width: int, height: int) -> tuple[int, int]:
        raise ImageError(f"{width}x{height} is too narrow.")

    # One that is slow, as on a busy machine, would be replaced.
    monkeypatch.setattr("seeshell.core.pictures.workers.PATIENCE_SECONDS", PATIENCE)
    await workers.start()
    pids = workers.pids
    wanted = WantedPixels(picture, hash_file(picture), "circle.png", LIMIT, refuse)
    with pytest.raises(ImageError, match="224x224 is too narrow"):
        await workers.read_pixels(wanted)
    assert workers.pids == pids


async def test_a_copy_has_the_bytes_and_is_known_to_be_whole(
    workers: PictureWorkers, picture: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    copy.touch()
    finished = await workers.copy(picture, copy, "", LIMIT)
    assert copy.read_bytes() == picture.read_bytes()
    assert (finished.sha256, finished.size) == (hash_file(picture), ImageSize(224, 224))
    picture.write_bytes(picture.read_bytes()[:-300])
    with pytest.raises(ImageError, match=r"^it is damaged or cut off"):
        await workers.copy(picture, copy, "it", LIMIT)


async def test_a_copy_that_can_not_be_written_is_the_stores_error(
    workers: PictureWorkers, picture: Path, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match=r"^it can't be copied into the store: No such file"):
        await workers.copy(picture, tmp_path / "missing", "it", LIMIT)


FILMS = {
    "mp4": b"\0\0\0\x18ftypisom",
    "mov": b"\0\0\0\x14ftypqt  ",
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0heicmif1",
    "heic sequence": b"\0\0\0\x18ftyphevc\0\0\0\0hevcmsf1",
    "avif": b"\0\0\0\x18ftypavif\0\0\0\0avifmif1",
    "webp": b"RIFF" + (FILM_BYTES - 8).to_bytes(4, "little") + b"WEBPVP8X",
    "mpeg": b"\0\0\1\xba",
}


@pytest.mark.parametrize("start", FILMS.values(), ids=FILMS)
async def test_a_film_is_refused_before_a_byte_of_it_is_copied(
    workers: PictureWorkers, tmp_path: Path, start: bytes
) -> None:
    copy = tmp_path / "copy"
    copy.touch()
    film = write_film(tmp_path / "film.jpg", start)
    with pytest.raises(ImageError, match=r"^it (is too large a file|is damaged|has more than)"):
        await workers.copy(film, copy, "it", LIMIT)
    assert copy.stat().st_size == 0
    await assert_small(workers)


@pytest.mark.parametrize("suffix", ["jpg", "png", "gif", "bmp", "tif"])
async def test_a_small_picture_with_a_film_behind_it_is_refused_before_it_is_copied(
    workers: PictureWorkers, tmp_path: Path, suffix: str
) -> None:
    copy = tmp_path / "copy"
    copy.touch()
    path = tmp_path / f"moving.{suffix}"
    draw("RGB").save(path)
    os.truncate(path, FILM_BYTES)
    with pytest.raises(ImageError, match=r"^it is too large a file for a picture of its size"):
        await workers.copy(path, copy, "it", LIMIT)
    assert copy.stat().st_size == 0
    await assert_small(workers)


async def assert_small(workers: PictureWorkers) -> None:
    if sys.platform == "linux":
        for pid in workers.pids:
            peak = Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2].split()[0]
            assert int(peak) < 100_000


async def test_a_small_copy_is_made_again_only_of_a_file_that_has_changed(
    workers: PictureWorkers, picture: Path
) -> None:
    first, payload = await workers.shrink(picture, 5_000, "rgb", LIMIT)
    assert first.sha256 == hash_file(picture)
    assert (first.size, first.payload_size) == ((224, 224), (70, 70))
    assert len(payload) == 3 * 70 * 70
    again, payload = await workers.shrink(picture, 5_000, "rgb", LIMIT, first.state)
    assert (again.state, payload) == (first.state, b"")
    Image.new("RGB", (40, 20)).save(picture)
    changed, payload = await workers.shrink(picture, 5_000, "rgb", LIMIT, first.state)
    assert changed.size == (40, 20)
    assert payload


NO_PATHS = {
    "NUL": ("/tmp/a\0b.png", r"␀b\.png can't be opened \(it holds a NUL character\)"),
    "half a character": ("/tmp/\ud800.png", "does not exist; check the path"),
    "no text": (os.fsdecode(b"/tmp/caf\xe9.png"), r"caf\?\.png does not exist"),
    "too long": ("/" + "x" * 5000, "can't be opened"),
    "folder": ("/", r"^/ is a folder; choose a picture in it\.$"),
    "device": ("/dev/zero", "is not a regular file"),
    "terminal": ("/dev/tty", "is not a regular file"),
}


@pytest.mark.parametrize(("path", "sentence"), NO_PATHS.values(), ids=NO_PATHS)
async def test_what_is_no_path_of_a_file_is_said_in_a_sentence(
    workers: PictureWorkers, tmp_path: Path, path: str, sentence: str
) -> None:
    copy = tmp_path / "copy"
    copy.touch()
    with pytest.raises(ImageError, match=sentence) as caught:
        await workers.copy(Path(path), copy, "it", LIMIT)
    assert str(caught.value).isprintable()
    with pytest.raises(ImageError, match=sentence):
        await workers.shrink(Path(path), 5_000, "png", LIMIT)


async def test_pipes_and_sockets_are_refused_at_once(
    workers: PictureWorkers, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    copy.touch()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ImageError, match="pipe is not a regular file"):
        await workers.copy(tmp_path / "pipe", copy, "it", LIMIT)


def start_program(setup: str = "", seconds: int = 60) -> "subprocess.Popen[bytes]":
    program = f"from seeshell.core.pictures import parent, worker\n{setup}\nworker.main()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", program, str(seconds)], **pipes)


def send(program: "subprocess.Popen[bytes]", line: bytes) -> None:
    assert program.stdin is not None
    program.stdin.write(line + b"\n")
    program.stdin.flush()


def hear(program: "subprocess.Popen[bytes]") -> Reply:
    assert program.stdout is not None
    reply: Reply = msgspec.json.decode(program.stdout.readline(), type=Reply)
    return reply


def test_a_worker_without_a_parent_does_not_decode_for_ever(tmp_path: Path) -> None:
    bomb, copy = write_scan_bomb(tmp_path / "bomb.jpg"), tmp_path / "copy"
    copy.touch()
    with start_program(seconds=1) as program:
        send(program, msgspec.json.encode(CopyJob(bytes(bomb), "it", 10**8, bytes(copy))))
        assert isinstance(hear(program), Ready)
        send(program, b"")
        assert program.wait(PATIENCE) == -signal.SIGXCPU


def test_a_worker_whose_decoder_takes_ever_more_memory_ends(tmp_path: Path) -> None:
    bomb = write_pdf_bomb(tmp_path / "it.pdf")
    with start_program("parent.SPARE_BYTES = 100 * 2**20") as program:
        send(program, msgspec.json.encode(ThumbnailJob(bytes(bomb), "it", 10**8, 1, "png")))
        assert isinstance(hear(program), Ready)
        send(program, b"")
        assert program.wait(PATIENCE) == -signal.SIGKILL


def test_a_worker_without_a_parent_does_not_hang_for_ever(unanswered: Path) -> None:
    with start_program("parent.LONGEST_SECONDS = worker.LONGEST_SECONDS = 1") as program:
        send(program, msgspec.json.encode(ThumbnailJob(bytes(unanswered), "it", 10**8, 1, "png")))
        # The signal is there; what hangs in the kernel ends when that lets it go.
        status = Path(f"/proc/{program.pid}/status")
        until = time.monotonic() + PATIENCE
        while "ShdPnd:\t0000000000002000" not in status.read_text():
            assert time.monotonic() < until
            time.sleep(0.01)
        unmount(unanswered.parent)
        assert program.wait(PATIENCE) == -signal.SIGALRM


def test_a_worker_ends_with_its_input_also_while_it_waits_for_memory(
    picture: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    copy.touch()
    with start_program() as program:
        send(program, msgspec.json.encode(CopyJob(bytes(picture), "it", LIMIT, bytes(copy))))
        assert isinstance(hear(program), Ready)
        assert program.stdin is not None
        program.stdin.close()
        assert program.wait(PATIENCE) == 0


def test_a_worker_that_has_grown_says_that_it_ends_and_does(picture: Path, tmp_path: Path) -> None:
    with start_program("worker._GROWN_BYTES = 1") as program:
        copy = shutil.copy(picture, tmp_path / "copy")
        send(program, msgspec.json.encode(CopyJob(bytes(picture), "it", LIMIT, bytes(copy))))
        hear(program)
        send(program, b"")
        finished = hear(program)
        assert isinstance(finished, Finished)
        assert finished.is_last
        assert program.wait(PATIENCE) == 0


def test_the_program_imports_neither_the_interface_nor_the_model() -> None:
    check = (
        "import sys, seeshell.core.pictures.worker\n"
        "assert not {'textual', 'rich', 'mlx', 'numpy', 'asyncio'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", check], check=True, timeout=PATIENCE)
