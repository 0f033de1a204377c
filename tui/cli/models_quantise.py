"""`seeshell models quantise`: makes a smaller version of a model."""

from argparse import Namespace
from pathlib import Path

from ...core.demo import MODEL_PATH
from ...core.demo import NAME as DEMO
from ...core.models.hub.names import parse_repository
from ...core.models.listing import (
    Shelf,
    complete_name,
    find_cached_folder,
    find_folder,
    show_folder,
)
from ...core.models.memory import format_bytes
from ...core.models.progress import LoadProgress
from ...core.models.quantise import Quantised, check_source, quantise
from .exit_status import COMPLETE
from .models_progress import ProgressLine
from .models_pull import fetch
from .output import Output


def make_quantised(shelf: Shelf, options: Namespace, output: Output) -> int:
    """Quantises, prints the sizes before and after and returns the exit status.

    Args:
        shelf: where the source is looked for.
        options: `name`, `bits` and `to`.
        output: of the command.

    Raises:
        ModelError: with one sentence that says what to do.
    """
    source, called = find_source(shelf, options.name, output)
    before = check_source(source)
    target = (
        Path(options.to) if options.to else shelf.paths.models_dir / _name(called, options.bits)
    )
    output.notice(f"{called} has {format_bytes(before.stored_bytes)} of weights.")
    line = ProgressLine()

    def show(progress: LoadProgress) -> None:
        output.progress(f"{progress.stage}: {line.describe(progress)}")

    made = quantise(source, target.expanduser().absolute(), options.bits, show)
    output.clear_progress()
    _say(made, output)
    return COMPLETE


def find_source(shelf: Shelf, name: str, output: Output) -> tuple[Path, str]:
    """Returns where a model lies, and what to call it; downloads it if need be."""
    name = complete_name(shelf, name)
    if name == DEMO:
        return MODEL_PATH, name
    if folder := find_folder(shelf, name):
        return folder, folder.name
    repository = parse_repository(name)
    cached = find_cached_folder(repository) if repository else None
    if cached:
        return cached, repository
    model, _ = fetch(shelf, name, output)
    return Path(model.place), model.name


def _name(called: str, bits: str) -> str:
    return f"{called.rpartition('/')[2]}-{bits if 'mixed' in bits else f'{bits}bit'}"


def _say(made: Quantised, output: Output) -> None:
    if output.as_json:
        document = {
            "name": str(made.folder),
            "place": str(made.folder),
            "before_bytes": made.before_bytes,
            "after_bytes": made.after_bytes,
            "quantisation": made.quantisation,
        }
        output.document(document)
        return
    before, after = format_bytes(made.before_bytes), format_bytes(made.after_bytes)
    output.write(f"{before} of weights became {after} ({made.quantisation}).\n")
    output.write(f"To use it: seeshell --model {show_folder(made.folder)}\n")
