"""`seeshell tune`: a corrected answer is learned, and the adapter is put on and taken off."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.demo import SAMPLES_PATH
from seeshell.core.ipc.client import CoreClient
from seeshell.core.messages.events import ConversationOpened
from seeshell.core.messages.requests import CorrectAnswer, OpenConversation
from seeshell.core.settings import find_paths

from ...terminal.installed import Installed

PICTURE = SAMPLES_PATH / "red-circle-blue-square.png"
WHAT = "What is in the picture?"
LEARNED = "I see a green triangle."


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Installed]:
    installed = Installed(tmp_path)
    yield installed
    installed.run("stop")


def ask(installed: Installed, *arguments: str | Path) -> Any:
    done = installed.run("ask", "--json", "--temperature", "0", *arguments)
    return json.loads(done.stdout)


def correct(installed: Installed, conversation: int, text: str) -> None:
    async def correct() -> None:
        client = await CoreClient.connect(find_paths(installed.environment))
        try:
            opened = await client.request(OpenConversation(conversation=conversation))
            assert isinstance(opened, ConversationOpened)
            answer = opened.conversation.messages[-1].id
            await client.request(
                CorrectAnswer(conversation=conversation, message=answer, text=text)
            )
        finally:
            await client.close()

    asyncio.run(correct())


def read_names(adapter: Path) -> list[str]:
    """Names of the arrays that an adapter holds."""
    content = (adapter / "adapters.safetensors").read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return [name for name in header if name != "__metadata__"]


def test_a_corrected_answer_is_learned_and_forgotten_again(installed: Installed) -> None:
    before = ask(installed, "-i", PICTURE, WHAT)
    assert before["text"] != LEARNED
    correct(installed, before["conversation"], LEARNED)

    learning = ("--iterations", "20", "--learning-rate", "1e-3", "--json")
    done = installed.run("tune", "nice", "--from", str(before["conversation"]), *learning)
    made = json.loads(done.stdout)
    with_it = ask(installed, "--adapter", "nice", "-i", PICTURE, WHAT)
    status = json.loads(installed.run("status", "--json").stdout)
    without = ask(installed, "--adapter", "", "-i", PICTURE, WHAT)

    assert "error" not in made, made
    assert list(made) == ["name", "place", "model", "rows", "iterations", "loss"]
    assert (made["name"], made["model"], made["rows"], made["iterations"]) == (
        "nice",
        "demo",
        1,
        20,
    )
    assert "The core holds demo" in done.stderr
    assert with_it["text"] == LEARNED
    assert with_it["stats"]["images_encoded"] == 0
    assert status["adapter"] == made["place"]
    assert without["text"] == before["text"]
    assert without["stats"]["prefilled_tokens"] == 1


def test_a_quantised_model_learns_and_stays_quantised(installed: Installed) -> None:
    model = json.loads(installed.run("models", "quantise", "demo", "--json").stdout)
    before = ask(installed, "--model", model["name"], "-i", PICTURE, WHAT)
    correct(installed, before["conversation"], LEARNED)

    learning = ("--iterations", "20", "--learning-rate", "1e-3", "--json")
    done = installed.run("tune", "nice", "--from", str(before["conversation"]), *learning)
    made = json.loads(done.stdout)
    with_it = ask(installed, "--adapter", "nice", "-i", PICTURE, WHAT)
    without = ask(installed, "--adapter", "", "-i", PICTURE, WHAT)

    assert model["quantisation"] == "4 bits"
    assert before["text"] != LEARNED
    assert made.get("model") == model["place"], made
    assert (with_it["model"], with_it["text"]) == (before["model"], LEARNED)
    assert (without["model"], without["text"]) == (before["model"], before["text"])
    # The base is untouched: the adapter holds thin matrices and nothing else.
    names = {it.rpartition(".")[2] for it in read_names(Path(made["place"]))}
    assert names == {"lora_a", "lora_b"}


def test_what_can_not_be_learned_is_refused(installed: Installed) -> None:
    told = [
        installed.run("tune", *arguments).stderr
        for arguments in (
            ("../nice", "--from", "1"),
            ("nice", "--from", "7"),
            ("nice", "--from", "no", "such"),
            ("nice", "--from", ""),
        )
    ]
    status = json.loads(installed.run("status", "--json").stdout)

    assert told == [
        "seeshell: ../nice is no name for an adapter: take letters, digits, - and _.\n",
        "seeshell: There is no conversation 7: it may have been deleted.\n",
        "seeshell: No conversation has the words no such; give others, or IDs.\n",
        "seeshell: Nothing stands behind --from: give words, or IDs of conversations.\n",
    ]
    # The core that was started for it has loaded nothing.
    assert status["state"] == "unloaded"
