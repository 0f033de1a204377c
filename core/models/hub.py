"""Models of the Hugging Face hub: found in the cache without a network, else downloaded.

`huggingface_hub` is imported when first needed: it takes a third of a second.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from ..client_environment import NO_ENVIRONMENT, ClientEnvironment
from ..errors import ModelError, ModelNotFound
from .config import check_config
from .memory import check_memory, format_bytes
from .progress import LoadProgress

if TYPE_CHECKING:
    from huggingface_hub import HfApi, ModelInfo

_FILES: Final = ("*.json", "*.safetensors", "*.model", "*.tiktoken", "*.txt", "*.jinja")
"""What mlx-vlm reads of a repository, without the program code that some bring."""

_REPOSITORY: Final = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")

_TIMEOUT: Final = 10.0
"""Seconds to wait for each answer of the hub about a model."""


@dataclass(frozen=True)
class Snapshot:
    """One version of a repository, on this disk."""

    repository: str
    path: Path
    revision: str
    """Commit hash."""


def is_repository(source: str) -> bool:
    """Whether the source has the form `owner/name`."""
    return _REPOSITORY.fullmatch(source) is not None and ".." not in source


def find_cached(repository: str) -> Snapshot | None:
    """Returns what the cache holds of the repository's main branch; it may lack files."""
    folder = _cache_folder() / f"models--{repository.replace('/', '--')}"
    try:
        revision = (folder / "refs" / "main").read_text(encoding="ascii").strip()
    except OSError:
        return None
    path = folder / "snapshots" / revision
    return Snapshot(repository, path, revision) if revision and path.is_dir() else None


def list_cached() -> list[Snapshot]:
    """Returns every model repository of the cache, by name."""
    names = (
        entry.name.removeprefix("models--").replace("--", "/", 1)
        for entry in sorted(_cache_folder().glob("models--*--*"))
    )
    return [snapshot for name in names if (snapshot := find_cached(name))]


def download(
    repository: str,
    report: Callable[[LoadProgress], None],
    environment: ClientEnvironment = NO_ENVIRONMENT,  # noqa: ARG001
) -> Snapshot:
    """Downloads the newest version, what is already there excepted, and returns it.

    Size and licence are reported first; configuration, memory and disk are checked before the
    weights are fetched. An interrupted download continues where it stopped.

    Args:
        repository: `owner/name`.
        report: called from several threads, never twice at once.
        environment: of the client that wants it.

    Raises:
        ModelError: with one sentence that says what to do.
    """
    from huggingface_hub import HfApi, hf_hub_download, snapshot_download

    with _explained(repository):
        api = HfApi(library_name="seeshell")
        model = api.model_info(repository, files_metadata=True, timeout=_TIMEOUT)
        sizes = _wanted_files(model)
        total = sum(sizes.values())
        stage = f"Downloading {repository}, {format_bytes(total)}, {_licence(api, model)}"
        report(LoadProgress(stage))
        if "config.json" not in sizes:
            raise ModelNotFound(f"{repository} holds no config.json; choose an MLX model.")
        config = Path(hf_hub_download(repository, "config.json", revision=model.sha))
        check_config(config.parent, repository)
        weights = sum(size for name, size in sizes.items() if name.endswith(".safetensors"))
        check_memory(repository, weights)
        missing = sum(s for name, s in sizes.items() if not (config.parent / name).exists())
        _check_disk(repository, missing)
        bar = _bar_class(_Counter(stage, missing, report))
        path = Path(snapshot_download(repository, allow_patterns=list(_FILES), tqdm_class=bar))
    return Snapshot(repository, path, path.name)


def _cache_folder() -> Path:
    from huggingface_hub.constants import HF_HUB_CACHE

    return Path(HF_HUB_CACHE)


def _wanted_files(model: "ModelInfo") -> dict[str, int]:
    """Returns the bytes of each file that will be downloaded."""
    files = ((file.rfilename, file.size or 0) for file in model.siblings or ())
    return {name: size for name, size in files if any(fnmatch(name, p) for p in _FILES)}


def _licence(api: "HfApi", model: "ModelInfo") -> str:
    """Returns the licence in words; where the page states none, that of the base model."""
    from huggingface_hub.errors import HfHubHTTPError

    own = _stated_licence(model)
    if own:
        return f"licence {own}"
    bases = getattr(model.card_data, "base_model", None) or ()
    for base in [bases] if isinstance(bases, str) else bases:
        # A base model that is gone or gated must not stand in the way of this one.
        with suppress(HfHubHTTPError):
            stated = _stated_licence(api.model_info(base, timeout=_TIMEOUT))
            if stated:
                return f"licence {stated} (base model {base}; the page of these files states none)"
    return "no licence stated"


def _stated_licence(model: "ModelInfo") -> str:
    card = model.card_data
    licence = getattr(card, "license", None)
    if licence == "other":
        licence = getattr(card, "license_name", None) or licence
    return ", ".join(licence) if isinstance(licence, list) else licence or ""


def _check_disk(repository: str, needed: int) -> None:
    folder = _cache_folder()
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise ModelError(
            f"{repository} needs {format_bytes(needed)} more below {folder}, where "
            f"{format_bytes(free)} are free; make room or set HF_HOME to a larger disk."
        )


@contextmanager
def _explained(repository: str) -> Iterator[None]:
    """Turns what the hub's client raises into one sentence."""
    from httpx2 import HTTPError
    from huggingface_hub import errors

    try:
        yield
    except errors.GatedRepoError as error:
        raise ModelNotFound(
            f"{repository} is given only to those who accept its terms; accept them on its page, "
            "then log in with `hf auth login`."
        ) from error
    except (errors.RepositoryNotFoundError, errors.HFValidationError) as error:
        raise ModelNotFound(
            f"The hub has no model {repository}; check the name, or log in with `hf auth login` "
            "if it is private."
        ) from error
    except (errors.OfflineModeIsEnabled, errors.LocalEntryNotFoundError, HTTPError) as error:
        raise ModelNotFound(
            f"{repository} is not complete in the Hugging Face cache and the hub can't be reached "
            f"({type(error).__name__}); connect to the network and try again, or use `demo`."
        ) from error
    except (OSError, RuntimeError, errors.XetDownloadError) as error:
        reason = " ".join(str(getattr(error, "strerror", None) or error).split())
        raise ModelError(f"Downloading {repository} failed: {reason}; try again.") from error


class _Counter:
    """Adds up bytes from several download threads and reports whole percents."""

    def __init__(self, stage: str, total: int, report: Callable[[LoadProgress], None]) -> None:
        self._stage = stage
        self._total = max(total, 1)
        self._report = report
        self._percent = 0
        self._lock = Lock()

    def show(self, done: float) -> None:
        """Reports that `done` bytes are there, if that is a percent more than last time."""
        with self._lock:
            percent = min(100, int(100 * done / self._total))
            if percent > self._percent:
                self._percent = percent
                self._report(LoadProgress(self._stage, percent / 100))


def _bar_class(counter: _Counter) -> type[Any]:
    """Returns a progress bar for the hub's client that draws nothing and feeds the counter."""
    from huggingface_hub.utils.tqdm import tqdm

    class Bar(tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            # What is disabled never writes to standard error and needs no terminal.
            super().__init__(*args, **{**kwargs, "disable": True})  # type: ignore[no-untyped-call]
            self.is_of_bytes = kwargs.get("unit") == "B"
            self.n = kwargs.get("initial", 0)

        def update(self, n: float | None = 1) -> None:
            self.n += n or 0
            if self.is_of_bytes:
                counter.show(self.n)

    return Bar
