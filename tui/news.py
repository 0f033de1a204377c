"""What the user should know beside the conversation: said once in each window."""

from ..core.messages.events import AnyEvent, ModelFailed, Notice
from .chat_status import ChatStatus
from .core_link import Post
from .session_events import NoticeTold, RequestRefused


class News:
    """Tells what the core says of its own accord, and of each model once what it is."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._announced: set[tuple[str, str]] = set()
        """Models with their notices that this window has shown."""

    def note(self, event: AnyEvent) -> None:
        """Tells what an event says to the user."""
        match event:
            case ModelFailed(sentence=sentence):
                self._post(RequestRefused(sentence))
            case Notice(sentence=sentence):
                self._post(NoticeTold(sentence))

    def announce(self, status: ChatStatus, *, is_on_screen: bool) -> None:
        """Tells the notice of a model that is new to this window.

        Args:
            status: names the model.
            is_on_screen: whether the notice stands there already, in the welcome.
        """
        if status.notice and (status.model, status.notice) not in self._announced:
            self._announced.add((status.model, status.notice))
            if not is_on_screen:
                self._post(NoticeTold(status.notice))
