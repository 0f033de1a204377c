"""One conversation on screen: its log above what the user is about to send."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct
from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType

from ...core.conversation import Attachment, Message, QueuedTurn
from ...core.demo import SAMPLE_NAME, SAMPLE_QUESTION, SAMPLES_PATH
from ..clipboard.copying_app import copy_text
from ..keys.bindings import bindings_of
from ..log import ChatLog
from ..session.decisions import WayOut
from ..session.events import (
    AnswerEnded,
    AnswerGrew,
    AnswerStarted,
    AnswerWaits,
    ConversationShown,
    DecisionsChanged,
    DraftChanged,
    DraftShown,
    FetchProgressed,
    ModelChanged,
    QueueShown,
    TextReturned,
    ThoughtsGrew,
)
from ..session.session import ChatSession
from ..state_file import read_state, write_state
from ..visible import visible
from .branching import BranchingChat
from .composer import Composer
from .core_notice import CoreNotice
from .decision_notice import DecisionNotice
from .hearing import hear
from .prompt import Prompt
from .welcome import Welcome

if TYPE_CHECKING:
    from ..log.drawn_pictures import PictureOrder
    from ..pictures import DrawnPicture, Pictures


class Remembered(Struct, frozen=True):
    """What the chat keeps from one start to the next."""

    has_whole_receipts: bool = False


class Chat(BranchingChat):
    """The log, or a welcome while it is empty, with notice, tray and prompt below.

    Its keys ask again: they act on the message at the log's cursor, from the prompt on the last
    one. Letters get here from the log only.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("chat")

    welcome = getters.query_one(Welcome)
    core_notice = getters.query_one(CoreNotice)
    composer = getters.query_one(Composer)

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
        self._searched: int | None = None
        """Conversation in which words may be marked."""

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
        hear(log, events, ModelChanged, self._note_model)
        hear(composer, events, QueueShown, lambda it: composer.show_queue(it.queue))
        hear(composer, events, DraftChanged, self._show_draft)
        hear(composer, events, FetchProgressed, lambda it: composer.show_fetching(it.fetching))
        hear(composer, events, DraftShown, lambda _: composer.show())
        hear(composer, events, TextReturned, self._return_text)

    def _note_model(self, event: ModelChanged) -> None:
        self.log_view.transcript.boxes_in_pixels = event.status.boxes_in_pixels

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
        if shown.found is not None:
            self.call_after_refresh(self.show_found, shown.found)
        elif self._session.conversation != self._searched:
            self.leave_search()
        self._searched = self._session.conversation
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

    def takes_letters(self) -> bool:
        """Returns whether the log has the keys, which shows the message that they act on."""
        return isinstance(self.screen.focused, ChatLog)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now, for the key line."""
        if self.log_view.is_selecting:
            return False
        match action:
            case "toggle_receipts" | "find" | "toggle_times" | "copy_all":
                return bool(self._messages)
            case "take_back":
                return self._session.queue.can_take_back
            case "resume_queue":
                return self._session.turns.are_paused
            case "decide":
                return self._session.decisions.offers(*parameters)
            case "try_sample":
                is_offered = self.welcome.offers_sample and self.has_class("-empty")
                return is_offered and not self.composer.chips.pictures
            case "toggle_thoughts":
                return any(view.has_folded_thoughts for view in self.log_view.transcript.views)
            case _:
                return super().check_action(action, parameters)

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
        await self._session.queue.take_back(turn)
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
        from .deciding import Deciding

        await Deciding(self, self._session).take(way_out)

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
    def marked_picture(self) -> Attachment | None:
        """The picture that keys act on in the log, or the first of the question marked there."""
        question = self._marked.question
        if self.screen.focused is not self.log_view or question is None:
            return None
        target = self.log_view.marked_target() if self._marked.message is question else None
        place = target if isinstance(target, int) else 0
        return question.attachments[place] if place < len(question.attachments) else None

    @property
    def queued(self) -> tuple[QueuedTurn, ...]:
        """The messages that wait, in the order in which they will be answered."""
        return self._session.turns.queued

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
        copy_text(self.app, event.href, f"Link {visible(event.href)}")

    async def _draw_picture(self, order: "PictureOrder") -> "DrawnPicture":
        # Pillow comes with it: not before there is a picture.
        from ..pictures import Rendition

        return await self._pictures().draw(
            order.attachment, *order.bounds, rendition=Rendition(marks=order.marks)
        )
