"""The messages of the branch that is shown, as the session's events change them."""

from ....core.conversation import Conversation, Message
from ...chat.marked import Marked
from ...session.events import AnswerEnded, AnswerStarted


class ShownMessages:
    """Keeps them in their order."""

    def __init__(self) -> None:
        self.all: list[Message] = []

    def show(self, conversation: Conversation | None) -> None:
        """Takes up another conversation, or another branch; None is a new one."""
        self.all = list(conversation.messages) if conversation else []

    def start(self, event: AnswerStarted) -> None:
        """Puts a question and its answer in place of what stood below the question's parent."""
        ids = [it.id for it in self.all]
        question = event.question
        if question.id in ids:
            del self.all[ids.index(question.id) + 1 :]
        else:
            kept = ids.index(question.parent_id) + 1 if question.parent_id in ids else 0
            self.all[kept:] = [question]
        self.all.append(event.answer)

    def end(self, event: AnswerEnded) -> None:
        """Puts an answer that has ended in its place."""
        self.all = [event.answer if it.id == event.answer.id else it for it in self.all]

    @property
    def last(self) -> Marked:
        """The last message, on which commands act that name none."""
        return Marked(self.all, self.all[-1] if self.all else None)
