"""`seeshell attach`, end to end: into the prompt of a window, or into a draft."""

import asyncio
import json
import os
from pathlib import Path

from seeshell.core.demo import SAMPLES_PATH

from ...running_core import RunningCore
from ...sheets import draw_sheet
from ...terminal.installed import COMMAND, Installed
from ...web_server import Page, web_server
from ..conftest import AppUser, OpenApp

STAR = SAMPLES_PATH / "green-star.png"


async def attach(core: RunningCore, *arguments: str | Path, given: bytes = b"") -> tuple[int, str]:
    """Runs the command beside the app; returns its status and what it wrote."""
    process = await asyncio.create_subprocess_exec(
        COMMAND,
        "attach",
        *arguments,
        env=os.environ | {"SEESHELL_HOME": str(core.paths.config_file.parent)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate(given)
    assert process.returncode is not None
    return process.returncode, told.decode()


def notices(user: AppUser) -> str:
    return "\n".join(it.message for it in user.app._notifications)


def chips(user: AppUser) -> list[str]:
    return [it.label for it in user.chat.session.draft.pictures if it.attachment]


async def test_a_picture_of_standard_input_gets_into_the_window_used_last(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with (
        open_app(shared_demo_core) as first,
        open_app(shared_demo_core, keeps_drafts=True) as second,
    ):
        await first.type("what is it?")
        status, told = await attach(
            shared_demo_core, "--name", "star.png", "-", given=STAR.read_bytes()
        )
        assert (status, told) == (0, "star.png: in the prompt of the window used last.\n")
        await first.until(lambda: chips(first) == ["star.png"])
        await first.sees("star.png", "Attached by another program")
        assert not second.chat.session.draft.pictures
        await second.press("alt+n", "x")
        await attach(shared_demo_core, SAMPLES_PATH / "red-circle-blue-square.png")
        await second.until(lambda: chips(second) == ["red-circle-blue-square.png"])
        await second.until(lambda: "which stored them on the disk" in notices(second))
        await first.press("enter")
        await first.until(lambda: first.answer.startswith("I see a green star"))


async def test_a_picture_of_the_web_gets_into_the_window(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    with web_server() as server:
        url = server.put("/stars/green%20one.png", Page(STAR.read_bytes()))
        async with open_app(shared_demo_core) as user:
            status, told = await attach(shared_demo_core, url)
            assert status == 1
            assert "add --allow-private-addresses if you mean it" in told
            assert not server.asked
            status, _ = await attach(shared_demo_core, "--allow-private-addresses", url)
            assert status == 0
            await user.until(lambda: chips(user) == ["green one.png"])


def test_without_a_window_it_waits_in_a_draft_for_the_next_one(tmp_path: Path) -> None:
    installed = Installed(tmp_path)
    try:
        done = installed.run(
            "attach", "--json", "--name", "star.png", "-", tmp_path, given=STAR.read_bytes()
        )
        assert done.returncode == 1
        assert f"{tmp_path} holds no picture" in json.loads(done.stdout)["error"]["message"]
        square, missing = f"{draw_sheet(tmp_path)}#2@64,0,64,64", tmp_path / "none.png"
        done = installed.run(
            "attach", "--json", "--name", "star.png", square, "-", missing, given=STAR.read_bytes()
        )
        document = json.loads(done.stdout)
        assert (done.returncode, document["place"]) == (1, "draft")
        labels = [it["label"] for it in document["attached"]]
        assert labels == ["sheet.tif#2@64,0,64,64", "star.png"]
        assert "none.png" in document["refused"][0]["message"]
        with installed.open() as terminal:
            terminal.wait_for(r"\[1\] sheet\.tif#2@64,0,64,64")
            terminal.send("what is in the first picture?\r")
            terminal.wait_for("a yellow square")
    finally:
        installed.run("stop")


def test_a_name_that_is_no_text_is_refused_by_itself(tmp_path: Path) -> None:
    name = os.fsdecode(b"bad\xff.png")
    (tmp_path / name).write_bytes(STAR.read_bytes())
    installed = Installed(tmp_path / "home")
    try:
        done = installed.run("attach", "--json", tmp_path / name, STAR)
        told = json.loads(done.stdout)
        assert done.returncode == 1
        assert [it["name"] for it in told["attached"]] == ["green-star.png"]
        (refused,) = told["refused"]
        assert refused["message"].endswith(
            "bad?.png holds bytes that are not UTF-8: rename the file."
        )
    finally:
        installed.run("stop")


def test_two_pictures_can_t_come_from_standard_input(tmp_path: Path) -> None:
    done = Installed(tmp_path).run("attach", "-", "-")
    assert done.returncode == 2
    assert "Only one of the pictures" in done.stderr
