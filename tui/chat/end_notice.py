"""Tells that an answer has ended to somebody who looks elsewhere."""

from textual.screen import Screen

from ...core.conversation import Message
from ...core.settings import Notification
from ..session.events import AnswerEnded, AnswerEndedUnseen, ConversationsFound
from ..session.session import ChatSession
from ..terminal.driver_output import DriverOutput
from ..terminal.notifications import notification
from .hearing import hear


class EndNotice:
    """Writes a notification when an answer ends while the terminal is not in front.

    Whether it is, the terminal itself says; one that says nothing counts as in front.
    """

    def __init__(
        self,
        screen: Screen[None],
        session: ChatSession,
        kind: Notification,
        *,
        through_tmux: bool,
    ) -> None:
        """Prepares; `listen` begins.

        Args:
            screen: where the conversation is shown.
            session: tells of the ends.
            kind: the setting.
            through_tmux: whether tmux passes on what is wrapped for it.
        """
        self._screen = screen
        self._session = session
        self._kind: Notification = kind
        self._through_tmux = through_tmux
        self._titles: dict[int, str] = {}

    def listen(self) -> None:
        """Has every end told from now on; for when the screen is mounted."""
        events = self._session.events
        hear(self._screen, events, ConversationsFound, self._note_titles)
        hear(self._screen, events, AnswerEnded, lambda it: self._tell_shown(it.answer))
        hear(self._screen, events, AnswerEndedUnseen, lambda it: self._tell(it.conversation, ""))

    def _note_titles(self, event: ConversationsFound) -> None:
        summaries = (it for it in event.summaries if not it.is_private)
        self._titles |= {it.id: it.title for it in summaries}

    def _tell_shown(self, answer: Message) -> None:
        # Whoever stopped it knows.
        if answer.finish_reason != "cancelled":
            # Desktops keep what they are told.
            text = "" if self._session.shown.is_private else answer.text
            self._tell(self._session.conversation, text)

    def _tell(self, conversation: int | None, text: str) -> None:
        app = self._screen.app
        if app.app_focus:
            return
        title = self._titles.get(conversation or 0, "seeshell")
        written = notification(
            self._kind, title, text or "The answer is there.", through_tmux=self._through_tmux
        )
        if written:
            DriverOutput(app).write(written)
