"""Manifests of spilled blocks as files: written whole or not at all, and read with suspicion."""

import logging
import os
from pathlib import Path
from typing import Final

import msgspec

from ...private_files import open_private, wait_for_disk
from ...undecodable import UNDECODABLE
from .spill_block import Manifest

_log = logging.getLogger(__name__)

TENSORS: Final = ".safetensors"
MANIFEST: Final = ".json"
UNFINISHED: Final = "unfinished-"
"""Begins the names of files that are being written."""


def read_manifest(path: Path) -> Manifest | None:
    """Returns the manifest in the file; None, with a log line, where it is not to be trusted."""
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
        size = path.with_suffix(TENSORS).stat().st_size
    except (OSError, *UNDECODABLE) as error:
        _log.warning("spilled block %s can't be read (%s); deleted", path.stem, error)
        return None
    is_whole = manifest == manifest.sealed and manifest.tensor_bytes == size
    if not is_whole or manifest.block.name != path.stem:
        _log.warning("spilled block %s is damaged; deleted", path.stem)
        return None
    return manifest


def write_manifest(path: Path, manifest: Manifest) -> int:
    """Writes a manifest whose tensors lie there already; returns the bytes of the file.

    Raises:
        OSError: the disk does not take it.
    """
    unfinished = path.with_name(UNFINISHED + path.name)
    encoded = msgspec.json.encode(manifest)
    os.close(open_private(unfinished, os.O_WRONLY))
    unfinished.write_bytes(encoded)
    wait_for_disk(unfinished)
    unfinished.replace(path)
    return len(encoded)
