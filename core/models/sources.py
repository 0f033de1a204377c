"""What can be loaded as files: the demo, a folder, a repository of the Hugging Face hub.

Finding a model blocks and may download gigabytes: call it off the event loop.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from os.path import expanduser
from pathlib import Path
from threading import Event
from typing import Final

from .. import demo
from ..client_environment import NO_ENVIRONMENT, ClientEnvironment
from ..errors import ModelError, ModelNotFound
from .families import DEFAULT_MODEL
from .hub.cache import Snapshot, find_cached, list_cached
from .hub.names import parse_repository
from .preflight import check_checkpoint, identify_folder
from .progress import LoadProgress

DEMO: Final = demo.NAME
"""Names the built-in demonstration model."""

_DEMO_NOTICE: Final = f"{demo.GREETING} For real pictures: seeshell --model {DEFAULT_MODEL}"

_VARIANT: Final = re.compile(
    r"[-_.](instruct|it|mlx|\d+[-_]?bits?|[bf]+p?\d+|q\d\w*|dwq|awq)$", re.IGNORECASE
)
"""Parts of a repository's name that say how the model was tuned or stored."""


@dataclass(frozen=True)
class ModelFiles:
    """A model on this disk that passed every check short of loading it."""

    path: Path
    source: str
    """What the user named it by."""
    name: str
    """Display name, short."""
    notice: str
    """What the user should know; may be empty."""
    revision: str
    """Changes whenever the files do: a commit hash, or a hash over names, sizes and times."""
    weights_bytes: int
    """Bytes of the weight files."""
    needed_bytes: int = 0
    """Memory that the loaded weights take; 0 where it was not counted."""


def default_source(settings_model: str) -> str:
    """Returns the model to load: the setting, else Qwen3-VL-4B if it is cached, else the demo."""
    if settings_model:
        return settings_model
    cached = sorted(list_cached(), key=lambda found: found.repository != DEFAULT_MODEL)
    for snapshot in cached:
        if display_name(snapshot.repository) == display_name(DEFAULT_MODEL) and _is_usable(
            snapshot
        ):
            return snapshot.repository
    return DEMO


def find_model(
    source: str,
    report: Callable[[LoadProgress], None],
    environment: ClientEnvironment = NO_ENVIRONMENT,
) -> ModelFiles:
    """Returns the checked files of a model, downloading them where they are missing.

    Args:
        source: `demo`, a folder, `owner/name` in any case or the address of its page.
        report: called with the stages of a download, from the threads that do it.
        environment: of the client that wants it, to reach the hub.

    Raises:
        ModelError: with one sentence that says what to do.
    """
    if source == DEMO:
        return _checked(demo.MODEL_PATH, DEMO, _DEMO_NOTICE)
    folder = Path(expanduser(source))  # noqa: PTH111 - Path's own raises for unknown users
    if source and folder.is_dir():
        return _checked(folder.absolute(), source)
    repository = parse_repository(source)
    if not repository:
        raise ModelNotFound(
            f"There is no model {source}; give the folder of an MLX model, a Hugging Face "
            f"repository such as {DEFAULT_MODEL}, the address of a server as in "
            "http://host:port/v1, or `demo`."
        )
    snapshot = find_cached(repository)
    if snapshot is None or not snapshot.is_complete:
        snapshot = _download(repository, report, environment)
    weights = check_checkpoint(snapshot.path, snapshot.repository)
    return ModelFiles(
        snapshot.path,
        source,
        display_name(snapshot.repository),
        snapshot.notice,
        snapshot.revision,
        weights.stored_bytes,
        weights.needed_bytes,
    )


async def fetch_model(
    source: str,
    report: Callable[[LoadProgress], None],
    environment: ClientEnvironment = NO_ENVIRONMENT,
) -> ModelFiles:
    """Returns what `find_model` does, which runs on a thread of its own.

    Cancelling gives a download up within a percent of its size; what has come stays in the cache.

    Args:
        source: `demo`, a folder or `owner/name`.
        report: called on the event loop with the stages of a download.
        environment: of the client that wants it, to reach the hub.
    """
    loop = asyncio.get_running_loop()
    given_up = Event()

    def report_on_loop(progress: LoadProgress) -> None:
        if given_up.is_set():
            raise ModelError(f"{source} was given up.")
        loop.call_soon_threadsafe(report, progress)

    try:
        return await asyncio.to_thread(find_model, source, report_on_loop, environment)
    finally:
        given_up.set()


def display_name(source: str) -> str:
    """Returns a short name: the last part, without how the model was tuned or stored."""
    name = source.rstrip("/").rpartition("/")[2]
    while (shorter := _VARIANT.sub("", name)) not in ("", name):
        name = shorter
    return name or source


def _download(
    repository: str, report: Callable[[LoadProgress], None], environment: ClientEnvironment
) -> Snapshot:
    # Importing the hub's client takes a third of a second.
    from .hub.download import download

    return download(repository, report, environment)


def _checked(folder: Path, source: str, notice: str = "") -> ModelFiles:
    weights = check_checkpoint(folder, source)
    revision = identify_folder(folder)
    return ModelFiles(
        folder,
        source,
        display_name(source),
        notice,
        revision,
        weights.stored_bytes,
        weights.needed_bytes,
    )


def _is_usable(snapshot: Snapshot) -> bool:
    try:
        check_checkpoint(snapshot.path)
    except ModelError:
        return False
    return True
