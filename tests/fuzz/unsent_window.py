"""A window of `tests.fuzz.unsent`: a real session without a screen, told by lines what to do."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from seeshell.core.ipc.client import CoreClient
from seeshell.core.settings import find_paths
from seeshell.tui.session.events import ConversationsFound
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.session.session import ChatSession

_PATIENCE = 60.0


class Window:
    """Does what a user of the app may do, and says where."""

    def __init__(self) -> None:
        self._paths = find_paths(os.environ)
        self.session = ChatSession(self._connect, self._paths.data_dir, self._paths.presets_file)
        self._conversations: tuple[int, ...] = ()
        self.session.events.listen(ConversationsFound, self._note)
        self._work: set[asyncio.Task[None]] = set()
        self.connect()

    def connect(self) -> None:
        self._start(self.session.run(LaunchOptions(chat=self.session.conversation)))

    async def obey(self, command: dict[str, Any]) -> dict[str, Any]:
        session = self.session
        place = session.conversation
        match command["do"]:
            case "type":
                session.unsent.write(f"{session.draft.text} {command['word']}".strip())
            case "attach":
                self._start(session.unsent.attach(*map(Path, command["paths"])))
                await asyncio.sleep(0)
            case "send":
                self._start(session.submit(session.draft.text))
            case "open":
                self._start(session.shown.open(command["conversation"]))
                await self.until(lambda: session.conversation == command["conversation"], 2.0)
            case "new":
                session.shown.start_new()
            case "take back":
                self._start(session.queue.take_back())
            case "connect":
                self.connect()
            case "settle":
                await self.until(lambda: session.has_begun, _PATIENCE)
                await self.until(
                    lambda: not any(it.unacknowledged for it in session.journal.entries), 20
                )
        return {"place": place, "conversations": self._conversations}

    async def until(self, condition: Any, seconds: float) -> None:
        give_up_at = asyncio.get_running_loop().time() + seconds
        while not condition() and asyncio.get_running_loop().time() < give_up_at:  # noqa: ASYNC110
            await asyncio.sleep(0.005)

    def _note(self, event: ConversationsFound) -> None:
        self._conversations = tuple(it.summary.id for it in event.conversations)

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _connect(self, _replace_core: bool) -> CoreClient:
        return await CoreClient.connect(
            self._paths, launch_arguments=["--model", "demo"], window=f"fuzz-{os.getpid()}"
        )


async def main() -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    window = Window()

    def end() -> None:
        window.session.journal.close()
        os._exit(0)

    loop.add_signal_handler(signal.SIGTERM, end)
    while line := await reader.readline():
        command = json.loads(line)
        if command["do"] == "quit":
            break
        print(json.dumps(await window.obey(command)), flush=True)
    end()


if __name__ == "__main__":
    asyncio.run(main())
