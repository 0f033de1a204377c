"""`seeshell models rm`: removes a downloaded or quantised model once the user agrees."""

import shutil
import sys
from argparse import Namespace
from pathlib import Path

from ...core.errors import ModelError, ModelNotFound
from ...core.models.facts import ModelFacts
from ...core.models.listing import Shelf, complete_name, find_here
from ...core.models.memory import format_bytes
from .exit_status import COMPLETE, ERROR
from .models import Loaded
from .output import Output


def remove(shelf: Shelf, options: Namespace, loaded: Loaded, output: Output) -> int:
    """Removes the model, says what that freed and returns the exit status.

    Args:
        shelf: where it is looked for.
        options: `name`, `yes` and `force`.
        loaded: what the core holds.
        output: of the command.

    Raises:
        ModelError: it can't be removed; one sentence says why.
    """
    # What nobody is asked about must be named in full.
    name = options.name if options.yes else complete_name(shelf, options.name)
    model = find_here(shelf, name)
    _check(shelf, model)
    if loaded.is_same(model) and not options.force:
        raise ModelError(
            f"{model.name} is loaded; free it with `seeshell unload` first, or add --force."
        )
    if not options.yes and not _agrees(model, output):
        output.notice("Nothing was removed.")
        return ERROR
    if model.kind == "hub":
        from ...core.models.hub.removal import remove_cached

        freed = remove_cached(model.name)
    else:
        shutil.rmtree(model.place)
        freed = model.disk_bytes
    if output.as_json:
        output.document({"name": model.name, "freed_bytes": freed})
    else:
        output.write(f"{model.name} is removed, which frees {format_bytes(freed)}.\n")
    return COMPLETE


def _check(shelf: Shelf, model: ModelFacts) -> None:
    """Raises ModelError unless the model is in the cache or was made by `models quantise`."""
    match model.kind:
        case "demo":
            raise ModelError("The demonstration model is a part of seeshell and stays.")
        case "endpoint":
            raise ModelNotFound(
                f"{model.name} is an endpoint; take its table out of config.toml instead."
            )
        case "folder" if not Path(model.place).is_relative_to(shelf.paths.models_dir):
            raise ModelError(
                f"{model.place} is a folder of yours, which seeshell does not remove; delete it "
                "yourself."
            )


def _agrees(model: ModelFacts, output: Output) -> bool:
    """Whether the user says yes.

    Raises:
        ModelError: nobody can be asked.
    """
    if output.as_json or not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        raise ModelError(f"Nobody can be asked here; add --yes to remove {model.name}.")
    output.ask(f"Remove {model.name} ({format_bytes(model.disk_bytes)})? [y/N] ")
    return sys.stdin.readline().strip().lower() in ("y", "yes")
