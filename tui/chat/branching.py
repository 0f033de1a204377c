"""What the chat offers for the marked message: answered again, edited, forked, or deleted."""

from textual import work

from ...core.conversation import Message
from ...core.messages.requests import ForkConversation, SwitchBranch
from ..keys.bindings import fill_keys
from ..session.context_room import Change, find_change
from .marked import Marked
from .reading import ReadingChat


class BranchingChat(ReadingChat):
    """A log whose marked message keys act on, and the other branches beside it."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now, for the key line."""
        match action:
            case "regenerate" | "fork" | "delete" | "show_tree":
                return bool(self._messages)
            case "restore":
                return self._session.tree.can_restore
            case "finish":
                return self._marked.cut_off is not None and not self._session.turns.is_answering
            case "edit":
                return self._marked.question is not None
            case "correct":
                return self._marked.answer is not None
            case "leave_out":
                return self._change(*parameters) is not None
            case "switch_branch":
                return self._version(*parameters) is not None
            case _:
                return super().check_action(action, parameters)

    @work
    async def action_regenerate(self) -> None:
        """Has the answer given again, beside the one that stands."""
        message = self._marked.message
        if message is not None:
            await self._session.answers.regenerate(message.id)

    @work
    async def action_finish(self) -> None:
        """Has the last answer go on where it was cut off."""
        answer = self._marked.cut_off
        if answer is not None:
            await self._session.answers.finish(answer.id)

    def action_edit(self) -> None:
        """Brings the question into the prompt."""
        self._begin_edit(self._marked.question)

    def action_correct(self) -> None:
        """Brings the answer into the prompt, to be stored as the user writes it."""
        self._begin_edit(self._marked.answer)

    def begin_edit_of(self, message: int) -> None:
        """Brings a message of the branch on screen into the prompt."""
        self._begin_edit(next((it for it in self._messages if it.id == message), None))

    def leave_edit(self) -> None:
        """Gives the draft back that was there before; `up` brings back what was typed."""
        text = self.prompt.text
        self._session.unsent.leave_edit()
        if text.strip() and text not in {message.text for message in self._messages}:
            self.prompt.remember_also(text)

    def _begin_edit(self, message: Message | None) -> None:
        if message is not None:
            if self._session.unsent.is_editing_other(message):
                self.leave_edit()
            number = Marked(self._messages, message).number
            self._session.unsent.begin_edit(message, number)
            self.prompt.focus()

    @work
    async def action_leave_out(self, what: str) -> None:
        """Leaves something out of later prompts, or takes it in again, and tells what it frees."""
        change, conversation = self._change(what), self._session.conversation
        if (
            change is not None
            and conversation is not None
            and await self._session.shown.branch(change.request(conversation))
        ):
            self.notify(change.sentence, markup=False)
            self.refresh_bindings()

    @work
    async def action_fork(self) -> None:
        """Continues in a new conversation; a question takes its answer along."""
        message = self._marked.message
        if message is not None and self._session.conversation is not None:
            answers = [it for it in self._messages if it.parent_id == message.id]
            end = answers[0] if answers and message.role == "user" else message
            await self._session.shown.branch(
                ForkConversation(conversation=self._session.conversation, message=end.id)
            )
            self.prompt.focus()

    @work
    async def action_switch_branch(self, distance: int) -> None:
        """Shows the branch of the version before or after."""
        version = self._version(distance)
        if version is not None and self._session.conversation is not None:
            request = SwitchBranch(conversation=self._session.conversation, message=version)
            await self._session.shown.branch(request, version)

    @work
    async def action_show_tree(self) -> None:
        """Shows all branches of the conversation."""
        from ..tree import TreeWalk

        marked = self._marked.message
        await TreeWalk(self, self._session).show(marked.id if marked else None)

    @work
    async def action_delete(self) -> None:
        """Deletes the marked message and all below it."""
        message = self._marked.message
        if message is not None and await self._session.tree.delete(message.id):
            told = "Deleted, with all below it; {chat.undelete} takes that back."
            self.notify(fill_keys(self, told), markup=False)

    @work
    async def action_restore(self) -> None:
        """Takes the last deletion of a message back."""
        restored = await self._session.tree.restore()
        if restored is not None:
            self.log_view.mark_message(restored)

    def _version(self, distance: object) -> int | None:
        return self._marked.version(distance) if isinstance(distance, int) else None

    def _change(self, what: object) -> Change | None:
        """Returns what a key leaves out or takes in again; None if it does nothing now."""
        marked = self._marked
        question = marked.question
        if question is None or self._session.turns.is_answering:
            return None
        target = self.log_view.marked_target() if marked.message is question else None
        picture = target if isinstance(target, int) else None
        return find_change(what, marked.messages, question, picture)
