"""Carries out what the user decides about something that went wrong."""

from typing import TYPE_CHECKING

from ..session.context_room import take_offer
from ..session.decisions import WayOut

if TYPE_CHECKING:
    from ..session.session import ChatSession
    from .chat import Chat


class Deciding:
    """Takes the ways out that decisions offer."""

    def __init__(self, chat: "Chat", session: "ChatSession") -> None:
        """Takes none yet.

        Args:
            chat: in which it is decided.
            session: has the decisions, and what they are about.
        """
        self._chat = chat
        self._session = session

    async def take(self, way_out: WayOut) -> None:
        """Takes a way out that the newest decision offers."""
        session = self._session
        newest = session.decisions.newest
        match way_out:
            case "load again" if newest is not None:
                await session.kept.load_again(newest.model)
            case "load kept":
                await session.kept.load_kept()
            case "go on":
                await session.kept.go_on()
            case "load another":
                await self._chat.screen.run_action("load_model")
            case "restore":
                await session.deletions.restore_shown()
            case "start new":
                session.shown.start_new()
            case "fetch anyway":
                await session.private.allow()
            case "leave out" if newest is not None:
                if await take_offer(session, newest):
                    self._chat.composer.send(self._chat.prompt.text)
