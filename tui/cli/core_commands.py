"""`seeshell status`, `unload`, `stop` and `core`: the resident process by hand."""

import asyncio
import os
from argparse import Namespace
from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeVar

import msgspec

from ...core.errors import CoreUnreachable
from ...core.ipc.client import CoreClient, stop_core
from ...core.ipc.core_process import core_command
from ...core.ipc.lock import is_core_alive
from ...core.messages.events import CoreStatus
from ...core.messages.model_requests import UnloadModel
from ...core.messages.requests import GetStatus
from ...core.settings import Settings, find_paths
from ..session.handed_over import read_handed_over
from .exit_status import COMPLETE, ERROR
from .output import Output
from .replies import reply_to

Result = TypeVar("Result")

_NOT_RUNNING = "No core is running; the app and `seeshell ask` start one."


def status(_options: Namespace, output: Output) -> int:
    """Prints what the core is doing; 0 if there is one."""
    found = asyncio.run(read_status())
    if output.as_json:
        document = {"running": True} | _as_document(found) if found else {"running": False}
        output.document(document)
    else:
        output.write(_as_lines(found) if found else _NOT_RUNNING + "\n")
    return COMPLETE if found else ERROR


def unload(_options: Namespace, output: Output) -> int:
    """Frees the core's model and keeps the core; returns when that is done."""
    freed = asyncio.run(_with_core(_unload))
    if output.as_json:
        output.document({"unloaded": bool(freed)})
    elif freed is None:
        output.write(_NOT_RUNNING + "\n")
    elif freed:
        output.write(f"{freed} is freed; the next question loads it again.\n")
    else:
        output.write("No model is loaded.\n")
    return COMPLETE


def stop(_options: Namespace, output: Output) -> int:
    """Ends the core, of whatever version it is, and waits until it has stored everything."""
    stopped = asyncio.run(stop_core(find_paths(os.environ)))
    if output.as_json:
        output.document({"stopped": stopped})
    else:
        output.write("The core has ended.\n" if stopped else _NOT_RUNNING + "\n")
    return COMPLETE


def core(_options: Namespace, _output: Output) -> NoReturn:
    """Becomes the core, in the foreground."""
    program, *arguments = core_command(find_paths(os.environ))
    os.execv(program, [program, *arguments])  # noqa: S606  no shell is wanted


async def read_status() -> CoreStatus | None:
    """Returns what the core is doing; None if none runs."""
    return await _with_core(_read_status)


async def _with_core(ask: Callable[[CoreClient], Awaitable[Result]]) -> Result | None:
    """Returns what is asked of the core that runs; None if none does."""
    paths = find_paths(os.environ)
    try:
        # A model that has changed in the settings is loaded for whoever connects first.
        environment = read_handed_over(paths, Settings())
        client = await CoreClient.connect(paths, start=False, environment=environment)
    except CoreUnreachable:
        if is_core_alive(paths):
            raise
        return None
    try:
        return await ask(client)
    finally:
        await client.close()


async def _read_status(client: CoreClient) -> CoreStatus:
    return await reply_to(client, GetStatus(), CoreStatus)


async def _unload(client: CoreClient) -> str:
    """Returns the name of the model that was freed; empty if there was none."""
    found = await _read_status(client)
    await client.request(UnloadModel())
    return found.model if found.is_loaded else ""


def _as_document(found: CoreStatus) -> dict[str, object]:
    fields: dict[str, object] = msgspec.to_builtins(found)
    return {name: value for name, value in fields.items() if name not in {"type", "reply_to"}}


def _as_lines(found: CoreStatus) -> str:
    minutes, seconds = divmod(int(found.uptime), 60)
    # An endpoint may not tell how long its context is.
    length = f"{found.context_length:,}" if found.context_length else "an unknown number of"
    rows = {
        "core": f"{found.version}, process {found.pid}, up {minutes} min {seconds} s",
        "model": f"{found.model or 'none yet'} ({found.state})",
        "adapter": found.adapter,
        "loading": found.loading,
        "note": found.model_notice,
        "context": f"{found.context_used:,} of {length} tokens",
        "memory": f"{found.active_bytes / 1e9:.2f} GB",
        "clients": str(found.clients),
        "answers": f"{found.open_turns} open",
        "rolls": f"{found.rolls} running" if found.rolls else "",
    }
    return "".join(f"{name:8} {value}\n" for name, value in rows.items() if value)
