"""`seeshell tune`: trains a LoRA adapter on conversations, with mlx-vlm's own trainer."""

import asyncio
import os
import re
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ...core.conversation import Conversation
from ...core.errors import BadRequest, ModelError, NotStored
from ...core.ipc.client import CoreClient
from ...core.ipc.core_process import absolute_source
from ...core.messages.events import ConversationOpened, ConversationsListed, CoreStatus
from ...core.messages.requests import GetStatus, ListConversations, OpenConversation
from ...core.models.endpoints import find_endpoint
from ...core.models.listing import Shelf
from ...core.models.memory import format_bytes
from ...core.models.progress import LoadProgress
from ...core.models.training_rows import TrainingRow, find_rows
from ...core.models.tune import PictureSource, Training, TrainingProgress, tune
from ...core.presets import Presets, read_presets
from ...core.private_ids import is_private
from ...core.settings import Paths, Settings, find_paths, read_settings
from .exit_status import COMPLETE
from .models_progress import ProgressLine
from .models_quantise import find_source
from .output import Output
from .replies import unexpected

_IDS: Final = r"\d+(?:[\s,]+\d+)*"

_NAME: Final = r"[\w][\w.-]*"

_MOST: Final = 10_000
"""Conversations that a query may find."""

_LEAST_ITERATIONS: Final = 100
_PASSES: Final = 3


@dataclass(frozen=True)
class _Found:
    """What the core knows."""

    conversations: list[Conversation]
    status: CoreStatus

    @property
    def kept_model(self) -> str:
        """What loads the model that all conversations keep, else the one in use."""
        kept = {it.summary.choices.model for it in self.conversations}
        return (kept.pop() if len(kept) == 1 else "") or self.status.source


def make_adapter(options: Namespace, output: Output) -> int:
    """Trains an adapter, says how to use it and returns the exit status.

    Args:
        options: of the command.
        output: of the command.

    Raises:
        SeeshellError: with one sentence that says what to do.
    """
    paths = find_paths(os.environ)
    settings = read_settings(paths, os.environ)
    target = _target(paths, options.name)
    found = asyncio.run(_read(paths, " ".join(options.selection)))
    source = absolute_source(options.model or found.kept_model, settings.endpoints)
    rows = _rows(found.conversations, source, read_presets(paths.presets_file))
    if not rows:
        raise NotStored(
            "None of these conversations has a complete answer to learn from: choose others by "
            "--from, or correct an answer in the app."
        )
    if find_endpoint(source, settings.endpoints) is not None:
        raise ModelError(f"{source} is a server; name a model of this machine by --model.")
    model, called = find_source(Shelf(settings, paths), source, output)
    _warn(found.status, output)
    training = Training(
        options.iterations or max(_LEAST_ITERATIONS, _PASSES * len(rows)),
        options.rank,
        options.learning_rate,
    )
    output.notice(
        f"{called} learns {_count(len(rows), 'answer')} of "
        f"{_count(len(found.conversations), 'conversation')}, in {training.iterations} steps."
    )
    loss = tune(model, target, rows, _pictures(paths, settings), training, _Shown(output))
    output.clear_progress()
    _say(target, source, len(rows), training, loss, output)
    return COMPLETE


def _target(paths: Paths, name: str) -> Path:
    if not re.fullmatch(_NAME, name):
        raise ModelError(f"{name} is no name for an adapter: take letters, digits, - and _.")
    target = paths.adapters_dir / name
    if target.exists():
        raise ModelError(f"There is an adapter {name} already; remove {target}, or name another.")
    return target


async def _read(paths: Paths, selection: str) -> _Found:
    """Returns the conversations that are meant; a core that has to be started loads no model."""
    client = await CoreClient.connect(paths, launch_arguments=["--unloaded"])
    try:
        ids = await _find_ids(client, selection)
        opened = [await client.request(OpenConversation(conversation=it)) for it in ids]
        conversations = [it.conversation for it in opened if isinstance(it, ConversationOpened)]
        status = await client.request(GetStatus())
    finally:
        await client.close()
    if not isinstance(status, CoreStatus) or len(conversations) != len(ids):
        raise unexpected()
    return _Found(conversations, status)


async def _find_ids(client: CoreClient, selection: str) -> list[int]:
    if not selection.strip():
        raise BadRequest("Nothing stands behind --from: give words, or IDs of conversations.")
    if re.fullmatch(_IDS, selection.strip()):
        ids = [int(it) for it in dict.fromkeys(re.findall(r"\d+", selection))]
        if private := [it for it in ids if is_private(it)]:
            raise BadRequest(
                f"{private[0]} is private, and what is learned comes on the disk: leave it out."
            )
        return ids
    listed = await client.request(ListConversations(query=selection, limit=_MOST))
    ids = [it.id for it in listed.conversations] if isinstance(listed, ConversationsListed) else []
    if not ids:
        raise NotStored(f"No conversation has the words {selection}; give others, or IDs.")
    return ids


def _rows(conversations: list[Conversation], source: str, presets: Presets) -> list[TrainingRow]:
    rows: list[TrainingRow] = []
    for it in conversations:
        name = it.summary.choices.preset
        preset = presets.find(name) if name else presets.default_of(source)
        system = (preset.options.system if preset else None) or ""
        rows += find_rows(it.messages, system)
    return rows


def _pictures(paths: Paths, settings: Settings) -> PictureSource:
    return PictureSource(paths, settings.pixel_budget, settings.max_pixels)


def _warn(status: CoreStatus, output: Output) -> None:
    """Says that the core holds memory which training could have."""
    if status.is_loaded and not status.server:
        output.notice(
            f"The core holds {status.model} ({format_bytes(status.active_bytes)}), which training "
            "takes besides; `seeshell unload` frees it."
        )


class _Shown:
    """Shows how far the training is."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._line = ProgressLine()

    def __call__(self, progress: TrainingProgress) -> None:
        loss = "" if progress.loss is None else f", loss {progress.loss:.2f}"
        told = self._line.describe(LoadProgress(progress.stage, progress.fraction))
        self._output.progress(f"{progress.stage}: {told}{loss}")


def _say(
    target: Path, model: str, rows: int, training: Training, loss: float | None, output: Output
) -> None:
    if output.as_json:
        output.document(
            {
                "name": target.name,
                "place": str(target),
                "model": model,
                "rows": rows,
                "iterations": training.iterations,
                "loss": loss,
            }
        )
        return
    output.write(f"{target.name} is trained.\n")
    output.write(f"To use it: seeshell --model {model} --adapter {target.name}\n")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
