"""One conversation on screen: its log above what the user is about to send."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import getters, on
from textual.app import ComposeResult
from textual.containers import Vertical

from ..core.conversation import Attachment, Conversation, Message
from .composer import Composer
from .draft import Draft
from .log import ChatLog
from .prompt import Prompt
from .visible import visible
from .welcome import Welcome

if TYPE_CHECKING:
    from .pictures import DrawnPicture, Pictures


class Chat(Vertical):
    """The log, or a welcome while it is empty, with tray and prompt below."""

    welcome = getters.query_one(Welcome)
    log_view = getters.query_one(ChatLog)
    composer = getters.query_one(Composer)
    prompt = getters.query_one(Prompt)

    def __init__(self, composer: Composer, pictures: Callable[[], "Pictures"]) -> None:
        super().__init__(classes="-empty")
        self._composer = composer
        self._pictures = pictures

    def compose(self) -> ComposeResult:
        """Yields welcome and log, of which one shows, and the composer."""
        yield Welcome()
        yield ChatLog(self._draw_picture)
        yield self._composer

    def show(self, conversation: Conversation | None, draft: Draft) -> None:
        """Shows another conversation; None is a new one."""
        messages = conversation.messages if conversation else ()
        self.composer.show(draft)
        self.prompt.remember([it.text for it in messages if it.role == "user"])
        self.log_view.show_messages(messages)
        self.set_class(not messages, "-empty")

    def start_turn(self, user_message: Message, answer: Message) -> None:
        """Adds the user's message and an answer that streams."""
        self.remove_class("-empty")
        self.log_view.add_message(user_message)
        self.log_view.add_message(answer)
        self.prompt.remember_also(user_message.text)

    @on(Prompt.PageTurned)
    def _turn_page(self, event: Prompt.PageTurned) -> None:
        if event.pages < 0:
            self.log_view.action_page_up()
        else:
            self.log_view.action_page_down()

    @on(ChatLog.LinkOpened)
    def _copy_link(self, event: ChatLog.LinkOpened) -> None:
        self.app.copy_to_clipboard(event.href)
        self.notify(f"Copied {visible(event.href)}", markup=False)

    async def _draw_picture(
        self, attachment: Attachment, max_columns: int, max_rows: int
    ) -> "DrawnPicture":
        return await self._pictures().draw(attachment, max_columns, max_rows)
