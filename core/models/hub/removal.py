"""Takes a repository out of the Hugging Face cache, by the cache's own rules."""

import shutil
from dataclasses import replace
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
    freed = 0
    try:
        cache = scan_cache_dir(cache_folder())
    except (CacheNotFound, ValueError) as error:
        raise ModelError(f"The Hugging Face cache {cache_folder()} can't be read.") from error
    for found in cache.repos:
        if found.repo_type == "model" and found.repo_id == repository:
            # Of this alone: a repository that was renamed lies there twice, with the same commits.
            alone = replace(cache, repos=frozenset({found}))
            strategy = alone.delete_revisions(*(it.commit_hash for it in found.revisions))
            freed += strategy.expected_freed_size
            strategy.execute()
    # What the cache's own rules leave: a download that never got as far as a version.
    freed += _disk_bytes(folder)
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        raise ModelError(f"{folder} can't be removed; check its permissions.")
    return freed


def _disk_bytes(folder: Path) -> int:
    files = (file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
    return sum(file.stat().st_size for file in files)
