"""`seeshell models`: which models are here, and everything about one of them."""

import asyncio
import os
from argparse import Namespace
from dataclasses import dataclass

from ...core.errors import CoreError
from ...core.messages.events import CoreStatus
from ...core.models.facts import ModelFacts
from ...core.models.listing import Shelf, complete_name, find_here, list_models
from ...core.models.memory import usable_memory
from ...core.settings import find_paths, read_settings
from .core_commands import read_status
from .exit_status import COMPLETE
from .models_table import describe_model, format_list
from .output import Output


@dataclass(frozen=True)
class Loaded:
    """What the core holds now."""

    name: str = ""
    """Display name of the model; empty for none."""
    source: str = ""
    """What it was loaded by."""
    nbytes: int = 0

    def is_same(self, model: ModelFacts) -> bool:
        """Whether this is that model."""
        return bool(self.source) and model.is_meant_by(self.source)


def models(options: Namespace, output: Output) -> int:
    """Carries out one of the commands on models and returns the exit status.

    Raises:
        SeeshellError: with one sentence that says what to do.
    """
    paths = find_paths(os.environ)
    shelf = Shelf(read_settings(paths, os.environ), paths)
    match options.action:
        case "show":
            return _show(shelf, options.name, output)
        case "pull":
            from .models_pull import pull

            return pull(shelf, options.name, output)
        case "rm":
            from .models_remove import remove

            return remove(shelf, options, read_loaded(), output)
        case "quantise":
            from .models_quantise import make_quantised

            return make_quantised(shelf, options, output)
    return _list(shelf, output, with_all=options.all)


def read_loaded() -> Loaded:
    """Returns what a running core holds; nothing where none runs or it can't be asked."""
    try:
        status = asyncio.run(read_status())
    except CoreError:
        status = None
    if not isinstance(status, CoreStatus) or not status.is_loaded or status.server:
        return Loaded()
    return Loaded(status.model, status.source, status.active_bytes)


def _list(shelf: Shelf, output: Output, *, with_all: bool) -> int:
    found, loaded = list_models(shelf), read_loaded()
    if output.as_json:
        documents = [as_document(it, loaded) for it in found]
        output.document({"usable_bytes": usable_memory(), "models": documents})
        return COMPLETE
    shown = [it for it in found if with_all or not it.problem]
    output.write(format_list(shown, [it.name for it in found if loaded.is_same(it)]))
    if hidden := len(found) - len(shown):
        output.notice(f"{hidden} that can't be run are left out; --all lists them too.")
    return COMPLETE


def _show(shelf: Shelf, name: str, output: Output) -> int:
    model = find_here(shelf, complete_name(shelf, name))
    loaded = read_loaded()
    if output.as_json:
        output.document(as_document(model, loaded))
        return COMPLETE
    output.write(describe_model(model, is_loaded=loaded.is_same(model)))
    footprint = model.footprint
    is_another = bool(loaded.name) and not loaded.is_same(model)
    if footprint and is_another and footprint.nbytes(0) + loaded.nbytes > usable_memory():
        output.notice(f"{loaded.name} is loaded, and is freed before this one is.")
    return COMPLETE


def as_document(model: ModelFacts, loaded: Loaded) -> dict[str, object]:
    """Returns a model's facts by stable names, for JSON."""
    footprint, proposal, known = model.footprint, model.proposal, model.known
    return {
        "name": model.name,
        "kind": model.kind,
        "place": model.place,
        "disk_bytes": model.disk_bytes,
        "problem": model.problem,
        "family": model.family,
        "parameters": model.parameters,
        "quantisation": model.quantisation,
        "licence": model.licence,
        "context_length": model.context_length,
        "weights_bytes": footprint and footprint.weights_bytes,
        "kv_token_bytes": footprint and footprint.kv_token_bytes,
        "memory": [{"tokens": at, "bytes": count} for at, count in model.memory.items()],
        "picture_tokens": footprint and footprint.picture_tokens,
        "picture_bytes": footprint and footprint.picture_bytes,
        "reuse": known and known.reuse,
        "reuse_reason": known.reason if known else "",
        "is_loaded": loaded.is_same(model),
        "context": proposal and proposal.context,
        "pixel_budget": proposal and proposal.pixel_budget,
        "advice": proposal.sentence if proposal else "",
    }
