"""What tests of the store stand on."""

from pathlib import Path

import pytest

from seeshell.core.conversation import Attachment, StartedTurn
from seeshell.core.store.archive import Archive

from ..stored import ask, draw


@pytest.fixture
async def cat(archive: Archive, tmp_path: Path) -> Attachment:
    return (await archive.pictures.attach(draw(tmp_path, "cat.png"), "")).picture


@pytest.fixture
async def dog(archive: Archive, tmp_path: Path) -> Attachment:
    return (await archive.pictures.attach(draw(tmp_path, "dog.png"), "")).picture


@pytest.fixture
async def first(archive: Archive, dog: Attachment) -> StartedTurn:
    """The first turn of a conversation, with a picture."""
    return await ask(archive, "What is it?", "A dog.", pictures=[dog])


@pytest.fixture
async def second(archive: Archive, first: StartedTurn) -> StartedTurn:
    """The turn after the first."""
    return await ask(archive, "How old?", "Three.", first.conversation)
