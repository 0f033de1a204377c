"""The conversations beside the chat: the library in its small form."""

from ..library.panel import LibraryPanel
from ..session.session import ChatSession


class Sidebar(LibraryPanel):
    """Lists what the session's own list holds."""

    def __init__(self, session: ChatSession) -> None:
        """Shows the list.

        Args:
            session: whose conversations.
        """
        super().__init__(session, session.conversations.view)
        self.id = "sidebar"
