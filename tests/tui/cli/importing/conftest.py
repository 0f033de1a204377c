"""What tests of imports stand on: exports, and what becomes of them."""

import gzip
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from seeshell.core.kept import KeptConversation
from seeshell.core.transfer.bundle_reader import BundleReader
from seeshell.core.transfer.checked import read_conversation
from seeshell.tui.cli.importing.preparing import Prepared, prepare

FILES = Path(__file__).with_name("files")


class Export(NamedTuple):
    """What was read of an export."""

    prepared: Prepared
    conversations: list[KeptConversation]
    """In the order of their titles."""
    pictures: Mapping[str, bytes]
    """By their sha256."""


ReadExport = Callable[[Path], Export]


@pytest.fixture
def read_export(tmp_path: Path) -> ReadExport:
    """A function that makes an export a bundle and reads that."""

    def read(path: Path) -> Export:
        folder = tmp_path / f"bundle {len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        prepared = prepare(path, folder)
        pictures = {}
        with BundleReader(prepared.bundle) as bundle:
            kept = [
                read_conversation(it, bundle.read_conversation(it)) for it in bundle.conversations
            ]
            for sha256 in bundle.pictures:
                copy = folder / sha256
                with copy.open("wb") as file:
                    bundle.copy_picture(sha256, file)
                pictures[sha256] = copy.read_bytes()
        return Export(prepared, sorted(kept, key=lambda it: it.title), pictures)

    return read


@pytest.fixture
def unpack(tmp_path: Path) -> Callable[[str], Path]:
    """A function that gives one of the databases, its pictures lying in this place."""

    def give(name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(gzip.decompress((FILES / f"{name}.gz").read_bytes()))
        with closing(sqlite3.connect(path)) as database, database:
            if name.startswith("llm"):
                database.execute(
                    "UPDATE attachments SET path = replace(path, '/tmp/llm-logs', ?)", (str(FILES),)
                )
        return path

    return give
