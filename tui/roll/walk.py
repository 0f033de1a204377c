"""The way through rolls: from the list of all, or the question, to a table and on from a row."""

from collections.abc import Callable, Sequence

from textual.app import App

from ...core.excerpt import NamedPicture
from ...core.generation_options import NO_CHOICES
from ...core.messages.roll_requests import ForkRow
from ..pictures import Pictures
from ..session.rolls import NOT_PRIVATE
from ..session.session import ChatSession
from .new_roll import AskedRoll, NewRoll
from .roll_list import NEW, RollList
from .roll_screen import RollScreen


class RollWalk:
    """Shows one screen after the other; called by the chat, which they lie above."""

    def __init__(
        self, app: App[object], session: ChatSession, pictures: Callable[[], Pictures]
    ) -> None:
        """Shows nothing yet.

        Args:
            app: whose screens.
            session: what is asked about rolls.
            pictures: returns what draws thumbnails.
        """
        self._app = app
        self._session = session
        self._pictures = pictures

    async def choose(self) -> None:
        """Shows all rolls, or asks for the first; then the table of the one that is chosen."""
        listed = await self._session.rolls.read_all()
        chosen: int | None = NEW
        if listed:
            chosen = await self._app.push_screen_wait(RollList(self._session.rolls, listed))
        if chosen == NEW:
            await self.begin()
        elif chosen is not None and await self._session.rolls.open(chosen):
            await self._show()

    async def begin(self, pictures: Sequence[NamedPicture] = (), question: str = "") -> None:
        """Asks what to ask about which pictures, and shows the table that fills.

        Args:
            pictures: what was picked already.
            question: to begin with.
        """
        if self._session.shown.is_private:
            self._app.notify(NOT_PRIVATE, severity="warning", markup=False)
            return
        asked: AskedRoll | None = await self._app.push_screen_wait(NewRoll(pictures, question))
        if asked is None:
            return
        choices = self._session.kept.choices_for_new or NO_CHOICES
        if await self._session.rolls.start(asked.pictures, asked.question, choices):
            await self._show()

    async def _show(self) -> None:
        row = await self._app.push_screen_wait(RollScreen(self._session, self._pictures()))
        roll = self._session.rolls.shown
        if row is not None and roll is not None:
            await self._session.shown.branch(ForkRow(roll=roll.id, row=row))
