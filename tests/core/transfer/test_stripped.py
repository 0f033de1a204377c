"""A bundle for others holds no place and no camera, and the same pictures."""

import io
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image

from seeshell.core.conversation import Attachment
from seeshell.core.excerpt import Excerpt, Region
from seeshell.core.messages.library_requests import ExportBundle
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.store.archive import Archive

from ..stored import ask
from ..talk import Listener, carry_out

_GPS = 0x8825


def _photo(path: Path) -> Path:
    """A picture that tells where it was taken, in the format that its name says."""
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    exif.get_ifd(_GPS)[1] = "N"
    Image.new("RGB", (48, 32), "red").save(path, exif=exif)
    return path


@pytest.mark.parametrize("name", ["photo.jpg", "photo.tiff"])
async def test_places_and_cameras_are_taken_out_of_pictures(
    name: str, archive: Archive, sessions: Sessions, client: Listener, tmp_path: Path
) -> None:
    path = _photo(tmp_path / name)
    excerpts = (Excerpt(), Excerpt(region=Region(2, 3, 20, 10)))
    pictures = [(await archive.pictures.attach(path, "", excerpt=it)).picture for it in excerpts]
    turn = await ask(archive, "Where?", "Nowhere.", pictures=pictures)
    target = tmp_path / "out.seeshell"
    request = ExportBundle(
        conversations=(turn.conversation,), path=str(target), keeps_metadata=False
    )
    written = await carry_out(sessions, request, client)
    assert written.left_out == ()
    with ZipFile(target) as bundle:
        files = [bundle.read(it) for it in bundle.namelist() if it.startswith("pictures/")]
    assert len(files) == written.pictures
    assert b"A camera" not in b"".join(files)
    sizes = {Image.open(io.BytesIO(it)).size for it in files}
    assert sizes == ({(48, 32)} if name == "photo.jpg" else {(48, 32), (20, 10)})
    kept = (await archive.library.read_tree(turn.conversation)).conversation
    assert all(isinstance(it, Attachment) for it in kept.messages[0].parts[:2])
