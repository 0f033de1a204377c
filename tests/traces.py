"""Something private, and what shows where it has got to."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import ExifTags, Image

SECRET = "quetzalcoatlus"
"""A word that stands nowhere else."""

CAMERA = "SecretCam"
"""What the EXIF of a photograph names."""


def draw_secret(folder: Path, suffix: str) -> Path:
    """Returns a picture whose bytes and name stand nowhere else; a JPEG has EXIF."""
    noted = Image.Exif()
    noted[ExifTags.Base.Model] = CAMERA
    content = io.BytesIO()
    image = Image.frombytes("RGB", (64, 64), os.urandom(64 * 64 * 3))
    options = {"exif": noted} if suffix == ".jpg" else {}
    image.save(content, Image.registered_extensions()[suffix], **options)
    folder.mkdir(exist_ok=True)
    path = folder / f"{SECRET}{suffix}"
    path.write_bytes(content.getvalue())
    return path


def leaks(picture: Path, *folders: Path) -> list[Path]:
    """Returns the files that hold the word, or a part of the picture, in their names or bytes."""
    words = [SECRET.encode(), SECRET.encode("utf-16-le"), picture.read_bytes()[1000:1032]]
    return [it for it in _files(*folders) if it != picture and _holds(it, words)]


def _files(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (it for it in folder.rglob("*") if it.is_file() and not it.is_symlink())


def _holds(file: Path, words: list[bytes]) -> bool:
    return SECRET in file.name or any(word in file.read_bytes() for word in words)


class _Writes:
    """Files that this process opens to write to them; an audit hook can't be taken out again."""

    def __init__(self) -> None:
        self.noted: list[Path] | None = None
        sys.addaudithook(self._note)

    def _note(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.noted is None or event != "open":
            return
        path, _, flags = arguments
        is_written = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
        if is_written and isinstance(path, str) and path != os.devnull:
            self.noted.append(Path(path))


_WRITES = _Writes()


@contextmanager
def written() -> Iterator[list[Path]]:
    """Notes the files that are written in the block, also those that are gone at its end."""
    noted = _WRITES.noted = []
    try:
        yield noted
    finally:
        _WRITES.noted = None
