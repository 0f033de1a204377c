"""What the core found out about models as it ran them: their reuse, and what they took.

One small file in the cache folder, written by the core and read by whoever lists models. What was
measured counts before what is computed from a model's files.
"""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from ..private_files import replace_private
from ..undecodable import UNDECODABLE

ReuseKind = Literal["full", "text", "cold"]
"""What of a conversation's KV the next turn can take: all, all but new pictures, nothing."""

_FILE: Final = "known-models.json"

_MOST: Final = 200
"""Models that are remembered, the newest."""


class PicturePaceFound(Struct, frozen=True):
    """How long pictures took a model on this machine; empty while that was not measured."""

    encoded: tuple[tuple[int, float], ...] = ()
    """Image tokens of pictures, and the seconds that encoding each took."""
    token_seconds: float = 0.0
    """Of prefill, for each token."""


NO_PACE: Final = PicturePaceFound()


class KnownReuse(Struct, frozen=True):
    """What was found out about one version of a model."""

    reuse: ReuseKind
    reason: str = ""
    """Why it is no more than that, as a clause without a full stop; may be empty."""
    source: str = ""
    """What the user named the model by: a folder stays listed by this."""
    kv_token_bytes: int = 0
    """What one token takes in a KV cache that is not quantised; 0 where it was not measured."""
    loaded_bytes: int = 0
    """Memory of the loaded weights."""
    pace: PicturePaceFound = NO_PACE
    """How long pictures took it on this machine."""
    library: str = ""
    """Version of mlx-vlm with which this was found out."""


def read_known(cache_dir: Path) -> dict[str, KnownReuse]:
    """Returns what is known, by the revision of the model's files; nothing where there is no file.

    Args:
        cache_dir: of the settings' paths.
    """
    try:
        content = (cache_dir / _FILE).read_bytes()
        return msgspec.json.decode(content, type=dict[str, KnownReuse])
    except (OSError, *UNDECODABLE):
        return {}


def find_known(cache_dir: Path, revision: str) -> KnownReuse | None:
    """Returns what is known of a model with the mlx-vlm that is installed; None for nothing."""
    known = read_known(cache_dir).get(revision)
    return known if known is not None and known.library == _library() else None


def write_known(cache_dir: Path, revision: str, found: KnownReuse) -> None:
    """Remembers what was found out, in place of what was known of this revision.

    Only the core writes, of which there is one for a data folder.

    Args:
        cache_dir: of the settings' paths.
        revision: `ModelFiles.revision`.
        found: its `library` is filled in.

    Raises:
        OSError: it can't be written; what was known stays.
    """
    known = read_known(cache_dir)
    known.pop(revision, None)
    known[revision] = msgspec.structs.replace(found, library=_library())
    newest = dict(list(known.items())[-_MOST:])
    replace_private(cache_dir / _FILE, msgspec.json.encode(newest))


def _library() -> str:
    try:
        return version("mlx-vlm")
    except PackageNotFoundError:
        return ""
