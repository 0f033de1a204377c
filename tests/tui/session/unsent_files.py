"""What windows have on disk, and windows that have ended."""

from pathlib import Path

from seeshell.tui.session.journal_folder import JournalFolder
from seeshell.tui.session.saved_unsent import SavedUnsent, decode, encode, save
from seeshell.tui.session.unsent import Unsent


def leave(data_dir: Path, *entries: Unsent) -> None:
    """Has a window end that leaves these entries."""
    folder = JournalFolder(data_dir / "unsent")
    for unsent in entries:
        folder.write(unsent.id, encode(save(unsent)))
    folder.close()


def on_disk(data_dir: Path) -> list[SavedUnsent]:
    """Returns the entries of all windows, dead and alive, the oldest first."""
    paths = (data_dir / "unsent").glob("*/*.json")
    return [decode(it.read_bytes()) for it in sorted(paths, key=lambda it: it.stat().st_mtime)]
