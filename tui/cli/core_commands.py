"""`seeshell status`, `stop` and `core`: the resident process by hand."""

import asyncio
import os
import sys
from typing import NoReturn

import msgspec

from ...core.client import CoreClient
from ...core.errors import CoreDied, CoreUnreachable
from ...core.messages import CoreStatus, GetStatus, Shutdown
from ...core.settings import find_paths
from .exit_status import COMPLETE, ERROR
from .output import Output

_NOT_RUNNING = "No core is running; the app and `seeshell ask` start one."


def status(output: Output) -> int:
    """Prints what the core is doing; 0 if there is one."""
    found = asyncio.run(_read_status())
    if output.as_json:
        document = {"running": True} | _as_document(found) if found else {"running": False}
        output.document(document)
    else:
        output.write(_as_lines(found) if found else _NOT_RUNNING + "\n")
    return COMPLETE if found else ERROR


def stop(output: Output) -> int:
    """Ends the core and waits until it has stored everything."""
    pid = asyncio.run(_shut_down())
    if output.as_json:
        output.document({"stopped": pid is not None, "pid": pid})
    else:
        output.write(f"The core (process {pid}) has ended.\n" if pid else _NOT_RUNNING + "\n")
    return COMPLETE


def core() -> NoReturn:
    """Becomes the core; -P keeps the current folder from standing in for a library."""
    os.execv(  # noqa: S606  no shell is wanted
        sys.executable, [sys.executable, "-P", "-m", "seeshell.core"]
    )


async def _read_status() -> CoreStatus | None:
    try:
        client = await CoreClient.connect(find_paths(os.environ), start=False)
    except CoreUnreachable:
        return None
    try:
        reply = await client.request(GetStatus())
    finally:
        await client.close()
    return reply if isinstance(reply, CoreStatus) else None


async def _shut_down() -> int | None:
    """Returns the process that ended, None where there was none."""
    try:
        client = await CoreClient.connect(find_paths(os.environ), start=False)
    except CoreUnreachable:
        return None
    try:
        reply = await client.request(GetStatus())
        await client.request(Shutdown())
        async for _ in client.events():
            pass
    except CoreDied:
        pass
    finally:
        await client.close()
    return reply.pid if isinstance(reply, CoreStatus) else None


def _as_document(found: CoreStatus) -> dict[str, object]:
    fields: dict[str, object] = msgspec.to_builtins(found)
    return {name: value for name, value in fields.items() if name not in {"type", "reply_to"}}


def _as_lines(found: CoreStatus) -> str:
    minutes, seconds = divmod(int(found.uptime), 60)
    rows = {
        "core": f"{found.version}, process {found.pid}, up {minutes} min {seconds} s",
        "model": f"{found.model or 'none yet'} ({found.state})",
        "note": found.model_notice,
        "context": f"{found.context_used:,} of {found.context_length:,} tokens",
        "memory": f"{found.active_bytes / 1e9:.2f} GB",
        "clients": str(found.clients),
        "answers": f"{found.open_turns} open",
    }
    return "".join(f"{name:8} {value}\n" for name, value in rows.items() if value)
