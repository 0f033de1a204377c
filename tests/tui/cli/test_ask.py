"""`seeshell ask`, end to end: the installed command, the real core, the demonstration model."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from PIL import Image

from seeshell.core.conversation import Conversation, TurnStats
from seeshell.core.demo import SAMPLES_PATH
from seeshell.core.ipc.client import CoreClient
from seeshell.core.messages.events import ConversationOpened
from seeshell.core.messages.queue_events import TurnQueued
from seeshell.core.messages.requests import OpenConversation, StopTurn, SubmitTurn
from seeshell.core.settings import find_paths

from ...patience import PATIENCE
from ...rambling import lift_answer_limit
from ...sheets import draw_sheet
from ...terminal.installed import Installed
from ...web_server import Page, web_server

PICTURE = SAMPLES_PATH / "red-circle-blue-square.png"
WHAT = "what is in the picture?"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """The command with a core that stays for the whole module."""
    installed = Installed(tmp_path_factory.mktemp("ask"))
    yield installed
    installed.run("stop")


@pytest.fixture(scope="module")
def rambling(
    tmp_path_factory: pytest.TempPathFactory, rambling_checkpoint: Path
) -> Iterator[Installed]:
    """The command with a model whose answers go on until they are stopped."""
    installed = Installed(tmp_path_factory.mktemp("rambling"), str(rambling_checkpoint))
    lift_answer_limit(find_paths(installed.environment))
    yield installed
    installed.run("stop")


def ask_json(installed: Installed, *arguments: str | Path, given: bytes = b"") -> dict[str, Any]:
    done = installed.run("ask", "--json", *arguments, given=given)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_only_the_answer_goes_to_standard_output(installed: Installed) -> None:
    done = installed.run("ask", "-i", PICTURE, WHAT)
    assert done.returncode == 0
    assert "red circle" in done.stdout
    assert done.stdout.count("\n") == 1
    assert "demonstration model" in done.stderr


def test_the_document_has_the_documented_keys(installed: Installed) -> None:
    answer = ask_json(installed, "-i", PICTURE, WHAT)
    assert list(answer) == [
        "text", "thoughts", "conversation", "model", "finish_reason", "attachments", "boxes",
        "stats",
    ]  # fmt: skip
    assert list(answer["stats"]) == list(TurnStats.__struct_fields__)
    assert answer["attachments"][0]["name"] == PICTURE.name
    assert (answer["model"], answer["finish_reason"]) == ("demo", "stop")
    assert answer["stats"]["images_encoded"] + answer["stats"]["images_reused"] == 1


def test_what_was_done_to_a_picture_is_said(installed: Installed, tmp_path: Path) -> None:
    logo = Image.new("RGBA", (400, 100), (255, 255, 255, 0))
    logo.paste((255, 255, 255, 255), (50, 30, 350, 70))
    logo.save(tmp_path / "logo.png")
    note = "transparent parts on grey, as white would hide the picture"
    done = installed.run("ask", "--json", "-i", tmp_path / "logo.png", WHAT)
    assert f"seeshell: logo.png: {note}.\n" in done.stderr
    assert json.loads(done.stdout)["attachments"][0]["note"] == note


@pytest.mark.parametrize("how", ["--continue", "--chat"])
def test_a_follow_up_goes_on_where_the_conversation_was(installed: Installed, how: str) -> None:
    first = ask_json(installed, "-i", PICTURE, WHAT)
    which = [how] if how == "--continue" else [how, str(first["conversation"])]
    second = ask_json(installed, *which, "what color is the circle?")
    assert second["conversation"] == first["conversation"]
    assert "red" in second["text"]
    assert second["stats"]["images_encoded"] == 0
    # Of what stood before the new question only the end token may have to be computed.
    seen = first["stats"]["prompt_tokens"] + first["stats"]["generated_tokens"] - 1
    assert second["stats"]["reused_tokens"] >= seen


def test_a_picture_comes_from_standard_input(installed: Installed) -> None:
    answer = ask_json(installed, "-i", "-", WHAT, given=PICTURE.read_bytes())
    assert "red circle" in answer["text"]
    assert answer["attachments"][0]["name"] == "standard input"


def test_the_question_comes_from_standard_input(installed: Installed) -> None:
    answer = ask_json(installed, "-i", PICTURE, "-", given=WHAT.encode())
    assert "red circle" in answer["text"]


@pytest.mark.parametrize(
    ("arguments", "kind", "word"),
    [
        (["-i", "/no/such.png", WHAT], "ImageError", "such.png"),
        (["-i", "-", WHAT], "ImageError", "empty"),
        (["-i", __file__, WHAT], "ImageError", "not a picture"),
        (["--chat", "4711", WHAT], "NotStored", "4711"),
        (["--chat", str(1 << 70), WHAT], "NotStored", "number"),
        (["-i", os.fsdecode(b"/no/\xff.png"), WHAT], "ImageError", "rename the file"),
        ([os.fsdecode(b"what is \xff?")], "BadRequest", "UTF-8"),
        (["--model", "/no/such/model", WHAT], "ModelNotFound", "/no/such/model"),
        ([f"{WHAT} " * 1000], "PromptTooLong", "4,096"),
    ],
)
def test_bad_input_gets_one_sentence(
    installed: Installed, arguments: list[str], kind: str, word: str
) -> None:
    done = installed.run("ask", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert word in done.stderr.splitlines()[-1]
    failed = installed.run("ask", "--json", *arguments)
    assert failed.returncode == 1
    assert json.loads(failed.stdout)["error"]["kind"] == kind
    assert word in json.loads(failed.stdout)["error"]["message"]


@pytest.mark.parametrize("arguments", [["-i", "-", "-"], [""], ["-"]])
def test_wrong_usage_exits_with_2_and_asks_nothing(
    installed: Installed, arguments: list[str]
) -> None:
    done = installed.run("ask", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr
    told = installed.run("ask", "--json", *arguments)
    assert (told.returncode, told.stderr) == (2, "")
    assert json.loads(told.stdout)["error"]["kind"] == "BadRequest"


def test_ctrl_c_before_there_is_a_model_gives_a_document_too(installed: Installed) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(PATIENCE)
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with installed.start("ask", "--json", "--model", address, WHAT) as asking:
            connection, _ = silent.accept()
            asking.send_signal(signal.SIGINT)
            out, err = asking.communicate(timeout=PATIENCE)
        connection.close()
    assert (asking.returncode, err) == (130, b"")
    assert json.loads(out)["error"]["kind"] == "Interrupted"


def test_there_must_be_a_conversation_to_continue(tmp_path: Path) -> None:
    installed = Installed(tmp_path)
    done = installed.run("ask", "--continue", "and the square?")
    installed.run("stop")
    assert done.returncode == 1
    assert "no conversation to continue" in done.stderr


def test_a_question_that_does_not_fit_is_not_kept(tmp_path: Path) -> None:
    installed = Installed(tmp_path)
    assert installed.run("ask", "-i", PICTURE, f"{WHAT} " * 1000).returncode == 1
    kept = json.loads(installed.run("ask", "--json", "--continue", WHAT).stdout)
    installed.run("stop")
    assert "no conversation to continue" in kept["error"]["message"]


def test_ctrl_c_stops_the_model_and_keeps_what_it_said(rambling: Installed) -> None:
    with rambling.start("ask", "-i", PICTURE, WHAT) as asking:
        assert asking.stdout
        assert asking.stdout.read(1)
        asking.send_signal(signal.SIGINT)
        _, err = asking.communicate(timeout=PATIENCE)
    assert asking.returncode == 130
    assert b"stopped" in err
    status = json.loads(rambling.run("status", "--json").stdout)
    assert (status["state"], status["open_turns"]) == ("ready", 0)


def open_turns(installed: Installed) -> int:
    """Returns how many turns are computed or wait for the engine."""
    return int(json.loads(installed.run("status", "--json").stdout)["open_turns"])


def wait_for_turns(installed: Installed, count: int) -> None:
    end = time.monotonic() + PATIENCE
    while open_turns(installed) != count:
        assert time.monotonic() < end, f"there are never {count} turns"


@contextmanager
def answering(installed: Installed) -> Iterator["subprocess.Popen[bytes]"]:
    """Yields a question in a conversation of its own whose answer has begun; then ends it."""
    with installed.start("ask", "-i", PICTURE, WHAT) as asking:
        assert asking.stdout
        assert asking.stdout.read(1)
        yield asking
        asking.send_signal(signal.SIGINT)
        asking.communicate(timeout=PATIENCE)


@pytest.mark.parametrize("as_json", [True, False])
def test_ctrl_c_takes_a_question_that_waits_out_of_the_queue_and_stops_no_other(
    rambling: Installed, as_json: bool
) -> None:
    options = ["--json"] if as_json else []
    with answering(rambling) as first:
        with rambling.start("ask", *options, "--continue", "and the square?") as second:
            wait_for_turns(rambling, 2)
            second.send_signal(signal.SIGINT)
            out, err = second.communicate(timeout=PATIENCE)
        assert second.returncode == 130
        assert b"stopped" in err
        if as_json:
            document = json.loads(out)
            assert (document["text"], document["finish_reason"]) == ("", "cancelled")
            assert list(document["stats"]) == list(TurnStats.__struct_fields__)
        assert open_turns(rambling) == 1
        assert first.poll() is None


def test_a_question_resumes_a_paused_queue_and_waits_for_its_own_answer(tmp_path: Path) -> None:
    installed = Installed(tmp_path)
    conversation = asyncio.run(leave_paused(installed, "how many shapes?", "how many circles?"))
    asked = installed.run("ask", "--json", "--chat", str(conversation), "what is a square?")
    document = json.loads(asked.stdout)
    kept = asyncio.run(read(installed, conversation))
    installed.run("stop")
    assert asked.returncode == 0
    assert "paused" in asked.stderr
    assert document["conversation"] == conversation
    assert kept.queue == ()
    questions = [message.text for message in kept.messages if message.role == "user"]
    assert questions[-2:] == ["how many circles?", "what is a square?"]
    assert kept.messages[-1].text == document["text"]


async def leave_paused(installed: Installed, *texts: str) -> int:
    """Queues questions in a conversation of which the first is stopped; returns the conversation.

    No model is loaded before that.
    """
    client = await CoreClient.connect(find_paths(installed.environment))
    first = await client.request(SubmitTurn(text=texts[0]))
    assert isinstance(first, TurnQueued)
    for text in texts[1:]:
        await client.request(SubmitTurn(text=text, conversation=first.conversation))
    await client.request(StopTurn(conversation=first.conversation))
    await client.close()
    return first.conversation


async def read(installed: Installed, conversation: int) -> Conversation:
    client = await CoreClient.connect(find_paths(installed.environment), start=False)
    opened = await client.request(OpenConversation(conversation=conversation))
    await client.close()
    assert isinstance(opened, ConversationOpened)
    return opened.conversation


def test_a_question_that_failed_is_asked_again(tmp_path: Path) -> None:
    broken = Installed(tmp_path, "/no/such/model")
    failed = broken.run("ask", "-i", PICTURE, WHAT)
    assert (failed.returncode, failed.stdout) == (1, "")
    again = broken.run("ask", "--continue", "--retry")
    assert again.returncode == 1
    assert "/no/such/model" in again.stderr
    document = ask_json(broken, "--model", "demo", "--chat", "1", "--retry")
    assert "red circle" in document["text"]
    assert document["conversation"] == 1
    assert [it["name"] for it in document["attachments"]] == [PICTURE.name]
    kept = asyncio.run(read(broken, 1))
    broken.run("stop")
    assert [message.text for message in kept.messages] == [WHAT, document["text"]]
    assert len(kept.messages[1].siblings) == 3


def test_a_question_that_did_not_fail_is_not_asked_again(installed: Installed) -> None:
    asked = ask_json(installed, "how many shapes?")
    refused = ask_json(installed, "--chat", str(asked["conversation"]), "--retry")
    assert refused["error"]["kind"] == "BadRequest"
    assert "did not fail" in refused["error"]["message"]
    assert ask_json(installed, "--chat", "4711", "--retry")["error"]["kind"] == "NotStored"


def test_a_reader_that_goes_away_stops_the_model(rambling: Installed) -> None:
    with rambling.start("ask", "-i", PICTURE, WHAT) as asking:
        assert asking.stdout
        assert asking.stdout.read(1)
        asking.stdout.close()
        assert asking.wait(PATIENCE) == 141
    status = json.loads(rambling.run("status", "--json").stdout)
    assert status["open_turns"] == 0


def test_an_answer_that_is_cut_off_is_no_success(tmp_path: Path, rambling_checkpoint: Path) -> None:
    (tmp_path / "config.toml").write_text("max_tokens = 8\n")
    installed = Installed(tmp_path, str(rambling_checkpoint))
    done = installed.run("ask", "--json", "-i", PICTURE, WHAT)
    installed.run("stop")
    assert done.returncode == 1
    assert json.loads(done.stdout)["finish_reason"] == "length"
    assert json.loads(done.stdout)["stats"]["generated_tokens"] == 8
    assert "token limit" in done.stderr


def test_a_file_name_can_not_steer_the_terminal(installed: Installed) -> None:
    with installed.open("ask", "-i", "/no/\x1b[31msuch\x07.png", WHAT) as terminal:
        assert terminal.wait_for_exit() == 1
        assert "such" in terminal.text
        written = b"".join(chunk.output for chunk in terminal.chunks)
    assert b"\x1b[31m" not in written
    assert b"\x07" not in written


def test_options_count_for_the_question_and_the_preset_is_kept(installed: Installed) -> None:
    file = find_paths(installed.environment).presets_file
    file.write_text('[presets.terse]\nsystem = "Answer in one word."\nmax_tokens = 3\n')
    first = ask_json(installed, "--preset", "terse", "--max-tokens", "2", WHAT)
    assert (first["finish_reason"], first["stats"]["generated_tokens"]) == ("length", 2)
    kept = ask_json(installed, "--chat", str(first["conversation"]), WHAT)
    assert kept["stats"]["generated_tokens"] == 3
    gone = installed.run("ask", "--preset", "gone", WHAT)
    assert gone.returncode == 1
    assert f"There is no preset gone in {file}: choose another one" in gone.stderr
    file.unlink()


def test_a_pixel_budget_makes_pictures_take_fewer_tokens(installed: Installed) -> None:
    whole, small = (
        ask_json(installed, "-i", PICTURE, *budget, WHAT)["attachments"][0]
        for budget in ((), ("--pixel-budget", "4"))
    )
    assert small["tokens"] <= 4 < whole["tokens"]
    assert (small["pixel_budget"], whole["pixel_budget"]) == (4, 0)


def test_a_rectangle_of_a_picture_is_asked_about_and_told(
    installed: Installed, tmp_path: Path
) -> None:
    sheet = draw_sheet(tmp_path)
    left = ask_json(installed, "-i", f"{sheet}@0,0,64,64", WHAT)
    right = ask_json(installed, "-i", f"{sheet}@64,0,64,64", WHAT)
    assert ("red circle" in left["text"], "blue square" in right["text"]) == (True, True)
    assert "square" not in left["text"]
    assert "circle" not in right["text"]
    (picture,) = right["attachments"]
    assert (picture["label"], picture["width"]) == ("sheet.tif@64,0,64,64", 64)
    assert picture["excerpt"]["region"] == {"x": 64, "y": 0, "width": 64, "height": 64}
    again = ask_json(
        installed, "--chat", str(left["conversation"]), "-i", f"{sheet}#2@64,0,64,64", WHAT
    )
    assert "yellow square" in again["text"]


def test_pages_are_pictures_of_their_own(installed: Installed, tmp_path: Path) -> None:
    answer = ask_json(installed, "-i", f"{draw_sheet(tmp_path)}#2,1", WHAT)
    assert [it["label"] for it in answer["attachments"]] == ["sheet.tif#2", "sheet.tif"]
    assert [it["name"] for it in answer["attachments"]] == ["sheet.tif"] * 2


def test_a_rectangle_is_cut_to_the_picture_and_that_is_said(
    installed: Installed, tmp_path: Path
) -> None:
    done = installed.run("ask", "--json", "-i", f"{draw_sheet(tmp_path)}@64,0,900,900", WHAT)
    assert json.loads(done.stdout)["attachments"][0]["label"] == "sheet.tif@64,0,64,64"
    assert "of the rectangle 64,0,900,900 only 64,0,64,64 lies in it" in done.stderr


@pytest.mark.parametrize(
    ("notation", "told"),
    [
        ("#3", r"sheet\.tif has 2 .*3"),
        ("@128,0,5,5", r"sheet\.tif has 128x64 pixels"),
        ("#2-1", r"pages are numbered from 1"),
        ("@0,0,0,5", r"at least one pixel"),
    ],
)
def test_what_is_not_there_of_a_file_is_one_sentence_that_says_what_is(
    installed: Installed, tmp_path: Path, notation: str, told: str
) -> None:
    done = installed.run("ask", "-i", f"{draw_sheet(tmp_path)}{notation}", WHAT)
    assert (done.returncode, done.stdout) == (1, "")
    (sentence,) = done.stderr.splitlines()
    assert re.search(told, sentence)


def test_a_file_that_is_called_like_an_excerpt_is_taken_whole(
    installed: Installed, tmp_path: Path
) -> None:
    sheet = draw_sheet(tmp_path)
    literal = shutil.copy(PICTURE, f"{sheet}#2")
    answer = ask_json(installed, "-i", literal, WHAT)
    assert "blue square" in answer["text"]
    assert answer["attachments"][0]["name"] == "sheet.tif#2"


def test_a_rectangle_of_a_picture_of_the_web_is_asked_about(installed: Installed) -> None:
    with web_server() as server, TemporaryDirectory() as folder:
        url = server.put("/sheet.tif", Page(draw_sheet(Path(folder)).read_bytes()))
        answer = ask_json(
            installed, "--allow-private-addresses", "-i", f"{url}#2,1@64,0,64,64", WHAT
        )
        labels = [it["label"] for it in answer["attachments"]]
        assert labels == ["sheet.tif#2@64,0,64,64", "sheet.tif@64,0,64,64"]
        assert len(server.asked) == 1


def test_a_picture_of_the_web_is_asked_about(installed: Installed) -> None:
    with web_server() as server:
        url = server.put("/star.png", Page((SAMPLES_PATH / "green-star.png").read_bytes()))
        done = installed.run("ask", "-i", url, WHAT)
        assert done.returncode == 1
        assert "leads to this machine (127.0.0.1)" in done.stderr
        document = ask_json(installed, "--allow-private-addresses", "-i", url, WHAT)
        assert document["text"] == "I see a green star."
        assert document["attachments"][0]["name"] == "star.png"


def test_a_folder_is_all_of_its_pictures(installed: Installed, tmp_path: Path) -> None:
    for name, sample in (("b.png", PICTURE), ("a.png", SAMPLES_PATH / "green-star.png")):
        (tmp_path / name).write_bytes(sample.read_bytes())
    document = ask_json(installed, "-i", tmp_path, "how many pictures?")
    assert [it["name"] for it in document["attachments"]] == ["a.png", "b.png"]


def test_an_answer_that_was_cut_off_is_finished(installed: Installed) -> None:
    question = ("--temperature", "0", "-i", PICTURE, WHAT)
    whole = ask_json(installed, *question)
    first = ask_json(installed, "--max-tokens", "4", *question)
    assert first["finish_reason"] == "length"
    chat = str(first["conversation"])
    while (grown := ask_json(installed, "--chat", chat, "--finish"))["finish_reason"] == "length":
        assert grown["text"].startswith(first["text"])
    assert (grown["text"], grown["conversation"]) == (whole["text"], first["conversation"])
    assert grown["stats"]["generated_tokens"] == whole["stats"]["generated_tokens"]
    refused = installed.run("ask", "--chat", chat, "--finish")
    assert refused.returncode == 1
    assert "was not cut off: leave out --finish" in refused.stderr


def test_a_private_question_leaves_nothing(installed: Installed) -> None:
    word = "quetzalcoatlus"
    picture = PICTURE.read_bytes()
    answer = ask_json(installed, "--private", "-i", "-", f"what is a {word}?", given=picture)
    assert answer["text"]
    files = [it for it in installed.home.rglob("*") if it.is_file() and not it.is_symlink()]
    assert files
    assert not [it for it in files if word.encode() in it.read_bytes()]
    gone = installed.run("ask", "--chat", str(answer["conversation"]), "again?")
    assert gone.returncode == 1
    refused = installed.run("ask", "--private", "--continue", "again?")
    assert refused.returncode == 2
