"""`seeshell ask` as a program, on an endpoint whose answers are no complete success."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from PIL import Image

from seeshell.core.engine.remote.picture_urls import fit_pixel_budget

from ...core.engine.remote.conftest import Exchange, FakeEndpoint, Script
from ...patience import PATIENCE
from ...terminal.installed import Installed


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """The command with a core that stays for the whole module."""
    installed = Installed(tmp_path_factory.mktemp("endpoint"))
    yield installed
    installed.run("stop")


@pytest.fixture
async def fake() -> AsyncIterator[FakeEndpoint]:
    endpoint = FakeEndpoint()
    server = await asyncio.start_server(endpoint.serve, "127.0.0.1", 0)
    endpoint.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    yield endpoint
    server.close()
    for connection in endpoint.connections.values():
        connection.close()
    if endpoint.connections:
        await asyncio.wait(endpoint.connections, timeout=PATIENCE)


def streamed(*deltas: dict[str, str], reason: str = "stop") -> Script:
    """Returns what sends an answer of these pieces."""

    async def chat(exchange: Exchange) -> None:
        await exchange.start()
        for delta in deltas:
            await exchange.event({"choices": [{"index": 0, "delta": delta}]})
        await exchange.event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
        await exchange.part(b"data: [DONE]\n\n")
        await exchange.end()

    return chat


THOUGHT = {"reasoning_content": "Two lemons."}
TEXT = {"content": "Two."}


async def run(installed: Installed, *arguments: str) -> "CompletedProcess[str]":
    return await asyncio.to_thread(installed.run, "ask", *arguments)


@pytest.mark.parametrize(
    ("chat", "status", "out", "told"),
    [
        pytest.param(streamed(THOUGHT, TEXT), 0, "Two.\n", "", id="thoughts and text"),
        pytest.param(streamed(), 1, "", "empty answer", id="empty"),
        pytest.param(streamed(THOUGHT), 1, "", "Its thoughts: seeshell --chat", id="thoughts"),
        pytest.param(
            streamed(TEXT, reason="content_filter"), 1, "Two.\n", "filter cut", id="filtered"
        ),
    ],
)
async def test_each_ending_has_its_status_and_all_is_said_once(
    installed: Installed, fake: FakeEndpoint, chat: Script, status: int, out: str, told: str
) -> None:
    fake.chat = chat
    done = await run(installed, "--model", fake.url, "How many?")
    assert (done.returncode, done.stdout) == (status, out)
    sent, *rest = done.stderr.splitlines()
    assert sent == f"Text and pictures are sent to {fake.url[7:-3]}."
    assert len(rest) == bool(told)
    assert told in "".join(rest)


async def test_what_was_filtered_is_asked_again_and_left_out_otherwise(
    installed: Installed, fake: FakeEndpoint
) -> None:
    fake.chat = streamed(reason="content_filter")
    filtered = await run(installed, "--model", fake.url, "--json", "Who is this?")
    document = json.loads(filtered.stdout)
    assert (document["finish_reason"], document["text"]) == ("filtered", "")
    chat = str(document["conversation"])
    fake.chat = streamed(THOUGHT)
    again = await run(installed, "--json", "--chat", chat, "--retry")
    assert json.loads(again.stdout)["thoughts"] == "Two lemons."
    fake.chat = streamed(TEXT)
    again = await run(installed, "--chat", chat, "--retry")
    assert (again.returncode, again.stdout) == (0, "Two.\n")
    assert again.stderr.count("Text and pictures are sent to") == 1
    refused = await run(installed, "--chat", chat, "--retry")
    assert "did not fail" in refused.stderr
    asked = [it.body["messages"] for it in fake.exchanges if it.body]
    assert [[it["content"] for it in messages] for messages in asked] == [["Who is this?"]] * 3


BOX = '```json\n[{"bbox_2d": [250, 100, 500, 900], "label": "square"}, {"point_2d": [0, 0]},]\n```'


async def test_the_document_tells_boxes_in_pixels_of_the_original(
    installed: Installed, fake: FakeEndpoint, tmp_path: Path
) -> None:
    Image.new("RGB", (400, 200), "white").save(tmp_path / "plan.png")
    fake.chat = streamed({"content": "Here: "}, {"content": BOX})
    done = await run(
        installed, "--json", "--model", fake.url, "-i", str(tmp_path / "plan.png"), "Where is it?"
    )
    document = json.loads(done.stdout)
    where = {
        "picture": 1,
        "name": "plan.png",
        "key": document["attachments"][0]["key"],
    }
    assert document["boxes"] == [
        {
            "label": "square",
            **where,
            "pixels": [100, 20, 200, 180],
            "file_pixels": [100, 20, 200, 180],
        },
        {"label": "", **where, "pixels": [0, 0], "file_pixels": [0, 0]},
    ]
    again = await run(
        installed, "--json", "--chat", str(document["conversation"]), "And the square?"
    )
    assert json.loads(again.stdout)["boxes"] == document["boxes"]


async def test_a_model_that_counts_pixels_is_known_by_its_name(
    installed: Installed, fake: FakeEndpoint, tmp_path: Path
) -> None:
    Image.new("RGB", (400, 200), "white").save(tmp_path / "plan.png")
    width, height = fit_pixel_budget(400, 200, 10_000)
    box = {"bbox_2d": [width // 4, 0, width // 2, height]}
    fake.chat = streamed({"content": json.dumps(box)})
    model = f"{fake.url}#Qwen2.5-VL-7B-Instruct"
    options = ("--json", "--model", model, "-i", str(tmp_path / "plan.png"))
    document = json.loads((await run(installed, *options, "Where is it?")).stdout)
    seen = document["attachments"][0]
    assert (seen["model_width"], seen["model_height"]) == (width, height)
    assert document["boxes"][0]["pixels"] == [100, 0, 200, 200]
