"""The way through the tree: shown above the chat, and what was chosen there carried out."""

from typing import TYPE_CHECKING

from ...core.messages.requests import ForkConversation, SwitchBranch
from ..status_words import short_name
from ..visible import visible
from .layout import TreeRow
from .tree_screen import Chosen, TreeScreen

if TYPE_CHECKING:
    from ..chat.branching import BranchingChat
    from ..session.session import ChatSession


class TreeWalk:
    """Shows the tree of the conversation on screen, and goes on from where the user wants."""

    def __init__(self, chat: "BranchingChat", session: "ChatSession") -> None:
        """Shows nothing yet.

        Args:
            chat: which the tree lies above.
            session: whose conversation it is.
        """
        self._chat = chat
        self._session = session

    async def show(self, message: int | None) -> None:
        """Shows the tree with the cursor on a message; None for the last one on screen."""
        read = await self._session.tree.read()
        if read is None:
            return
        screen = TreeScreen(self._session, read, message)
        chosen: Chosen | None = await self._chat.app.push_screen_wait(screen)
        if chosen is not None:
            await self._go_on(chosen)

    async def _go_on(self, chosen: Chosen) -> None:
        way, row = chosen
        if way == "fork":
            await self._fork(row)
        elif way == "ask another":
            await self._ask_another(row)
        elif await self._show_branch(row):
            if way == "edit":
                self._chat.begin_edit_of(row.id)
            elif way == "regenerate":
                await self._session.answers.regenerate(row.id)

    async def _show_branch(self, row: TreeRow) -> bool:
        """Shows the branch of a message, with that in view; returns whether it is on screen."""
        conversation = self._session.conversation
        if row.is_shown:
            self._chat.log_view.mark_message(row.id)
            self._chat.log_view.focus()
            return True
        if conversation is None:
            return False
        request = SwitchBranch(conversation=conversation, message=row.id)
        is_shown = await self._session.shown.branch(request, row.id)
        self._chat.log_view.focus()
        return is_shown

    async def _fork(self, row: TreeRow) -> None:
        if self._session.conversation is not None:
            await self._session.shown.branch(
                ForkConversation(conversation=self._session.conversation, message=row.id)
            )
            self._chat.prompt.focus()

    async def _ask_another(self, row: TreeRow) -> None:
        """Has a question answered by another model, which the conversation keeps from then on."""
        from ..chat.model_chooser import ModelChooser

        source = await self._chat.app.push_screen_wait(ModelChooser(self._session))
        if source is None or not await self._show_branch(row):
            return
        await self._session.kept.load(source)
        await self._session.answers.regenerate(row.id)
        told = f"{short_name(source)} answers, and the conversation keeps it from now on."
        self._chat.notify(visible(told), markup=False)
