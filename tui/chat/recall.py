"""What `up` and `down` bring back into the prompt: sent messages, and what was typed before."""

from collections.abc import Iterable


class Recall:
    """A walk through what was sent in a conversation; the text that is being typed is its end.

    Whatever the user makes of a message on the way is there again when the walk comes by.
    """

    def __init__(self) -> None:
        self._sent: list[str] = []
        self._place: int | None = None
        """Of the message that is in the prompt; None while nothing was brought back."""
        self._changed: dict[int, str] = {}
        """What was made of messages, by their places."""
        self._typed = ""

    @property
    def is_under_way(self) -> bool:
        """Whether what is in the prompt was brought back."""
        return self._place is not None

    @property
    def typed(self) -> str:
        """What was being typed when the walk began; empty where none is under way."""
        return self._typed if self.is_under_way else ""

    def remember(self, texts: Iterable[str]) -> None:
        """Replaces what there is by other messages, oldest first; those without words are none."""
        self._sent = [text for text in texts if text.strip()]
        self.end()

    def add(self, text: str) -> None:
        """Adds a message that was sent just now."""
        if text.strip():
            self._sent.append(text)

    def end(self) -> None:
        """Takes what is in the prompt for what is being typed."""
        self._place = None
        self._changed = {}

    def typed_in(self, text: str) -> str:
        """Returns what is being typed: the end of the walk while a text is as it was sent."""
        is_sent = self._place is not None and text == self._sent[self._place]
        return self._typed if is_sent else text

    def older(self, text: str) -> str | None:
        """Returns the message before, None if there is none.

        Args:
            text: what is in the prompt, to which `newer` comes back in the end.
        """
        place = len(self._sent) if self._place is None else self._place
        if place == 0:
            return None
        self._keep(text)
        return self._go(place - 1)

    def newer(self, text: str) -> str:
        """Returns the message after, at last what was being typed; only while under way.

        Args:
            text: what is in the prompt, to which `older` comes back.
        """
        self._keep(text)
        place = len(self._sent) if self._place is None else self._place + 1
        if place < len(self._sent):
            return self._go(place)
        self._place = None
        return self._typed

    def _keep(self, text: str) -> None:
        if self._place is None:
            self._typed = text
        else:
            self._changed[self._place] = text

    def _go(self, place: int) -> str:
        self._place = place
        return self._changed.get(place, self._sent[place])
