"""Addresses of pictures that are pasted into the prompt: fetched by the core, if they may be."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.events import Paste

from seeshell.core.demo import SAMPLES_PATH
from seeshell.tui.session.launch_options import LaunchOptions

from ...running_core import RunningCore
from ...web_server import Page, WebServer, web_server
from ..conftest import AppUser, OpenApp

STAR = (SAMPLES_PATH / "green-star.png").read_bytes()


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


async def paste(user: AppUser, text: str) -> None:
    user.app.post_message(Paste(text))
    await user.until(lambda: user.chat.session.draft.pictures)


async def test_a_pasted_address_is_fetched_once_that_is_allowed(
    open_app: OpenApp, shared_demo_core: RunningCore, server: WebServer
) -> None:
    url = server.put("/stars/one.png", Page(STAR))
    async with open_app(shared_demo_core, size=(100, 30)) as user:
        await paste(user, f"{url} ")
        await user.sees("one.png can't be sent", "leads to this machine", "fetches it all the same")
        assert not server.asked
        await user.press("f5")
        await user.until(lambda: user.chat.session.draft.attachments)
        assert user.chat.session.decisions.open == ()
        await user.ask("what is it?")
        assert user.answer.startswith("I see a green star")


async def test_an_address_in_a_question_is_its_picture(
    open_app: OpenApp, shared_demo_core: RunningCore, server: WebServer
) -> None:
    url = server.put("/one.png", Page(STAR))
    async with open_app(shared_demo_core, size=(100, 30)) as user:
        await user.type(f"what is in {url} ?")
        await user.press("enter")
        # It can't be had yet, so the question is back with its picture.
        await user.sees("fetches it all the same", "what is in one.png ?")
        await user.press("f5")
        await user.until(lambda: user.chat.session.draft.attachments)
        await user.press("enter")
        await user.until(lambda: user.messages)
        assert user.messages[0].text == "what is in one.png ?"
        assert [it.name for it in user.messages[0].attachments] == ["one.png"]


async def test_how_far_a_picture_is_stands_on_its_chip(
    open_app: OpenApp, shared_demo_core: RunningCore, server: WebServer
) -> None:
    url = server.put("/big.png", Page(bytes(400_000), told_length=800_000, is_stalled=True))
    async with open_app(shared_demo_core, size=(100, 30)) as user:
        await paste(user, url)
        await user.sees("fetches it all the same")
        await user.press("f5")
        await user.sees("big.png fetching, ", " % of 800 KB")
        server.may_end.set()
        await user.sees("big.png can't be sent")


async def test_no_file_of_the_same_name_is_shown_while_a_picture_is_fetched(
    open_app: OpenApp,
    shared_demo_core: RunningCore,
    server: WebServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "one.png").write_bytes(STAR)
    monkeypatch.chdir(tmp_path)
    url = server.put("/one.png", Page(bytes(400_000), told_length=800_000, is_stalled=True))
    async with open_app(shared_demo_core, size=(100, 30)) as user:
        await paste(user, url)
        await user.sees("fetches it all the same")
        await user.press("f5")
        await user.sees("one.png fetching, ")
        await user.press("shift+tab", "enter")
        await user.sees("one.png is on its way")
        await user.press("f9")
        await user.sees("There is no picture yet")
        server.may_end.set()
        await user.sees("one.png can't be sent")


async def test_what_the_web_does_not_have_is_told_in_the_chip(
    open_app: OpenApp, shared_demo_core: RunningCore, server: WebServer, tmp_path: Path
) -> None:
    page = server.put("/page.png", Page(b"<p>", "text/html"))
    async with open_app(shared_demo_core, size=(100, 30)) as user:
        session = user.chat.session
        await paste(user, page)
        await user.sees("fetches it all the same")
        await user.press("f5")
        await user.sees("is a web page, not a picture")
        await user.press("shift+tab", "d")
        await user.until(lambda: not session.draft.pictures)


async def test_removing_the_picture_takes_the_question_about_it_away(
    open_app: OpenApp, shared_demo_core: RunningCore, server: WebServer
) -> None:
    url = server.put("/one.png", Page(STAR))
    async with open_app(shared_demo_core, size=(100, 30)) as user:
        await paste(user, url)
        await user.sees("fetches it all the same")
        await user.press("shift+tab", "d")
        await user.until(lambda: not user.chat.session.decisions.open)
        assert not server.asked


async def test_an_address_waits_with_the_draft_for_the_next_window(
    open_app: OpenApp, shared_demo_core: RunningCore, server: WebServer
) -> None:
    url = server.put("/one.png", Page(STAR))
    async with open_app(shared_demo_core) as user:
        await paste(user, url)
        await user.sees("fetches it all the same")
    async with open_app(shared_demo_core, keeps_drafts=True, launch=LaunchOptions()) as user:
        await user.sees("one.png can't be sent", "fetches it all the same")
        await user.press("f5")
        await user.until(lambda: user.chat.session.draft.attachments)
