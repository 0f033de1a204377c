"""What the user should know beside the conversation: said once in each window."""

from ...core.messages.events import AnyEvent, ModelFailed, Notice
from .chat_status import ChatStatus
from .core_link import Post
from .events import NoticeTold, RequestRefused
from .shown_turns import ShownTurns


class News:
    """Tells what the core says of its own accord, and of each model once what it is."""

    def __init__(self, post: Post, turns: ShownTurns) -> None:
        self._post = post
        self._turns = turns
        self._announced: set[tuple[str, str]] = set()
        """Models with their notices that this window has shown."""

    def note(self, event: AnyEvent) -> None:
        """Tells what an event says to the user."""
        match event:
            case ModelFailed(sentence=sentence):
                self._post(RequestRefused(sentence))
            case Notice(sentence=sentence):
                self._post(NoticeTold(sentence))

    def announce(self, status: ChatStatus) -> None:
        """Tells the notice of a model that is new to this window.

        The welcome, which an empty conversation shows, holds it already; and whoever goes on with
        the model that gave the last answer knows it.
        """
        if status.notice and (status.model, status.notice) not in self._announced:
            self._announced.add((status.model, status.notice))
            if self._turns.has_messages and self._turns.last_model != status.model:
                self._post(NoticeTold(status.notice))
