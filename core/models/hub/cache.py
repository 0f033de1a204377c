"""What the Hugging Face cache holds: read without a network, complete snapshots first."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ...errors import ModelUnsupported
from ..preflight import missing_files

_PREFIX: Final = "models--"


@dataclass(frozen=True)
class Snapshot:
    """One version of a repository, on this disk."""

    repository: str
    """`owner/name`, in the hub's own upper and lower case."""
    path: Path
    revision: str
    """Commit hash."""
    is_complete: bool = True
    """Whether every file that a model needs is there."""
    notice: str = ""
    """What the user should know of its download; may be empty."""


def cache_folder() -> Path:
    """Returns where the cache lies; it may not exist."""
    from huggingface_hub.constants import HF_HUB_CACHE

    return Path(HF_HUB_CACHE)


def repository_folder(repository: str) -> Path:
    """Returns where the cache keeps a repository; it may not exist."""
    return cache_folder() / f"{_PREFIX}{repository.replace('/', '--')}"


def find_cached(repository: str) -> Snapshot | None:
    """Returns the best that the cache holds of a repository, named in any case.

    A complete snapshot is better than one that lacks files; then the name as it was written, then
    what refs/main names, then the newest.
    """
    found = (
        (snapshot.is_complete, snapshot.repository == repository, is_main, age, snapshot)
        for name in _repositories()
        if name.lower() == repository.lower()
        for snapshot, is_main, age in _snapshots(name)
    )
    best = max(found, key=lambda it: it[:-1], default=None)
    return best[-1] if best else None


def list_cached() -> list[Snapshot]:
    """Returns the best snapshot of every model repository in the cache, by name."""
    return [snapshot for name in sorted(_repositories()) if (snapshot := find_cached(name))]


def write_main(snapshot: Snapshot) -> None:
    """Names a snapshot as the repository's main version, for other programs that read the cache."""
    refs = repository_folder(snapshot.repository) / "refs"
    new = refs / f".main-{snapshot.revision}"
    # It is found here without.
    with suppress(OSError):
        refs.mkdir(parents=True, exist_ok=True)
        new.write_text(snapshot.revision, encoding="ascii")
        new.replace(refs / "main")


def _repositories() -> Iterator[str]:
    for folder in _entries(cache_folder()):
        owner, _, name = folder.name.removeprefix(_PREFIX).partition("--")
        if folder.name.startswith(_PREFIX) and name:
            yield f"{owner}/{name}"


def _snapshots(repository: str) -> Iterator[tuple[Snapshot, bool, float]]:
    """Yields what is there, whether refs/main names it, and when it was last changed."""
    folder = repository_folder(repository)
    try:
        main = (folder / "refs" / "main").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        main = ""
    for path in _entries(folder / "snapshots"):
        if path.is_dir():
            snapshot = Snapshot(repository, path, path.name, _is_complete(path))
            yield snapshot, path.name == main, path.stat().st_mtime


def _entries(folder: Path) -> list[Path]:
    """Returns what a folder holds: nothing where it is missing, unreadable or no folder."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _is_complete(snapshot: Path) -> bool:
    try:
        return not missing_files(snapshot)
    except (ModelUnsupported, OSError):
        return False
