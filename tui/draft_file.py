"""Unsent texts and pictures on disk: a line that drops loses none of them."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from ..core.conversation import Attachment
from .draft import Draft, EditedQuestion
from .state_file import read_state, write_state


class SavedDraft(Struct, frozen=True):
    """What is unsent of one conversation."""

    conversation: int | None
    text: str
    pictures: tuple[str | Attachment, ...] = ()
    """Paths where they were picked; of an edited question what the core holds."""
    edited: EditedQuestion | None = None


class DraftFile:
    """One small file for all windows; each window changes only its own drafts in it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def take(self) -> tuple[SavedDraft, ...]:
        """Returns the drafts and empties the file, so that no second window shows them too."""
        saved = self._read()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        return saved

    def write(self, drafts: Sequence[Draft]) -> None:
        """Stores the drafts; a full disk must not keep anybody from typing."""
        mine = {draft.conversation for draft in drafts}
        others = [saved for saved in self._read() if saved.conversation not in mine]
        kept = [it for it in map(_saved, drafts) if it.text or it.pictures or it.edited]
        write_state(self._path, [*others, *kept])

    def _read(self) -> tuple[SavedDraft, ...]:
        return read_state(self._path, tuple[SavedDraft, ...]) or ()


def _saved(draft: Draft) -> SavedDraft:
    texts = [*(turn.text for turn in draft.waiting), draft.text]
    pictures = [picture for turn in draft.waiting for picture in turn.pictures]
    return SavedDraft(
        draft.conversation,
        "\n".join(text for text in texts if text.strip()),
        tuple(
            picture.attachment if draft.edited and picture.attachment else str(picture.path)
            for picture in [*pictures, *draft.pictures]
            if _is_text(picture.path)
        ),
        draft.edited,
    )


def _is_text(path: Path) -> bool:
    """Whether a path can be stored as text; no other can be sent either."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True
