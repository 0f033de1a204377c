"""Private conversations."""

from pathlib import Path

import pytest

from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.requests import SubmitTurn
from seeshell.core.sessions.sessions import Sessions

from ...traces import SECRET, draw_secret
from ..talk import Listener, carry_out, end_of


@pytest.fixture
def secret_picture(tmp_path: Path) -> Path:
    """A picture whose bytes and name stand nowhere else."""
    return draw_secret(tmp_path, ".png")


async def ask(sessions: Sessions, client: Listener, picture: Path) -> int:
    """Asks in a new private conversation; returns its id."""
    attach = Attach(path=str(picture), is_private=True)
    attached = await carry_out(sessions, attach, client)
    submitting = SubmitTurn(
        text=f"What is this {SECRET}?", attachments=(attached.attachment.key,), is_private=True
    )
    queued = await carry_out(sessions, submitting, client)
    await end_of(client, queued)
    conversation: int = queued.conversation
    return conversation
