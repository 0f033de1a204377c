"""Files that strangers might give as pictures, made by hand so that they cost little to make."""

import ctypes
import os
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILM_BYTES = 1_500_000_000
_FUSE_INIT = 26
_MNT_FORCE_DETACH = 1 | 2


def write_scan_bomb(path: Path, scans: int = 10_000, side: int = 5120) -> Path:
    """A grey progressive JPEG whose every scan says, in some bytes, that nothing changes.

    10,000 scans are half a megabyte and take half a minute to decode.
    """
    blocks = (side // 8) ** 2
    size = struct.pack(">BHHB3B", 8, side, side, 1, 1, 0x11, 0)
    first_scan = _segment(0xDA, bytes([1, 1, 0x00, 0, 0, 0])) + _bits([(0, 1)] * blocks)
    # Runs of 32,767 blocks, the longest there are: code 0, then fourteen ones.
    runs = [(0x3FFF, 15)] * (blocks // 32767) + [(0, 15)]
    scan = _segment(0xDA, bytes([1, 1, 0x00, 1, 63, 0])) + _bits(runs)
    path.write_bytes(
        b"\xff\xd8"
        + _segment(0xDB, bytes([0]) + bytes([1] * 64))
        + _segment(0xC2, size)
        + _segment(0xC4, bytes([0x00, 1]) + bytes(15) + bytes([0]))
        + _segment(0xC4, bytes([0x10, 1]) + bytes(15) + bytes([0xE0]))
        + first_scan
        + scan * scans
        + b"\xff\xd9"
    )
    return path


def write_png(path: Path, side: int, *, color_type: int = 6, bits: int = 8) -> Path:
    """A square PNG of one colour, transparent where the colour type has an alpha channel."""
    samples = {0: 1, 2: 3, 4: 2, 6: 4}[color_type]
    row = bytes(1 + side * samples * bits // 8)
    packer = zlib.compressobj(1)
    packed = b"".join([packer.compress(row) for _ in range(side)]) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, bits, color_type, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks))
    return path


def write_pdf_bomb(path: Path, levels: int = 12) -> Path:
    """A PDF of a page that draws ten times what draws ten times what, and so on."""
    forms = [
        b"<</Type/XObject/Subtype/Form/BBox[0 0 100 100]/Resources<</XObject<</X %d 0 R>>>>"
        b"/Length %d>>stream\n%s\nendstream" % (6 + level, 60, b"/X Do " * 10)
        for level in range(levels)
    ]
    last = (
        b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 14>>stream\n0 0 9 9 re f  \nendstream"
    )
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 4 0 R"
        b"/Resources<</XObject<</X 5 0 R>>>>>>",
        b"<</Length 60>>stream\n%s\nendstream" % (b"/X Do " * 10),
        *forms,
        last,
    ]
    objects = b"".join(b"%d 0 obj%s endobj\n" % (at, body) for at, body in enumerate(bodies, 1))
    path.write_bytes(b"%PDF-1.7\n" + objects + b"trailer<</Root 1 0 R>>\n%%EOF\n")
    return path


def write_film(path: Path, start: bytes = b"\0\0\0\x18ftypisom") -> Path:
    """A file of 1.5 GB that takes no room on the disk."""
    with path.open("wb") as file:
        file.write(start)
        file.truncate(FILM_BYTES)
    return path


@contextmanager
def dead_mount(folder: Path) -> Iterator[Path]:
    """Mounts a file system that never answers; who asks it hangs, and not even SIGKILL helps.

    Needs Linux and root.

    Raises:
        OSError: nothing can be mounted here.
    """
    folder.mkdir()
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "umount2"):
        raise OSError("this is not Linux")
    device = os.open("/dev/fuse", os.O_RDWR)
    try:
        options = f"fd={device},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}"
        if libc.mount(b"dead", bytes(folder), b"fuse", 0, options.encode()) != 0:
            raise OSError(ctypes.get_errno(), "nothing can be mounted")
        listening = threading.Thread(target=_listen, args=[device], daemon=True)
        listening.start()
        try:
            yield folder
        finally:
            unmount(folder)
            listening.join()
    finally:
        os.close(device)


def unmount(folder: Path) -> None:
    """Ends a dead mount, and with it whatever waits for it."""
    ctypes.CDLL(None).umount2(bytes(folder), _MNT_FORCE_DETACH)


def _listen(device: int) -> None:
    """Answers the kernel's first request, and then none."""
    while True:
        try:
            request = os.read(device, 2**17)
        except OSError:
            return
        _, opcode, unique = struct.unpack_from("<IIQ", request)
        if opcode == _FUSE_INIT:
            answer = struct.pack("<IIIIHHI", 7, 31, 0, 0, 16, 12, 2**16).ljust(64, b"\0")
            os.write(device, struct.pack("<IiQ", 16 + len(answer), 0, unique) + answer)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _bits(codes: list[tuple[int, int]]) -> bytes:
    """Returns codes of so many bits one after the other, filled up and escaped as JPEG wants it."""
    text = "".join(format(value, f"0{length}b") for value, length in codes)
    text += "1" * (-len(text) % 8)
    packed = int(text, 2).to_bytes(len(text) // 8, "big")
    return packed.replace(b"\xff", b"\xff\0")
