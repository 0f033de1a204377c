"""Pictures from the web become attachments like any other."""

# ruff: noqa: ASYNC240

import asyncio
from pathlib import Path

import pytest

from seeshell.core.errors import ImageError, PrivateAddress
from seeshell.core.messages.picture_events import Attached, PictureFetching
from seeshell.core.messages.picture_requests import FetchPicture
from seeshell.core.sessions.sessions import Sessions

from ...web_server import Page, web_server
from ..talk import Listener, carry_out


async def test_a_picture_of_the_web_is_attached_under_its_name(
    sessions: Sessions, client: Listener, picture: Path
) -> None:
    with web_server() as server:
        url = server.put("/two%20circles.png", Page(picture.read_bytes()))
        reply = await carry_out(sessions, FetchPicture(address=url, allows_private=True), client)
        assert isinstance(reply, Attached)
        assert reply.attachment.name == "two circles.png"
        assert Path(reply.path).read_bytes() == picture.read_bytes()
        assert client.heard[-1] == PictureFetching(address=url, is_over=True)


async def test_what_a_client_that_has_gone_wanted_is_given_up(
    sessions: Sessions, client: Listener
) -> None:
    with web_server() as server:
        stalled = Page(b"begins", told_length=100, is_stalled=True)
        url = server.put("/a.png", stalled)
        request = FetchPicture(address=url, allows_private=True)
        waiting = asyncio.create_task(carry_out(sessions, request, client))
        await client.until(PictureFetching, done_bytes=6)
        sessions.give_up(client)
        with pytest.raises(ImageError, match="was given up"):
            await waiting
        assert client.heard[-1].is_over


async def test_a_refusal_ends_what_was_told_of_it(sessions: Sessions, client: Listener) -> None:
    with web_server() as server:
        url = server.put("/a.png", Page(b"no picture at all"))
        with pytest.raises(PrivateAddress):
            await carry_out(sessions, FetchPicture(address=url), client)
        with pytest.raises(ImageError, match=r"a\.png is not a picture"):
            await carry_out(sessions, FetchPicture(address=url, allows_private=True), client)
        ends = [it for it in client.heard if it == PictureFetching(address=url, is_over=True)]
        assert len(ends) == 2
        assert client.heard[-1] == ends[-1]
