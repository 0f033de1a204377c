"""Which models are here: the demo, folders, the Hugging Face cache, and the endpoints by name."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from os.path import expanduser
from pathlib import Path
from typing import Final

from .. import demo
from ..errors import ModelNotFound
from ..settings import Paths, Settings
from .facts import FootprintSettings, ModelFacts, read_facts
from .hub.cache import Snapshot, find_cached, list_cached, repository_folder
from .hub.names import parse_repository
from .known_reuse import read_known

_DEPTH: Final = 2
"""Folders below a folder of models in which one may lie: `owner/name`, as LM Studio has them."""

_DEMO_LICENCE: Final = "apache-2.0"


@dataclass(frozen=True)
class Shelf:
    """Where models are looked for."""

    settings: Settings
    paths: Paths

    @property
    def footprint_settings(self) -> FootprintSettings:
        """What decides on the memory that a model takes."""
        its = self.settings
        return FootprintSettings(its.pixel_budget, its.kv_bits, self.paths.cache_dir)


def list_models(shelf: Shelf) -> list[ModelFacts]:
    """Returns all models that are here, those that can't be run included."""
    return [
        _read_demo(shelf),
        *(_read_folder(shelf, folder) for folder in _folders(shelf)),
        *(_read_cached(shelf, snapshot) for snapshot in list_cached()),
        *_endpoints(shelf.settings),
    ]


def find_here(shelf: Shelf, name: str) -> ModelFacts:
    """Returns one model that is here.

    Args:
        shelf: where to look.
        name: as `--model` takes it, or the name of a listed folder without those above it.

    Raises:
        ModelNotFound: it is not here; the sentence names what is near, or how to get it.
    """
    endpoints = [it for it in _endpoints(shelf.settings) if it.name == name]
    if endpoints:
        return endpoints[0]
    if name == demo.NAME:
        return _read_demo(shelf)
    if folder := find_folder(shelf, name):
        return _read_folder(shelf, folder)
    repository = parse_repository(name)
    for snapshot in list_cached():
        if repository and snapshot.repository.lower() == repository.lower():
            return _read_cached(shelf, snapshot)
    raise ModelNotFound(_explain_absent(shelf, name, repository))


def find_folder(shelf: Shelf, name: str) -> Path | None:
    """Returns the folder that a name means: a path, or the name of one that is listed."""
    path = _full_path(name)
    if name and path.is_dir():
        return path.absolute()
    return next((folder for folder in _folders(shelf) if folder.name == name), None)


def find_cached_folder(repository: str) -> Path | None:
    """Returns where the Hugging Face cache holds a whole model; None where it does not."""
    snapshot = find_cached(repository)
    return snapshot.path if snapshot and snapshot.is_complete else None


def complete_name(shelf: Shelf, name: str) -> str:
    """Returns the one model's name of which this is a part; the name itself if there is none."""
    names = names_here(shelf)
    wanted = name.lower()
    if not name or name in names or find_folder(shelf, name):
        return name
    starts = [it for it in names if it.rpartition("/")[2].lower().startswith(wanted)]
    for found in (starts, [it for it in names if wanted in it.lower()]):
        if len(found) == 1:
            return found[0]
    return name


def names_here(shelf: Shelf) -> list[str]:
    """Returns what the models that are here are called, without reading their weights."""
    return [
        demo.NAME,
        *(show_folder(folder) for folder in _folders(shelf)),
        *(snapshot.repository for snapshot in list_cached()),
        *shelf.settings.endpoints,
    ]


def show_folder(folder: Path) -> str:
    """Returns a folder as people write it."""
    home = _full_path("~")
    return f"~/{folder.relative_to(home)}" if folder.is_relative_to(home) else str(folder)


def near_names(name: str, names: list[str]) -> list[str]:
    """Returns names that somebody who typed this one may have meant, the nearest first."""
    last = {it.rpartition("/")[2].lower(): it for it in names}
    whole = {it.lower(): it for it in names}
    wanted = name.lower()
    found = [whole[it] for it in get_close_matches(wanted, whole, 3)]
    found += [last[it] for it in get_close_matches(wanted.rpartition("/")[2], last, 3)]
    found += [it for it in names if wanted in it.lower()]
    return list(dict.fromkeys(found))[:3]


def folder_bytes(folder: Path) -> int:
    """Returns what the files of a folder, and those that it links to, take on the disk."""
    sizes = {}
    for place, _, names in os.walk(folder):
        for file in (Path(place, name) for name in names):
            # What may not be read, or leads nowhere, takes nothing that could be told.
            with suppress(OSError):
                sizes[file.resolve()] = file.stat().st_size
    return sum(sizes.values())


def _explain_absent(shelf: Shelf, name: str, repository: str) -> str:
    near = near_names(name, names_here(shelf))
    if near:
        return f"There is no model {name} here; did you mean {' or '.join(near)}?"
    if repository:
        return f"{repository} is not here; `seeshell models pull {repository}` downloads it."
    return f"There is no model {name} here; `seeshell models` lists those that are."


def _folders(shelf: Shelf) -> list[Path]:
    """Returns the folders that hold a model, each once."""
    loaded = (it.source for it in read_known(shelf.paths.cache_dir).values())
    named = map(_full_path, filter(None, (shelf.settings.model, *loaded)))
    roots = (shelf.paths.models_dir, *map(_full_path, shelf.settings.model_folders))
    found = [it for it in named if it.is_absolute() and (it / "config.json").is_file()]
    for root in roots:
        found += _below(root, _DEPTH)
    return [it for it in dict.fromkeys(found) if it != demo.MODEL_PATH]


def _full_path(name: str) -> Path:
    return Path(expanduser(name))  # noqa: PTH111 - Path's own raises for unknown users


def _below(root: Path, depth: int) -> Iterator[Path]:
    try:
        entries = sorted(it for it in root.iterdir() if it.is_dir() and it.name[0] != ".")
    except OSError:
        return
    for folder in entries:
        if (folder / "config.json").is_file():
            yield folder
        elif depth > 1:
            yield from _below(folder, depth - 1)


def _read_demo(shelf: Shelf) -> ModelFacts:
    model = ModelFacts(demo.NAME, "demo", str(demo.MODEL_PATH), folder_bytes(demo.MODEL_PATH))
    return read_facts(model, shelf.footprint_settings, demo.MODEL_PATH, _DEMO_LICENCE)


def _read_folder(shelf: Shelf, folder: Path) -> ModelFacts:
    model = ModelFacts(show_folder(folder), "folder", str(folder), folder_bytes(folder))
    return read_facts(model, shelf.footprint_settings, folder)


def _read_cached(shelf: Shelf, snapshot: Snapshot) -> ModelFacts:
    size = folder_bytes(repository_folder(snapshot.repository))
    model = ModelFacts(
        snapshot.repository, "hub", str(snapshot.path), size, revision=snapshot.revision
    )
    if snapshot.is_complete:
        return read_facts(model, shelf.footprint_settings, snapshot.path)
    sentence = (
        f"{snapshot.repository} is not complete; `seeshell models pull {snapshot.repository}` "
        "downloads the rest."
    )
    return ModelFacts(model.name, model.kind, model.place, size, problem=sentence)


def _endpoints(settings: Settings) -> Iterator[ModelFacts]:
    for name, table in settings.endpoints.items():
        yield ModelFacts(name, "endpoint", table.url, context_length=table.context)
