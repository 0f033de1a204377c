"""The message that keys act on, and what belongs to it: its question, answer and versions."""

from collections.abc import Sequence
from typing import NamedTuple

from ...core.conversation import Message


class Marked(NamedTuple):
    """A message of the branch on screen."""

    messages: Sequence[Message]
    """All of the branch."""
    message: Message | None
    """None where there are no messages."""

    @property
    def question(self) -> Message | None:
        """The marked question, or that of the marked answer."""
        marked = self.message
        if marked is None or marked.role == "user":
            return marked
        return next((it for it in self.messages if it.id == marked.parent_id), None)

    @property
    def answer(self) -> Message | None:
        """The marked answer, or that to the marked question, if it has ended."""
        marked = self.message
        answers = (it for it in self.messages if it.role == "assistant" and not it.is_open)
        return next((it for it in answers if marked and marked.id in (it.id, it.parent_id)), None)

    @property
    def cut_off(self) -> Message | None:
        """The last answer, if it can go on."""
        last = self.messages[-1] if self.messages else None
        return last if last is not None and last.can_be_continued else None

    @property
    def number(self) -> int:
        """Its place among the questions, or the answers, from 1."""
        marked = self.message
        alike = [it.id for it in self.messages if marked and it.role == marked.role]
        return alike.index(marked.id) + 1 if marked else 0

    def version(self, distance: int) -> int | None:
        """Returns the version so many places after the message; None if there is none.

        Where the message is the only one, its answer counts, or the nearest above that has
        versions.
        """
        place = self.messages.index(self.message) if self.message else 0
        nearest = [*self.messages[place : place + 2], *self.messages[:place][::-1]]
        versions = next((it for it in nearest if len(it.siblings) > 1), None)
        if versions is None:
            return None
        place = versions.siblings.index(versions.id) + distance
        return versions.siblings[place] if 0 <= place < len(versions.siblings) else None
