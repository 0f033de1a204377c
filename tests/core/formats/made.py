"""Small picture files made by hand, of kinds that no library writes."""

import io
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

from hypothesis import strategies as st
from PIL import Image

from seeshell.core.images import opened_image

LIMIT = 50_000_000
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def quarters(width: int = 64, height: int = 32) -> Image.Image:
    """A picture that looks different whichever way it is turned."""
    picture = Image.new("RGB", (width, height))
    for index, colour in enumerate(("red", "lime", "blue", "black")):
        left, top = width // 2 * (index % 2), height // 2 * (index // 2)
        picture.paste(colour, (left, top, left + width // 2, top + height // 2))
    return picture


def noise(width: int, height: int) -> Image.Image:
    """A picture whose every part has detail."""
    return Image.effect_noise((width, height), 80).convert("RGB")


def encoded(picture: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    """The file that Pillow makes of it."""
    stream = io.BytesIO()
    picture.save(stream, form, **options)
    return stream.getvalue()


def read(content: bytes, folder: Path, name: str = "picture") -> tuple[Image.Image, str]:
    """The picture as the model sees it, and what is said of it."""
    path = folder / name
    path.write_bytes(content)
    with opened_image(path, LIMIT) as picture:
        return picture.upright_rgb(), picture.note


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a PNG file."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    """The kinds and bodies of a PNG file's chunks."""
    found, position = [], len(SIGNATURE)
    while position < len(content):
        (length,) = struct.unpack_from(">I", content, position)
        kind = content[position + 4 : position + 8]
        found.append((kind, content[position + 8 : position + 8 + length]))
        position += 12 + length
    return found


def png(parts: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A PNG file of these chunks."""
    return SIGNATURE + b"".join(chunk(*part) for part in parts)


def _fixed(values: Iterable[float]) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def icc_profile(space: bytes, gamma: float = 2.2, *, is_p3: bool = False) -> bytes:
    """A profile of three colours or of grey. Source: ICC.1:2010, sections 7 and 10."""
    curve = b"curv" + struct.pack(">4xIH", 1, round(gamma * 256))
    tags = {
        b"desc": b"desc" + struct.pack(">4xI", 5) + b"test\0" + bytes(78),
        b"wtpt": b"XYZ " + bytes(4) + _fixed((0.9642, 1, 0.8249)),
    }
    if space == b"GRAY":
        tags[b"kTRC"] = curve
    else:
        primaries = (
            ((0.5151, 0.2412, -0.0011), (0.2919, 0.6922, 0.0419), (0.1572, 0.0666, 0.7841))
            if is_p3
            else ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
        )
        for letter, values in zip((b"r", b"g", b"b"), primaries, strict=True):
            tags[letter + b"XYZ"] = b"XYZ " + bytes(4) + _fixed(values)
            tags[letter + b"TRC"] = curve
    return _profile(space, b"XYZ ", b"mntr", tags)


def cmyk_profile() -> bytes:
    """A printer's profile whose inks are magenta's and yellow's dimmer cousins."""
    grid = 2
    nodes = b""
    for index in range(grid**4):
        cyan, magenta, yellow, black = (index >> shift & 1 for shift in (3, 2, 1, 0))
        light = 1 - 0.25 * (cyan + magenta + yellow) if not black else 0.0
        a, b = 0.3 * (magenta - cyan) * light, 0.3 * (yellow - 0.5 * magenta) * light
        lab = (light * 65280, 32768 + a * 32768, 32768 + b * 32768)
        nodes += struct.pack(">3H", *(min(max(round(value), 0), 65535) for value in lab))
    straight_in = struct.pack(">2H", 0, 65535) * 4
    straight_out = struct.pack(">2H", 0, 65535) * 3
    matrix = _fixed((1, 0, 0, 0, 1, 0, 0, 0, 1))
    table = b"mft2" + bytes(4) + bytes((4, 3, grid, 0)) + matrix + struct.pack(">2H", 2, 2)
    tags = {
        b"desc": b"desc" + struct.pack(">4xI", 5) + b"test\0" + bytes(78),
        b"wtpt": b"XYZ " + bytes(4) + _fixed((0.9642, 1, 0.8249)),
        b"A2B0": table + straight_in + nodes + straight_out,
    }
    return _profile(b"CMYK", b"Lab ", b"prtr", tags)


def _profile(space: bytes, connection: bytes, device: bytes, tags: dict[bytes, bytes]) -> bytes:
    start = 132 + 12 * len(tags)
    table, body = b"", b""
    for tag, content in tags.items():
        table += tag + struct.pack(">II", start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack(
        ">I4xI4s4s4s12x4s28x12s48x",
        start + len(body),
        0x02100000,
        device,
        space,
        connection,
        b"acsp",
        _fixed((0.9642, 1, 0.8249)),
    )
    return head + struct.pack(">I", len(tags)) + table + body


def tiff(directories: list[dict[int, tuple[int, ...] | bytes]], head: bytes = b"II*\0") -> bytes:
    """A TIFF file; a directory's tag 330 given as indices names other directories.

    A tag's bytes that are longer than four stand behind all directories; tags 513 and 273 are
    places in the file already.
    """
    sizes = [2 + 12 * len(tags) + 4 for tags in directories]
    places = [8 + sum(sizes[:index]) for index in range(len(directories))]
    behind = 8 + sum(sizes)
    body, rest = b"", b""
    for tags in directories:
        body += struct.pack("<H", len(tags))
        for tag, values in sorted(tags.items()):
            if isinstance(values, bytes):
                kind, count, content = (2 if tag == 271 else 1), len(values), values
            else:
                resolved = tuple(places[it] for it in values) if tag == 330 else values
                kind, count = 4, len(resolved)
                content = struct.pack(f"<{count}L", *resolved)
            if len(content) > 4:
                place = struct.pack("<L", behind + len(rest))
                rest += content
                content = place
            body += struct.pack("<HHL", tag, kind, count) + content.ljust(4, b"\0")
        body += bytes(4)
    return head + struct.pack("<L", 8) + body + rest


def apple(picture: Image.Image, colours: str, kind: int, *, split: int = 0) -> bytes:
    """A PNG as Xcode makes them. Source: https://theapplewiki.com/wiki/PNG_CgBI_Format"""
    raw = picture.tobytes("raw", colours)
    stride = len(raw) // picture.height
    rows = b"".join(b"\0" + raw[at : at + stride] for at in range(0, len(raw), stride))
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(rows) + packer.flush()
    header = struct.pack(">IIBBBBB", *picture.size, 8, kind, 0, 0, 0)
    pieces = [packed[:split], packed[split:]] if split else [packed]
    return png(
        [
            (b"CgBI", b"\x50\0\x20\x02"),
            (b"IHDR", header),
            *((b"IDAT", piece) for piece in pieces),
            (b"IEND", b""),
        ]
    )


def with_jpeg(
    directories: list[dict[int, tuple[int, ...] | bytes]],
    jpeg: bytes,
    tags: tuple[int, int] = (513, 514),
    head: bytes = b"II*\0",
) -> bytes:
    """A raw file whose last directory names a JPEG that stands behind all of them."""
    last = {**directories[-1], tags[0]: (0,), tags[1]: (len(jpeg),)}
    if tags[0] != 513:
        last[259] = (7,)
    place = len(tiff([*directories[:-1], last], head))
    return tiff([*directories[:-1], {**last, tags[0]: (place,)}], head) + jpeg


CHANGES = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6)
"""Places in a file, each as a share of its length, and the bytes to put there."""


def spoil(content: bytes, changes: list[tuple[float, int]], kept: float) -> bytes:
    """The beginning of a file, with other bytes here and there."""
    spoilt = bytearray(content)
    for place, value in changes:
        spoilt[int(place * len(spoilt))] = value
    return bytes(spoilt[: int(kept * len(spoilt)) + 1])
