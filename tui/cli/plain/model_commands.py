"""Commands about the model, its adapter, presets and templates."""

import asyncio
import os
import time

from ....core.ipc.core_process import absolute_source
from ....core.models.adapters_here import list_adapters
from ....core.settings import find_paths
from ...status_words import context_words, model_words, state_words
from .desk import Desk
from .words import model_words_of


async def model(desk: Desk, argument: str) -> None:
    """Lists the models, or loads one, which the conversation keeps."""
    if argument:
        await desk.session.kept.load(absolute_source(argument))
        return
    status = desk.session.model.status
    desk.teller.tell(f"Loaded: {model_words(status) or 'none'}.")
    desk.teller.tell(*(model_words_of(it) for it in await desk.session.model.list_models()))


async def adapter(desk: Desk, argument: str) -> None:
    """Lists the adapters that were trained here, or puts one on the model."""
    paths = find_paths(os.environ)
    if argument:
        await desk.session.kept.load_adapter("" if argument == "none" else paths.adapter(argument))
        return
    names = await asyncio.to_thread(list_adapters, paths)
    desk.teller.tell(*(names or ["No adapter was trained here; name the folder of one."]))


async def unload(desk: Desk, _argument: str) -> None:
    """Frees the model until the next question."""
    await desk.session.model.unload()


async def cancel_load(desk: Desk, _argument: str) -> None:
    """Gives up the model that is on its way."""
    if desk.session.model.status.load is None:
        desk.teller.tell("No model is being loaded.")
    else:
        await desk.session.model.cancel_load()


async def load_again(desk: Desk, _argument: str) -> None:
    """Loads the model again that failed."""
    decision = desk.session.decisions.newest
    if decision is None or not desk.session.decisions.offers("load again"):
        desk.teller.tell("No load has failed.")
    else:
        await desk.session.kept.load_again(decision.model)


async def load_kept(desk: Desk, _argument: str) -> None:
    """Loads the model that the conversation keeps."""
    if desk.session.decisions.offers("load kept"):
        await desk.session.kept.load_kept()
    else:
        desk.teller.tell("The conversation keeps no other model.")


async def go_on(desk: Desk, _argument: str) -> None:
    """Goes on with the model that is loaded."""
    if desk.session.decisions.offers("go on"):
        await desk.session.kept.go_on()
    else:
        desk.teller.tell("The conversation keeps no other model.")


async def preset(desk: Desk, argument: str) -> None:
    """Lists the presets, or has the next questions answered as one says; `default` for none."""
    presets = desk.session.preset
    if argument:
        await presets.choose("" if argument == "default" else argument)
        return
    presets.look()
    names = [it.name for it in presets.presets.now.presets]
    desk.teller.tell(f"In use: {presets.name or 'none'}. Chosen by /preset NAME or default:")
    desk.teller.tell(*(names or ["There is none in presets.toml."]))


async def template(desk: Desk, argument: str) -> None:
    """Lists the questions that are asked often, or puts one into the prompt."""
    templates = desk.session.preset.templates
    chosen = next((it for it in templates if it.name == argument), None)
    if chosen is not None:
        desk.session.unsent.write("".join(chosen.around_cursor))
    elif argument:
        desk.teller.tell(f"There is no template {argument}: /template lists them.")
    else:
        desk.teller.tell(*(f"{it.name}: {it.text}" for it in templates))


async def status(desk: Desk, _argument: str) -> None:
    """Says what the model does, and how full the context is."""
    session = desk.session
    model_status, turns = session.model.status, session.turns
    facts = (
        model_words(model_status),
        session.preset.name,
        state_words(model_status, turns.progress, session.conversation, time.time()),
        context_words(turns.stats, model_status.context_length, turns.freed_tokens),
    )
    desk.teller.tell(", ".join(it for it in facts if it) + ".")
