"""A private conversation in a bundle: whole, and written nowhere else."""

from pathlib import Path
from zipfile import ZipFile

import msgspec
import pytest

from seeshell.core.images import hash_file
from seeshell.core.kept import KeptConversation
from seeshell.core.messages.library_events import BundleImported, BundleWritten, TreeRead
from seeshell.core.messages.library_requests import ExportBundle, ImportBundle, ReadTree
from seeshell.core.messages.requests import DeleteConversation
from seeshell.core.private_ids import is_private
from seeshell.core.sessions.sessions import Sessions

from ...traces import CAMERA, draw_secret, leaks, written
from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out
from .conftest import ask


@pytest.fixture
def secret_photograph(tmp_path: Path) -> Path:
    return draw_secret(tmp_path, ".jpg")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where bundles go."""
    folder = tmp_path / "export"
    folder.mkdir()
    return folder


async def export(sessions: Sessions, here: int, folder: Path, *, keeps: bool) -> BundleWritten:
    """Writes a bundle into a folder; nothing comes anywhere else, not even for a while."""
    target = folder / "out.seeshell"
    request = ExportBundle(conversations=(here,), path=str(target), keeps_metadata=keeps)
    with written() as places:
        told: BundleWritten = await carry_out(sessions, request, Listener())
    assert places
    assert [it for it in places if folder not in it.parents] == []
    assert names_in(folder) == ["out.seeshell"]
    return told


def names_in(folder: Path) -> list[str]:
    return [it.name for it in folder.iterdir()]


def content_of(picture: Path) -> bytes:
    return picture.read_bytes()


def read_bundle(folder: Path) -> tuple[KeptConversation, list[bytes]]:
    """Returns the conversation of a bundle, and its pictures."""
    with ZipFile(folder / "out.seeshell") as bundle:
        names = bundle.namelist()
        (document,) = [bundle.read(it) for it in names if it.startswith("conversations/")]
        pictures = [bundle.read(it) for it in names if it.startswith("pictures/")]
    return msgspec.json.decode(document, type=KeptConversation), pictures


async def test_it_takes_the_very_bytes_along_and_no_place_of_this_machine(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    secret_photograph: Path,
    folder: Path,
) -> None:
    engine.enqueue("A bird.")
    here = await ask(sessions, client, secret_photograph)
    told = await export(sessions, here, folder, keeps=True)
    assert (told.conversations, told.pictures, told.left_out) == (1, 1, ())
    kept, pictures = read_bundle(folder)
    assert pictures == [content_of(secret_photograph)]
    (picture,) = kept.messages[0].numbered(1, None).attachments
    assert (picture.name, picture.path) == (secret_photograph.name, "")


@pytest.mark.parametrize("suffix", [".jpg", ".bmp"])
async def test_without_exif_its_pictures_are_made_beside_the_bundle(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    folder: Path,
    tmp_path: Path,
    suffix: str,
) -> None:
    source = draw_secret(tmp_path, suffix)
    engine.enqueue("A bird.")
    here = await ask(sessions, client, source)
    told = await export(sessions, here, folder, keeps=False)
    assert (told.conversations, told.pictures, told.left_out) == (1, 1, ())
    _, (stripped,) = read_bundle(folder)
    assert CAMERA.encode() not in stripped
    assert stripped != content_of(source)


async def test_it_is_a_stored_conversation_once_the_user_imports_it(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    secret_photograph: Path,
    folder: Path,
    home: Path,
) -> None:
    engine.enqueue("A bird.")
    here = await ask(sessions, client, secret_photograph)
    await export(sessions, here, folder, keeps=True)
    await carry_out(sessions, DeleteConversation(conversation=here), client)
    assert leaks(secret_photograph, home) == []
    bundle = str(folder / "out.seeshell")
    imported: BundleImported = await carry_out(sessions, ImportBundle(path=bundle), client)
    (there,) = imported.added
    assert not is_private(there)
    tree: TreeRead = await carry_out(sessions, ReadTree(conversation=there), client)
    (picture,) = tree.conversation.messages[0].numbered(1, None).attachments
    assert (picture.path, picture.sha256) == ("", hash_file(secret_photograph))
    assert leaks(secret_photograph, home)
