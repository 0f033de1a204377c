"""What tests of bundles stand on."""

import io
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from seeshell.core.messages.library_events import BundleImported
from seeshell.core.messages.library_requests import ImportBundle
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.transfer.bundle_writer import BundleWriter

from ..kept_samples import Sample
from ..talk import Listener, carry_out

TakeIn = Callable[[Path], Awaitable[BundleImported]]


def write_bundle(path: Path, sample: Sample, made_by: str = "seeshell 1.0") -> Path:
    """Writes the sample as a core would, but checked by nobody."""
    with BundleWriter(path, made_by) as bundle:
        for kept in sorted(sample.conversations, key=lambda it: it.uuid):
            bundle.add_conversation(kept)
        for sha256, content in sorted(sample.pictures.items()):
            bundle.add_picture(sha256, io.BytesIO(content))
        bundle.finish()
    return path


@pytest.fixture
def take_in(sessions: Sessions, client: Listener) -> TakeIn:
    """A function that imports a bundle."""

    async def take(path: Path) -> BundleImported:
        imported: BundleImported = await carry_out(sessions, ImportBundle(path=str(path)), client)
        return imported

    return take
