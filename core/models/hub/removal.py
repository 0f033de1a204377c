"""Takes a repository out of the Hugging Face cache, by the cache's own rules."""

import shutil
from pathlib import Path

from huggingface_hub import scan_cache_dir
from huggingface_hub.errors import CacheNotFound

from ...errors import ModelError, ModelNotFound
from .cache import cache_folder, repository_folder


def remove_cached(repository: str) -> int:
    """Removes all versions of a repository, unfinished downloads included.

    Args:
        repository: `owner/name` as the cache has it.

    Returns:
        The bytes that were freed.

    Raises:
        ModelError: it is not in the cache, or can't be removed.
    """
    folder = repository_folder(repository)
    if not folder.is_dir():
        raise ModelNotFound(f"{repository} is not in the Hugging Face cache {cache_folder()}.")
    before = _disk_bytes(folder)
    try:
        cache = scan_cache_dir(cache_folder())
        revisions = [
            revision.commit_hash
            for found in cache.repos
            if found.repo_type == "model" and found.repo_id == repository
            for revision in found.revisions
        ]
        cache.delete_revisions(*revisions).execute()
    except (CacheNotFound, ValueError) as error:
        raise ModelError(f"The Hugging Face cache {cache_folder()} can't be read.") from error
    # What the cache's own rules leave: a download that never got as far as a version.
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        raise ModelError(f"{folder} can't be removed; check its permissions.")
    return before


def _disk_bytes(folder: Path) -> int:
    files = (file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
    return sum(file.stat().st_size for file in files)
