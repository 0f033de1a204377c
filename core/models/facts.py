"""Everything that a model's files tell about it, with what the core found out as it ran it."""

from dataclasses import dataclass, replace
from os.path import expanduser
from pathlib import Path
from typing import Final

from ..errors import ModelError
from ..messages.listed_model import ModelKind
from .config import read_json
from .footprint import Footprint, Proposal, propose
from .hub.names import parse_repository
from .known_reuse import KnownReuse, find_known
from .kv_size import count_kv
from .language_config import context_length, read_language_config
from .licence import read_licence
from .memory import number_bytes, usable_memory
from .picture_size import picture_size
from .preflight import check_checkpoint, identify_folder
from .quantisation import count_parameters, describe_quantisation
from .weights import Weights

_CONTEXTS: Final = (4096, 16_384)
"""Tokens at which the memory is told, beside the whole context."""


@dataclass(frozen=True)
class FootprintSettings:
    """What of the settings decides on the memory that a model takes."""

    pixel_budget: int
    kv_bits: int
    cache_dir: Path
    """Where the core keeps what it found out."""


@dataclass(frozen=True)
class ModelFacts:
    """A model that is here, whether it can be run or not."""

    name: str
    """What `--model` takes."""
    kind: ModelKind
    place: str
    """Its folder, or the address of its server."""
    disk_bytes: int = 0
    problem: str = ""
    """Why it can't be run, as one sentence; what follows is unknown then."""
    family: str = ""
    """`model_type` of its config.json."""
    parameters: int = 0
    quantisation: str = ""
    licence: str = ""
    """Empty where its files don't state it."""
    revision: str = ""
    footprint: Footprint | None = None
    """What it takes in memory; None where nobody can tell."""
    proposal: Proposal | None = None
    """What fits this machine."""
    known: KnownReuse | None = None
    """What the core found out at its last load; None before that."""
    context_length: int = 0
    """Tokens; 0 where unknown."""

    @property
    def source(self) -> str:
        """What loads it: its name, or the whole path of a folder."""
        return self.place if self.kind == "folder" else self.name

    def is_meant_by(self, source: str) -> bool:
        """Whether this is what a source loads: a repository in any case, a folder as written."""
        folder = str(Path(expanduser(source)).absolute())  # noqa: PTH111 - Path's own raises
        if self.kind == "hub" and (repository := parse_repository(source)):
            return repository.lower() == self.name.lower()
        return source == self.name or folder == self.place

    @property
    def memory(self) -> dict[int, int]:
        """Bytes that it takes, by the tokens of one conversation: 4k, 16k and the whole context."""
        its = self.footprint
        if its is None:
            return {}
        whole = its.context_length
        contexts = [it for it in _CONTEXTS if not whole or it < whole]
        return {tokens: its.nbytes(tokens) for tokens in [*contexts, *([whole] if whole else [])]}


def read_facts(
    model: ModelFacts, settings: FootprintSettings, folder: Path, licence: str = ""
) -> ModelFacts:
    """Returns a model with all that its files tell, or with the reason why it can't be run.

    Args:
        model: name, kind and place.
        settings: of the pictures and KV caches.
        folder: where its files lie.
        licence: where it is known without them.
    """
    try:
        weights = check_checkpoint(folder, model.name)
        config = read_json(folder / "config.json")
        revision = model.revision or identify_folder(folder)
        known = find_known(settings.cache_dir, revision)
        footprint = read_footprint(folder, weights, settings, known)
    except (ModelError, OSError) as error:
        return replace(model, problem=_explain(model, error), licence=read_licence(folder))
    return replace(
        model,
        family=str(config["model_type"]),
        parameters=count_parameters(config, weights.tensors),
        quantisation=describe_quantisation(config, weights.tensors),
        licence=licence or read_licence(folder),
        revision=revision,
        footprint=footprint,
        proposal=propose(footprint, usable_memory(), settings.pixel_budget, settings.kv_bits),
        known=known,
        context_length=footprint.context_length,
    )


def _explain(model: ModelFacts, error: ModelError | OSError) -> str:
    if isinstance(error, ModelError):
        return str(error)
    return f"{model.name} can't be read: {error.strerror}; check its permissions."


def read_footprint(
    folder: Path, weights: Weights, settings: FootprintSettings, known: KnownReuse | None = None
) -> Footprint:
    """Returns what a model takes in memory; what was measured counts before what is computed.

    Raises:
        ModelUnsupported: a file of the model can't be read.
    """
    config = read_json(folder / "config.json")
    picture = picture_size(folder, config, settings.pixel_budget)
    shapes = {name: tensor.shape for name, tensor in weights.tensors.items()}
    kv = count_kv(shapes, read_language_config(config))
    exact, stored = kv.token_bytes(number_bytes()), kv.token_bytes(number_bytes(), settings.kv_bits)
    measured = known or KnownReuse("cold")
    return Footprint(
        weights_bytes=measured.loaded_bytes or weights.needed_bytes,
        kv_token_bytes=measured.kv_token_bytes * stored // (exact or 1) or stored,
        context_length=context_length(folder, config),
        picture_tokens=picture.tokens,
        picture_bytes=picture.work_bytes,
        state_bytes=kv.state_bytes,
        is_fixed=picture.is_fixed,
    )
