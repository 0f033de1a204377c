"""`seeshell models pull`: downloads a model, or what is missing of it."""

import logging
import os

from ...core.client_environment import read_client_environment
from ...core.errors import ModelError, ModelNotFound
from ...core.models.endpoints import find_endpoint
from ...core.models.facts import ModelFacts
from ...core.models.hub.names import parse_repository
from ...core.models.listing import Shelf, find_here
from ...core.models.progress import LoadProgress
from .exit_status import COMPLETE
from .models_progress import ProgressLine
from .output import Output


def pull(shelf: Shelf, name: str, output: Output) -> int:
    """Downloads, says what came and returns the exit status.

    Raises:
        ModelError: with one sentence that says what to do.
    """
    model, notice = fetch(shelf, name, output)
    if output.as_json:
        keys = ("name", "place", "revision", "disk_bytes", "licence")
        output.document({**{key: getattr(model, key) for key in keys}, "notice": notice})
        return COMPLETE
    output.write(f"{model.name} is complete.\n")
    if model.proposal:
        output.write(f"{model.proposal.sentence}\n")
    output.write(f"To use it: seeshell --model {model.name}\n")
    if notice:
        output.notice(notice)
    return COMPLETE


def fetch(shelf: Shelf, name: str, output: Output) -> tuple[ModelFacts, str]:
    """Downloads what is missing of a model; returns it and what the user should know of that.

    Raises:
        ModelError: with one sentence that says what to do.
    """
    if find_endpoint(name, shelf.settings.endpoints) is not None:
        raise ModelError(f"{name} is a server; name a model of the hub or of this machine.")
    repository = parse_repository(name)
    if not repository:
        raise ModelNotFound(
            f"{name} is no Hugging Face repository; give its name as on its page, owner/name."
        )
    # Importing the hub's client takes a third of a second.
    from ...core.models.hub.download import download

    # It would tell on standard error of each broken connection that it resumes by itself.
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)

    line = ProgressLine()

    def show(progress: LoadProgress) -> None:
        if progress.stage != line.stage:
            output.notice(f"{progress.stage}.")
        output.progress(line.describe(progress))

    environment = read_client_environment(os.environ, shelf.settings.key_variables)
    try:
        snapshot = download(repository, show, environment)
    except KeyboardInterrupt:
        output.notice(
            f"Stopped; what came stays, and `seeshell models pull {repository}` goes on with it."
        )
        raise
    output.clear_progress()
    return find_here(shelf, snapshot.repository), snapshot.notice
