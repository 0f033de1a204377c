"""One conversation on screen: its log above what the user is about to send."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct
from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from ...core.conversation import Attachment, Message, QueuedTurn
from ...core.demo import SAMPLE_NAME, SAMPLE_QUESTION, SAMPLES_PATH
from ...core.messages.requests import ForkConversation, SwitchBranch
from ..keys.bindings import Keyed, bindings_of
from ..log import ChatLog
from ..session.context_room import Change, find_change
from ..session.decisions import Decision, WayOut
from ..session.events import (
    AnswerEnded,
    AnswerGrew,
    AnswerStarted,
    AnswerWaits,
    ConversationShown,
    DecisionsChanged,
    DraftChanged,
    DraftShown,
    QueueShown,
    TextReturned,
    ThoughtsGrew,
)
from ..session.session import ChatSession
from ..state_file import read_state, write_state
from ..visible import visible
from .composer import Composer
from .core_notice import CoreNotice
from .decision_notice import DecisionNotice
from .hearing import hear
from .marked import Marked
from .prompt import Prompt
from .welcome import Welcome

if TYPE_CHECKING:
    from ..pictures import DrawnPicture, Pictures


class Remembered(Struct, frozen=True):
    """What the chat keeps from one start to the next."""

    has_whole_receipts: bool = False


class Chat(Keyed, Vertical):
    """The log, or a welcome while it is empty, with notice, tray and prompt below.

    Its keys ask again: they act on the message at the log's cursor, from the prompt on the last
    one. Letters get here from the log only.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("chat")

    welcome = getters.query_one(Welcome)
    log_view = getters.query_one(ChatLog)
    core_notice = getters.query_one(CoreNotice)
    composer = getters.query_one(Composer)
    prompt = getters.query_one(Prompt)

    def __init__(
        self,
        session: ChatSession,
        composer: Composer,
        pictures: Callable[[], "Pictures"],
        state_file: Path,
    ) -> None:
        """Shows an empty conversation.

        Args:
            session: what is asked to answer again, to edit, to fork and to switch.
            composer: what stands below the log.
            pictures: returns what draws pictures; called when the first one is to be drawn.
            state_file: where it is kept whether receipts are whole.
        """
        super().__init__(classes="-empty")
        self._session = session
        self._composer = composer
        self._pictures = pictures
        self._state_file = state_file

    def compose(self) -> ComposeResult:
        """Yields welcome and log, of which one shows, the notice and the composer."""
        yield Welcome(self._session)
        log = ChatLog(self._draw_picture)
        remembered = read_state(self._state_file, Remembered) or Remembered()
        log.has_whole_receipts = remembered.has_whole_receipts
        yield log
        yield CoreNotice(self._session)
        yield self._composer

    def on_mount(self) -> None:
        """Has each event of the conversation shown where it belongs."""
        events, log, composer = self._session.events, self.log_view, self.composer
        hear(self, events, ConversationShown, self._show)
        hear(self, events, AnswerStarted, self._start_answer)
        hear(log, events, AnswerGrew, lambda it: log.append_text(it.message, it.text))
        hear(log, events, ThoughtsGrew, lambda it: log.append_thoughts(it.message, it.text))
        hear(log, events, AnswerWaits, lambda it: log.show_waiting(it.message, it.reason))
        hear(log, events, AnswerEnded, lambda it: log.end_message(it.answer))
        hear(self, events, DecisionsChanged, lambda _: self._tell_decisions())
        hear(composer, events, QueueShown, lambda it: composer.show_queue(it.queue))
        hear(composer, events, DraftChanged, self._show_draft)
        hear(composer, events, DraftShown, lambda _: composer.show())
        hear(composer, events, TextReturned, self._return_text)

    def _show(self, shown: ConversationShown) -> None:
        """Shows another conversation or branch, and what is unsent of it."""
        messages = shown.conversation.messages if shown.conversation else ()
        self.composer.show()
        if self._has_marked(messages):
            return
        self.prompt.remember([it.text for it in messages if it.role == "user"])
        self.log_view.show_messages(messages)
        if shown.message is not None:
            self.log_view.mark_message(shown.message)
        self.set_class(not messages, "-empty")

    def _has_marked(self, messages: Sequence[Message]) -> bool:
        """Shows in place what is left out of a branch if it is on screen and that has changed."""
        return tuple(self._messages) != tuple(messages) and self.log_view.mark_left_out(messages)

    def _start_answer(self, event: AnswerStarted) -> None:
        """Shows a question and an answer that streams, in place of what stood there."""
        self.remove_class("-empty")
        is_new = event.question.id not in {message.id for message in self._messages}
        self.log_view.start_turn(event.question, event.answer)
        if is_new:
            self.prompt.remember_also(event.question.text)

    def _tell_decisions(self) -> None:
        """Makes the notice when the first decision is to be made; it follows the others itself."""
        if not self.query(DecisionNotice):
            self.mount(DecisionNotice(self._session), before=self.composer)

    def _show_draft(self, event: DraftChanged) -> None:
        if event.draft is self._session.draft:
            self.composer.show_tray()

    def _return_text(self, event: TextReturned) -> None:
        if event.draft is self._session.draft:
            self.composer.give_back(event.text)

    def leave_edit(self) -> None:
        """Gives the draft back that was there before; `up` brings back what was typed."""
        text = self.prompt.text
        self._session.unsent.leave_edit()
        if text.strip() and text not in {message.text for message in self._messages}:
            self.prompt.remember_also(text)

    def takes_letters(self) -> bool:
        """Returns whether the log has the keys, which shows the message that they act on."""
        return isinstance(self.screen.focused, ChatLog)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now, for the key line."""
        if self.log_view.is_selecting:
            return False
        if action in ("regenerate", "fork", "toggle_receipts"):
            return bool(self._messages)
        if action == "take_back":
            return self._session.can_take_back
        if action == "resume_queue":
            return self._session.turns.are_paused
        if action == "decide":
            return self._session.decisions.offers(*parameters)
        if action == "try_sample":
            is_offered = self.welcome.offers_sample and self.has_class("-empty")
            return is_offered and not self.composer.chips.pictures
        if action == "edit":
            return self._marked.question is not None
        if action == "correct":
            return self._marked.answer is not None
        if action == "leave_out":
            return self._change(*parameters) is not None
        if action == "switch_branch":
            return self._version(*parameters) is not None
        if action == "toggle_thoughts":
            return any(view.has_thoughts for view in self.log_view.transcript.views)
        return True

    @work
    async def action_regenerate(self) -> None:
        """Has the answer given again, beside the one that stands."""
        message = self._marked.message
        if message is not None:
            await self._session.regenerate(message.id)

    @work
    async def action_try_sample(self) -> None:
        """Attaches a sample picture; a question about it is typed where nothing is yet."""
        if not self.prompt.text:
            self.prompt.insert(SAMPLE_QUESTION)
        self.prompt.focus()
        await self._session.unsent.attach(SAMPLES_PATH / SAMPLE_NAME)

    @work
    async def action_take_back(self, turn: str | None = None) -> None:
        """Takes a message that waits back into the prompt: the last one, or that with an id."""
        await self._session.take_back(turn)
        self.prompt.focus()

    @work
    async def action_resume_queue(self) -> None:
        """Has the queued messages answered that were paused."""
        if self._session.conversation is not None:
            await self._session.queue.resume(self._session.conversation)

    @work
    async def action_put_first(self, turn: str) -> None:
        """Has a queued message answered before the others."""
        if self._session.conversation is not None:
            await self._session.queue.put_first(self._session.conversation, turn)

    @work
    async def action_put_last(self, turn: str) -> None:
        """Has a queued message answered after the others."""
        if self._session.conversation is not None:
            await self._session.queue.put_last(self._session.conversation, turn)

    def action_edit(self) -> None:
        """Brings the question into the prompt."""
        self._begin_edit(self._marked.question)

    def action_correct(self) -> None:
        """Brings the answer into the prompt, to be stored as the user writes it."""
        self._begin_edit(self._marked.answer)

    def _begin_edit(self, message: Message | None) -> None:
        if message is not None:
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
            and await self._session.branch(change.request(conversation))
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
            await self._session.branch(
                ForkConversation(conversation=self._session.conversation, message=end.id)
            )
            self.prompt.focus()

    @work
    async def action_switch_branch(self, distance: int) -> None:
        """Shows the branch of the version before or after."""
        version = self._version(distance)
        if version is not None and self._session.conversation is not None:
            request = SwitchBranch(conversation=self._session.conversation, message=version)
            await self._session.branch(request, version)

    def close_notice(self) -> None:
        """Closes the newest of what is to be decided, then what is said of the core."""
        if self._session.decisions.open:
            self._session.decisions.close_newest()
        else:
            # The core can still be started.
            self.core_notice.display = False
        self.refresh_bindings()

    @work
    async def action_decide(self, way_out: WayOut) -> None:
        """Takes a way out that the newest decision offers."""
        decisions = self._session.decisions
        match way_out:
            case "load again" if decisions.newest is not None:
                await self._session.kept.load_again(decisions.newest.model)
            case "load kept":
                await self._session.kept.load_kept()
            case "go on":
                await self._session.kept.go_on()
            case "load another":
                await self.screen.run_action("load_model")
            case "restore":
                await self._session.deletions.restore_shown()
            case "start new":
                self._session.start_new()
            case "leave out" if decisions.newest is not None:
                await self._make_room(decisions.newest)

    async def _make_room(self, decision: Decision) -> None:
        """Leaves out what a decision offers, and asks again what did not fit."""
        conversation = self._session.conversation
        change = Change(decision.room, is_left_out=True)
        if conversation is None or not await self._session.branch(change.request(conversation)):
            return
        if decision.regenerated is not None:
            await self._session.regenerate(decision.regenerated)
        else:
            self.composer.send(self.prompt.text)

    def action_toggle_receipts(self) -> None:
        """Shows what answers cost in one line, or all of it."""
        is_whole = self.log_view.has_whole_receipts = not self.log_view.has_whole_receipts
        write_state(self._state_file, Remembered(has_whole_receipts=is_whole))

    def action_toggle_thoughts(self) -> None:
        """Shows the thoughts above their answers, or folds them."""
        self.log_view.shows_thoughts = not self.log_view.shows_thoughts

    @property
    def pictures(self) -> list[Attachment]:
        """All that the log shows, in its order."""
        return [picture for message in self._messages for picture in message.attachments]

    @property
    def queued(self) -> tuple[QueuedTurn, ...]:
        """The messages that wait, in the order in which they will be answered."""
        return self._session.turns.queued

    @property
    def _messages(self) -> list[Message]:
        return [view.message for view in self.log_view.transcript.views]

    @property
    def _marked(self) -> Marked:
        """The message at the cursor while the log has the focus, else the last one."""
        messages, cursor = self._messages, self.log_view.cursor
        if cursor is not None and self.screen.focused is self.log_view:
            return Marked(messages, messages[cursor])
        return Marked(messages, messages[-1] if messages else None)

    def _version(self, distance: object) -> int | None:
        return self._marked.version(distance) if isinstance(distance, int) else None

    def _change(self, what: object) -> Change | None:
        """Returns what a key leaves out or takes in again; None if it does nothing now."""
        marked = self._marked
        question = marked.question
        if question is None or self._session.is_answering:
            return None
        target = self.log_view.marked_target() if marked.message is question else None
        picture = target if isinstance(target, int) else None
        return find_change(what, marked.messages, question, picture)

    @on(Prompt.PageTurned)
    def _turn_page(self, event: Prompt.PageTurned) -> None:
        if event.pages < 0:
            self.log_view.action_page_up()
        else:
            self.log_view.action_page_down()

    @on(Prompt.EndWanted)
    def _show_end(self) -> None:
        self.log_view.action_scroll_end()

    @on(ChatLog.LinkOpened)
    def _copy_link(self, event: ChatLog.LinkOpened) -> None:
        self.app.copy_to_clipboard(event.href)
        self.notify(f"Copied {visible(event.href)}", markup=False)

    async def _draw_picture(
        self, attachment: Attachment, max_columns: int, max_rows: int
    ) -> "DrawnPicture":
        return await self._pictures().draw(attachment, max_columns, max_rows)
