"""Which models are here, for clients that let their users choose."""

import asyncio
from typing import Final

from ..messages.listed_model import ListedModel
from ..messages.model_events import ModelsListed
from ..models.facts import ModelFacts
from ..models.listing import Shelf, list_models
from ..settings import Paths, Settings
from .answered_models import AnsweredModels

_CONTEXT: Final = 16_384
"""Tokens of the conversation for which the memory is told, where the model takes as many."""


async def read_models(paths: Paths, settings: Settings, answered: AnsweredModels) -> ModelsListed:
    """Returns all models that are here, those that can't be run included.

    Their files are read on a thread.

    Args:
        paths: where models are looked for.
        settings: as they are now.
        answered: what was measured as models answered.
    """
    found = await asyncio.to_thread(list_models, Shelf(settings, paths))
    return ModelsListed(models=tuple(_as_listed(it, answered.prompt_tps) for it in found))


def _as_listed(model: ModelFacts, rates: dict[str, float]) -> ListedModel:
    memory = model.memory
    context = _CONTEXT if _CONTEXT in memory else max(memory, default=0)
    return ListedModel(
        source=model.source,
        name=model.name,
        kind=model.kind,
        problem=model.problem,
        family=model.family,
        size_bytes=model.disk_bytes,
        quantisation=model.quantisation,
        licence=model.licence,
        context_length=model.context_length,
        needed_bytes=memory.get(context, 0),
        needed_context=context,
        reuse=model.known.reuse if model.known else "",
        reuse_reason=model.known.reason if model.known else "",
        advice=model.proposal.sentence if model.proposal else "",
        prompt_tps=rates.get(model.source, 0.0),
    )
