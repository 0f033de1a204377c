"""Downloads a repository into the cache, once it is known to be a model that can be run."""

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from httpx2 import HTTPError
from huggingface_hub import HfApi, ModelInfo, constants
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

from ...client_environment import ClientEnvironment
from ...errors import ModelError, ModelNotFound
from ..config import check_config
from ..memory import check_memory, format_bytes
from ..progress import LoadProgress
from ..weights import INDEX_FILE, check_index
from .cache import Snapshot, cache_folder, write_main
from .connections import NO_TOKEN, TIMEOUT, Token, find_token, hub_connections
from .contents import check_contents, describe_licence, needed_weights, small_files
from .failures import explain_token, explained
from .fetching import Counter, RemoteSnapshot, fetch_all
from .names import is_repository

_OTHER_KINDS: Final = ("dataset", "space")

_NEEDS_TOKEN: Final = (401, 403)
"""Answers to a request without a token that one may have prevented."""


@dataclass(frozen=True)
class _Found:
    """A model on the hub, and how it was found."""

    api: HfApi
    model: ModelInfo
    token: Token
    notice: str = ""
    """On a token that was left out."""


def download(
    repository: str, report: Callable[[LoadProgress], None], environment: ClientEnvironment
) -> Snapshot:
    """Downloads the newest version, what is already there excepted, and returns it.

    Size and licence are reported first. Contents, configuration, memory and disk are checked before
    the weights are fetched. After an interruption, files that are complete are not fetched again.

    Args:
        repository: `owner/name`, in any case.
        report: called from several threads, never twice at once.
        environment: of the client that wants it.

    Raises:
        ModelError: with one sentence that says what to do.
    """
    token = find_token(environment)
    with explained(repository, token), hub_connections(environment):
        _check_online(repository)
        found = _look_up(repository, token)
        try:
            return _fetch(found, report)
        except HfHubHTTPError as error:
            if found.notice and error.response.status_code in _NEEDS_TOKEN:
                raise explain_token(token) from error
            raise


def _check_online(repository: str) -> None:
    if constants.is_offline_mode():
        raise ModelNotFound(
            f"{repository} is not complete in the Hugging Face cache and HF_HUB_OFFLINE forbids to "
            "download it; unset that, or use `demo`."
        )


def _look_up(repository: str, token: Token) -> _Found:
    """Returns the model, asked for without the token where the hub refuses that."""
    try:
        return _ask(repository, token)
    except HfHubHTTPError as error:
        if error.response.status_code == 401 and token.origin:
            refused = error
        else:
            # Not for a gated one, whose error is a kind of this one.
            if type(error) is RepositoryNotFoundError:
                _refuse_other_kinds(repository, token)
            raise
    try:
        found = _ask(repository, NO_TOKEN)
    except HfHubHTTPError as error:
        if error.response.status_code in (*_NEEDS_TOKEN, 404):
            raise explain_token(token) from refused
        raise
    notice = (
        f"The hub refused the token of {token.origin}, so the model was downloaded without it: "
        "renew the token, or remove it."
    )
    return _Found(found.api, found.model, NO_TOKEN, notice)


def _ask(repository: str, token: Token) -> _Found:
    api = HfApi(endpoint=constants.ENDPOINT, token=token.value, library_name="seeshell")
    try:
        model = api.model_info(repository, files_metadata=True, timeout=TIMEOUT)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("JSON that describes no model") from error
    if not isinstance(model.sha, str) or not is_repository(model.id):
        raise ValueError("a model without name or revision")
    files = model.siblings or ()
    if not all(isinstance(it.rfilename, str) and isinstance(it.size or 0, int) for it in files):
        raise ValueError("a file without name or size")
    return _Found(api, model, token)


def _refuse_other_kinds(repository: str, token: Token) -> None:
    """Raises ModelNotFound if the name is that of something else than a model."""
    api = HfApi(endpoint=constants.ENDPOINT, token=token.value, library_name="seeshell")
    for kind in _OTHER_KINDS:
        with suppress(HTTPError, ValueError, TypeError, KeyError):
            api.repo_info(repository, repo_type=kind, timeout=TIMEOUT)
            raise ModelNotFound(
                f"{repository} is a {kind} of the hub, not a model; check the name."
            )


def _fetch(found: _Found, report: Callable[[LoadProgress], None]) -> Snapshot:
    model = found.model
    name, sizes = model.id, {file.rfilename: file.size or 0 for file in model.siblings or ()}
    check_contents(name, sizes)
    stage = _describe(found, sizes)
    report(LoadProgress(stage))
    remote = RemoteSnapshot(name, str(model.sha), found.token)
    folder = remote.fetch("config.json").parent
    check_config(folder, name)
    if INDEX_FILE in sizes:
        remote.fetch(INDEX_FILE)
    weights = needed_weights(name, sizes, folder)
    check_index(name, folder)
    check_memory(name, sum(sizes[file] for file in weights))
    small = small_files(sizes)
    missing = {file: sizes[file] for file in (*small, *weights) if not (folder / file).exists()}
    needed = sum(missing.values())
    _check_disk(name, needed)
    counter = Counter(stage, needed, report)
    # The weights come last: a snapshot that has them has everything.
    fetch_all(remote, (file for file in missing if file in small), counter)
    fetch_all(remote, (file for file in missing if file in weights), counter)
    snapshot = Snapshot(name, folder, folder.name, notice=found.notice)
    write_main(snapshot)
    return snapshot


def _describe(found: _Found, sizes: Mapping[str, int]) -> str:
    """Returns what is about to come, for the user to decide on."""
    wanted = [*small_files(sizes), *(it for it in sizes if it.endswith(".safetensors"))]
    size = format_bytes(sum(sizes[file] for file in wanted if "/" not in file))
    licence = describe_licence(found.api, found.model)
    return f"Downloading {found.model.id}, {size}, {licence}"


def _check_disk(repository: str, needed: int) -> None:
    folder = cache_folder()
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise ModelError(
            f"{repository} needs {format_bytes(needed)} more below {folder}, where "
            f"{format_bytes(free)} are free; make room or set HF_HOME to a larger disk."
        )
