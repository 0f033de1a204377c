"""Leaves pictures in a draft of their own, for the window that starts next."""

from collections.abc import Iterable
from pathlib import Path

from ...core.errors import StoreError
from .draft import DraftPicture
from .events import DraftChanged, RequestRefused, SessionEvent
from .journal import Journal


def leave_pictures(data_dir: Path, pictures: Iterable[DraftPicture]) -> None:
    """Writes a draft with these pictures; whoever opens a window next inherits it.

    Called within a running loop.

    Args:
        data_dir: where all windows keep what is unsent.
        pictures: which the core holds already.

    Raises:
        StoreError: the disk does not take it.
    """
    told: list[SessionEvent] = []
    journal = Journal(told.append, data_dir)
    draft = journal.entries.find(None).draft
    draft.pictures += pictures
    journal.tell(DraftChanged(draft))
    journal.close()
    if any(isinstance(it, RequestRefused) for it in told):
        raise StoreError(
            f"The pictures can't be kept below {data_dir}: make room on the disk, and attach them "
            "again."
        )
