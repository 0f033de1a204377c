"""Tells what happens in the conversation, line after line, and never while somebody types."""

import time
from collections.abc import Callable

from ....core.errors import CoreDied, OutputError
from ...chat.ways_out import WAYS_OUT
from ...session.decisions import Decision
from ...session.events import (
    AnswerEnded,
    AnswerEndedUnseen,
    AnswerGrew,
    AnswerStarted,
    AnswerWaits,
    ConversationShown,
    CoreLost,
    DecisionsChanged,
    DraftChanged,
    DraftShown,
    ModelChanged,
    NoticeTold,
    QuestionRefused,
    ThoughtsGrew,
)
from ...session.session import ChatSession
from ...status_words import short_name, state_words
from ...visible import visible_line
from ..endings import explain_ending
from ..output import Output
from .calm_text import CalmText
from .command_names import fill, typed
from .mark_words import mark_words
from .shown_messages import ShownMessages
from .words import draft_picture_words, message_lines, picture_lines, receipt_words

_SHOWN = 2
"""Messages that are printed of a conversation which is opened: the last question and answer."""


class Teller:
    """Prints the session's events; what happens while a line is typed is printed behind it."""

    def __init__(self, session: ChatSession, output: Output, messages: ShownMessages) -> None:
        self._session = session
        self._output = output
        self._messages = messages
        self.failure: OutputError | BrokenPipeError | None = None
        """Why nothing can be printed any more."""
        self.has_failed = False
        """Whether the last answer was no complete one."""
        self.prints_thoughts = False
        self.prints_receipts = True
        self._text = CalmText(self._write)
        self._streamed: int | None = None
        """Id of the answer that is printed as it comes."""
        self._held: list[str] | None = None
        """What is to be told once the line is typed; None while nobody types."""
        self._shown: tuple[int | None, ...] = (None,)
        """The conversation and the messages that were told of last."""
        self._pictures: set[tuple[str, str, int]] = set()
        """Pictures that were told of, by id, why they were refused, and what they cost."""
        self._decision: Decision | None = None
        self._load = ""
        """Source of the model that was told to be on its way."""
        listen = session.events.listen
        listen(ConversationShown, self._show)
        listen(AnswerStarted, self._start)
        listen(AnswerGrew, self._grow)
        listen(ThoughtsGrew, self._think)
        listen(AnswerWaits, lambda it: self.tell(f"({it.reason})") if it.reason else None)
        listen(AnswerEnded, self._end)
        listen(AnswerEndedUnseen, self._tell_unseen)
        listen(DecisionsChanged, lambda _: self._tell_decision())
        listen(NoticeTold, self._tell_notice)
        listen(ModelChanged, self._tell_model)
        listen(CoreLost, self._tell_loss)
        listen(DraftChanged, lambda _: self._tell_pictures())
        listen(DraftShown, lambda _: self._tell_pictures())

    def tell(self, *lines: str) -> None:
        """Prints lines, or keeps them until the line is typed."""
        if self._held is not None:
            self._held += lines
            return
        if lines and self._streamed is not None:
            self._text.end()
            self._end_line()
        for line in lines:
            self._write(f"{line}\n")

    def hold(self) -> None:
        """Prints nothing from now on: somebody types."""
        if self._held is None:
            self._held = []

    def release(self) -> None:
        """Prints what has happened since."""
        held, self._held = self._held or [], None
        self.tell(*held)

    def tell_progress(self) -> None:
        """Prints what is being waited for."""
        session = self._session
        progress = session.turns.progress
        if progress.is_wait or session.model.status.load:
            words = state_words(session.model.status, progress, session.conversation, time.time())
            self.tell(f"({words})")

    def print_messages(self, count: int | None) -> None:
        """Prints the last messages; all for None."""
        messages = self._messages.all
        for place in range(0 if count is None else max(len(messages) - count, 0), len(messages)):
            self.tell(*message_lines(messages[place]))
            self._tell_marks(place)

    def _show(self, event: ConversationShown) -> None:
        self._messages.show(event.conversation)
        ids = [message.id for message in self._messages.all]
        shown = (event.conversation.summary.id if event.conversation else None, *ids)
        if shown == self._shown:
            return
        self._shown = shown
        self._streamed = None
        if event.conversation is None:
            self.tell("New conversation.")
            return
        title = visible_line(event.conversation.summary.title)
        count = len(ids)
        told = "1 message" if count == 1 else f"{count} messages"
        more = f" (/show all prints {told})" if count > _SHOWN else ""
        self.tell(f"Conversation {shown[0]}: {title}{more}")
        self.print_messages(_SHOWN)
        if self._messages.all and self._messages.all[-1].is_open and self._held is None:
            self._streamed = self._messages.all[-1].id

    def _start(self, event: AnswerStarted) -> None:
        is_known = event.answer.id in {it.id for it in self._messages.all}
        is_own = self._session.unsent.entry.find_turn(event.turn) is not None
        self._messages.start(event)
        self._shown = (*self._shown[:1], *(it.id for it in self._messages.all))
        if is_known:
            # It goes on, and is printed from its start.
            pass
        elif not is_own:
            self.tell("From another window:", *message_lines(event.question))
        else:
            self.tell(*picture_lines(event.question))
        if self._held is None:
            self.tell("Answer:")
            self._streamed = event.answer.id

    def _grow(self, event: AnswerGrew) -> None:
        if event.message == self._streamed:
            self._text.feed(event.text)

    def _think(self, event: ThoughtsGrew) -> None:
        if event.message == self._streamed and self.prints_thoughts:
            self._text.feed(event.text)

    def _end(self, event: AnswerEnded) -> None:
        answer, conversation = event.answer, self._session.conversation or 0
        is_streamed = answer.id == self._streamed
        self._messages.end(event)
        self.has_failed = answer.finish_reason != "stop"
        if is_streamed:
            self._text.end()
            self._end_line()
            self._streamed = None
        else:
            self.tell("Answer:", answer.text)
        if self.has_failed:
            why = explain_ending(
                answer,
                conversation,
                has_thoughts=self.prints_thoughts,
                finishing=typed("chat.finish"),
            )
            self.tell(f"({visible_line(why)})")
        ids = [it.id for it in self._messages.all]
        if answer.id in ids:
            self._tell_marks(ids.index(answer.id))
        receipt = receipt_words(answer, self._session.model.status.context_length)
        if receipt and self.prints_receipts:
            self.tell(f"({receipt})")

    def _tell_marks(self, place: int) -> None:
        """Tells what an answer marks in pictures, by its place among the messages."""
        messages = self._messages.all
        if words := mark_words(messages[place], messages[:place]):
            self.tell(f"({words})")

    def _tell_unseen(self, event: AnswerEndedUnseen) -> None:
        number = event.conversation
        self.tell(f"An answer has ended in conversation {number}: /open {number} shows it.")

    def _tell_decision(self) -> None:
        newest = self._session.decisions.newest
        if newest is not None and newest != self._decision:
            ways = [WAYS_OUT[it] for it in newest.ways_out]
            what, tokens = newest.room.words, newest.room.freed_tokens
            offers = [
                f"{typed(command)} {effect.format(what=what, tokens=tokens)}"
                for command, effect in ways
            ]
            told = f" {', '.join(offers)}." if offers else ""
            self.tell(fill(newest.sentence) + told)
        self._decision = newest

    def _tell_notice(self, event: NoticeTold) -> None:
        # What is to be decided is told as that.
        if not isinstance(event, QuestionRefused):
            self.tell(fill(event.sentence))

    def _tell_model(self, event: ModelChanged) -> None:
        load = event.status.load
        if load is not None and load.source != self._load:
            self._load = load.source
            self.tell(f"Loading {short_name(load.source)}.")
        elif load is None and self._load:
            self._load = ""
            if event.status.is_ready:
                self.tell(f"{event.status.name} is ready.")

    def _tell_loss(self, event: CoreLost) -> None:
        error = event.error
        self._streamed = None
        self.has_failed = True
        log = error.log_tail.strip() if isinstance(error, CoreDied) else ""
        self.tell(fill(str(error)), *([log] if log else []), "/start-core starts it again.")

    def _tell_pictures(self) -> None:
        length = self._session.model.status.context_length
        likenesses = self._session.likenesses.find(self._session.draft)
        for number, picture in enumerate(self._session.draft.pictures, start=1):
            tokens = picture.attachment.tokens if picture.attachment else 0
            known = (picture.id, picture.error, tokens)
            if not picture.is_checking and known not in self._pictures:
                self._pictures.add(known)
                like = likenesses.get(picture.id)
                self.tell(fill(draft_picture_words(number, picture, length, like)))

    def _write(self, text: str) -> None:
        self._print(lambda: self._output.write(text))

    def _end_line(self) -> None:
        self._print(self._output.end_line)

    def _print(self, write: Callable[[], None]) -> None:
        if self.failure is None:
            try:
                write()
            except (OutputError, BrokenPipeError) as error:
                # Whoever told this must not fail by it; the chat ends.
                self.failure = error
