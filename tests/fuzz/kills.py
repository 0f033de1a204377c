"""`make fuzz-kills`: kills the core at random moments and looks whether anything was lost.

Each round starts a core on the same places, lets a client stream, attach, delete, fork, queue and
resume, and ends the core with SIGKILL in the midst of it. The next core must have all that was
acknowledged: each question once, text but for the last second, pictures, queued turns, forks,
deletions. What got no reply is sent again under the same turn id and must be stored once. At the
end a sweep two days later must leave no file that nothing names, and none missing.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest
from PIL import Image

from seeshell.core.errors import BadRequest, NotStored, SeeshellError
from seeshell.core.ipc.client import CoreClient
from seeshell.core.messages.events import AnyEvent, ConversationOpened, Delta, TurnStarted
from seeshell.core.messages.picture_events import Attached
from seeshell.core.messages.picture_requests import Attach, ClaimPictures
from seeshell.core.messages.queue_events import TurnQueued
from seeshell.core.messages.queue_requests import ResumeQueue
from seeshell.core.messages.requests import (
    DeleteConversation,
    ForkConversation,
    OpenConversation,
    StopTurn,
    SubmitTurn,
)
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import Paths, find_paths
from seeshell.core.store.archive import Archive

from ..rambling import write_rambling_model
from ..running_core import RunningCore, wait_for_end
from .ledger import Asked, Ledger, Lost, check_pictures

_WINDOW: Final = "fuzz-kills"
_ANSWER_TOKENS: Final = 400
_LONGEST_ROUND: Final = 2.5
_TWO_DAYS: Final = 2 * 86_400.0

_REFUSALS: Final = (BadRequest, NotStored)
"""What the core may say to a request that its present state does not allow."""


class Round:
    """What a window does between the start of a core and its kill.

    It reads conversations on a second connection, so that no replay mixes with what it hears.
    """

    def __init__(
        self,
        clients: tuple[CoreClient, CoreClient],
        ledger: Ledger,
        chance: random.Random,
        folder: Path,
    ) -> None:
        self._client, self._reader = clients
        self._ledger = ledger
        self._chance = chance
        self._folder = folder
        self._attached: list[str] = []

    async def act(self) -> None:
        """Does one thing after the other until the core is gone."""
        actions: list[Callable[[], Awaitable[None]]] = [
            *[self._submit] * 5,
            *[self._attach] * 2,
            self._delete,
            self._fork,
            self._resume,
            self._stop,
        ]
        while True:
            await self._chance.choice(actions)()
            await asyncio.sleep(self._chance.choice([0, 0, 0.02, 0.2]))

    async def listen(self) -> None:
        """Notes the text of every answer that it follows from its start."""
        followed: set[int] = set()
        async for event in self._client.events():
            if isinstance(event, TurnStarted):
                followed.add(event.answer.id)
            elif isinstance(event, Delta) and event.message in followed:
                self._ledger.hear(event.conversation, event.message, event.text)

    async def resend(self) -> None:
        """Sends again what got no reply in the rounds before."""
        for turn, asked in list(self._ledger.asked.items()):
            if not asked.is_acknowledged:
                if asked.conversation in self._ledger.deleted:
                    self._ledger.gone.update(self._ledger.asked.pop(turn).pictures)
                else:
                    await self._send(turn, asked)

    async def settle(self) -> None:
        """Leaves nothing in doubt: what got no reply is sent again, and all claims are renewed."""
        await self.resend()
        await self._claim(sorted(self._ledger.claimed))

    async def _submit(self) -> None:
        known = sorted(self._ledger.conversations)
        conversation = self._chance.choice([None, *known[-4:], *known[-4:]])
        pictures = (
            tuple(self._attached[-self._chance.choice([0, 1, 2]) :]) if self._attached else ()
        )
        if self._chance.random() < 0.5:
            pictures = ()
        turn = uuid.uuid4().hex
        asked = Asked(f"question {turn[:8]}", pictures, conversation)
        self._ledger.asked[turn] = asked
        await self._send(turn, asked)
        await self._claim([it for it in self._attached if it not in pictures])

    async def _send(self, turn: str, asked: Asked) -> None:
        reply = await self._client.request(
            SubmitTurn(
                text=asked.text,
                attachments=asked.pictures,
                conversation=asked.conversation,
                turn=turn,
            )
        )
        assert isinstance(reply, TurnQueued)
        asked.conversation, asked.is_acknowledged = reply.conversation, True
        self._ledger.conversations.add(reply.conversation)

    async def _attach(self) -> None:
        path = self._folder / f"{uuid.uuid4().hex}.png"
        pixels = self._chance.randbytes(64 * 64 * 3)
        Image.frombytes("RGB", (64, 64), pixels).save(path)
        reply = await self._client.request(Attach(path=str(path)))
        assert isinstance(reply, Attached)
        self._attached.append(reply.attachment.sha256)
        self._ledger.claimed.add(reply.attachment.sha256)

    async def _claim(self, pictures: list[str]) -> None:
        await self._client.request(ClaimPictures(pictures=tuple(pictures)))
        self._attached = pictures
        self._ledger.claimed = set(pictures)

    async def _delete(self) -> None:
        if len(self._ledger.conversations) < 6:
            return
        conversation = self._chance.choice(sorted(self._ledger.conversations))
        self._ledger.conversations.discard(conversation)
        self._ledger.doubtful.add(conversation)
        await self._client.request(DeleteConversation(conversation=conversation))
        self._ledger.doubtful.discard(conversation)
        self._ledger.deleted.add(conversation)

    async def _fork(self) -> None:
        if not self._ledger.conversations:
            return
        conversation = self._chance.choice(sorted(self._ledger.conversations))
        opened = await self._open(conversation)
        ended = [it for it in opened.conversation.messages if not it.is_open]
        if not ended:
            return
        message = self._chance.choice(ended)
        with suppress(*_REFUSALS):
            reply = await self._reader.request(
                ForkConversation(conversation=conversation, message=message.id)
            )
            assert isinstance(reply, ConversationOpened)
            fork = reply.conversation
            self._ledger.conversations.add(fork.summary.id)
            texts = [it.text for it in fork.messages if it.role == "user"]
            self._ledger.forks[fork.summary.id] = texts

    async def _resume(self) -> None:
        for conversation in sorted(self._ledger.conversations)[-3:]:
            with suppress(*_REFUSALS):
                await self._client.request(ResumeQueue(conversation=conversation))

    async def _stop(self) -> None:
        for conversation in sorted(self._ledger.conversations)[-2:]:
            with suppress(*_REFUSALS):
                await self._client.request(StopTurn(conversation=conversation))

    async def _open(self, conversation: int) -> ConversationOpened:
        reply: AnyEvent = await self._reader.request(OpenConversation(conversation=conversation))
        assert isinstance(reply, ConversationOpened)
        return reply


async def play(
    paths: Paths, model: Path, kills: int, seed: int, report: Callable[[str], None]
) -> None:
    """Kills the core so often and checks after each time; raises `Lost` at the first loss."""
    chance, ledger = random.Random(seed), Ledger()
    paths.config_file.parent.mkdir(parents=True, exist_ok=True)
    paths.config_file.write_text(f"max_tokens = {_ANSWER_TOKENS}\n")
    folder = paths.config_file.parent / "originals"
    folder.mkdir(exist_ok=True)
    killed_at = 0.0
    for number in range(kills + 1):
        arguments = ["--model", str(model)]
        client = await CoreClient.connect(paths, launch_arguments=arguments, window=_WINDOW)
        reader = await CoreClient.connect(paths, start=False)
        core = RunningCore(paths, client.welcome.pid)
        await check(reader, ledger, paths, killed_at)
        ledger.forget_heard()
        round_ = Round((client, reader), ledger, chance, folder)
        if number == kills:
            await round_.settle()
            break
        killed_at = await _one_round(round_, core, chance)
        await asyncio.gather(client.close(), reader.close())
        if (number + 1) % 10 == 0:
            report(
                f"{number + 1} kills, {len(ledger.asked)} questions, {len(ledger.deleted)} deleted"
            )
    await asyncio.gather(client.close(), reader.close())
    core.kill()
    await check_sweep(paths, ledger)


async def _one_round(round_: Round, core: RunningCore, chance: random.Random) -> float:
    """Returns when the core was killed."""
    tasks = [asyncio.create_task(it) for it in (round_.listen(), _resend_and_act(round_))]
    await asyncio.wait(tasks, timeout=chance.uniform(0.05, _LONGEST_ROUND))
    killed_at = time.monotonic()
    await asyncio.to_thread(core.kill)
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, BaseException) and not isinstance(error, SeeshellError):
            raise error
    return killed_at


async def _resend_and_act(round_: Round) -> None:
    await round_.resend()
    await round_.act()


async def check(client: CoreClient, ledger: Ledger, paths: Paths, killed_at: float) -> None:
    """Compares all that the core has with what was acknowledged.

    Raises:
        Lost: something is missing or there twice.
    """
    for conversation in sorted(ledger.conversations):
        try:
            reply = await client.request(OpenConversation(conversation=conversation))
        except SeeshellError as error:
            raise Lost(f"conversation {conversation}: {error}") from error
        assert isinstance(reply, ConversationOpened)
        ledger.check(reply.conversation, killed_at)
    for conversation in list(ledger.deleted | ledger.doubtful):
        try:
            await client.request(OpenConversation(conversation=conversation))
        except SeeshellError:
            ledger.doubtful.discard(conversation)
            ledger.deleted.add(conversation)
        else:
            if conversation in ledger.deleted:
                raise Lost(f"conversation {conversation} was deleted and is there")
            ledger.doubtful.discard(conversation)
            ledger.conversations.add(conversation)
    check_pictures(paths, ledger.needed_pictures())


async def check_sweep(paths: Paths, ledger: Ledger) -> None:
    """Makes sure that a sweep two days later leaves what is needed and nothing else."""
    real = time.time
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: real() + _TWO_DAYS)
        archive = await Archive.open(paths, 10_000_000, PictureWorkers())
        await archive.sweep()
        await archive.close()
    needed = ledger.needed_pictures()
    check_pictures(paths, needed)
    deleted = {
        sha256
        for asked in ledger.asked.values()
        if asked.conversation in ledger.deleted
        for sha256 in asked.pictures
    }
    left = {copy.name for copy in paths.pictures_dir.rglob("*") if copy.is_file()}
    if orphans := left - needed - deleted - ledger.gone:
        raise Lost(f"{len(orphans)} files are left that nothing names: {sorted(orphans)[:3]}")


def main() -> int:
    """Runs what the command line asks for; 0 where nothing was lost."""
    parser = argparse.ArgumentParser(prog="make fuzz-kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ss-", dir="/tmp") as home:
        model = Path(home) / "rambling"
        write_rambling_model(model)
        paths = find_paths({"SEESHELL_HOME": home})
        started_at = time.monotonic()

        def report(line: str) -> None:
            print(f"{line}, {(time.monotonic() - started_at) / 60:.1f} min", flush=True)

        try:
            asyncio.run(play(paths, model, options.kills, options.seed, report))
        except Lost as loss:
            print(f"lost: {loss}", flush=True)
            return 1
        finally:
            with suppress(Exception):
                wait_for_end(paths)
    print(f"{options.kills} kills, nothing lost, no orphan after the sweep", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
