"""Who hears an event, in which order, and what becomes of the others when one fails."""

import pytest

from seeshell.core.conversation import Queue
from seeshell.tui.session.broadcast import Broadcast
from seeshell.tui.session.events import (
    AnswerGrew,
    ConversationDeleted,
    NoticeTold,
    QueueShown,
    RequestRefused,
    SessionEvent,
)

GREW = AnswerGrew(2, "red")
SHOWN = QueueShown(Queue())


def test_a_listener_hears_its_kind_and_what_derives_from_it() -> None:
    broadcast, grown, notices, everything = Broadcast(), [], [], []
    broadcast.listen(AnswerGrew, grown.append)
    broadcast.listen(NoticeTold, notices.append)
    broadcast.listen(SessionEvent, everything.append)
    told = [GREW, NoticeTold("So."), RequestRefused("No."), ConversationDeleted()]
    for event in told:
        broadcast.tell(event)
    assert (grown, notices, everything) == ([GREW], told[1:3], told)


def test_listeners_are_called_in_the_order_in_which_they_came() -> None:
    broadcast, calls = Broadcast(), []
    for name in "abc":
        broadcast.listen(AnswerGrew, lambda _, name=name: calls.append(name))
    broadcast.tell(GREW)
    assert calls == ["a", "b", "c"]


def test_what_a_listener_tells_is_heard_by_all_after_what_it_heard() -> None:
    broadcast, heard = Broadcast(), []
    broadcast.listen(AnswerGrew, lambda _: broadcast.tell(SHOWN))
    broadcast.listen(SessionEvent, heard.append)
    broadcast.tell(GREW)
    assert heard == [GREW, SHOWN]


def test_whoever_ends_to_listen_hears_no_more_and_may_end_twice() -> None:
    broadcast, heard = Broadcast(), []
    end = broadcast.listen(AnswerGrew, heard.append)
    broadcast.tell(GREW)
    end()
    end()
    broadcast.tell(GREW)
    assert heard == [GREW]


def test_a_listener_may_end_to_listen_while_it_hears() -> None:
    broadcast, heard = Broadcast(), []
    end = broadcast.listen(AnswerGrew, lambda _: end())
    broadcast.listen(AnswerGrew, heard.append)
    broadcast.tell(GREW)
    broadcast.tell(GREW)
    assert heard == [GREW, GREW]


def test_an_error_reaches_who_tells_and_keeps_nothing_from_the_others() -> None:
    broadcast, heard = Broadcast(), []

    def fail(_event: AnswerGrew) -> None:
        broadcast.tell(SHOWN)
        raise ValueError("broken widget")

    broadcast.listen(AnswerGrew, fail)
    broadcast.listen(SessionEvent, heard.append)
    with pytest.raises(ValueError, match="broken widget"):
        broadcast.tell(GREW)
    assert heard == [GREW]
    broadcast.tell(ConversationDeleted())
    assert heard == [GREW, SHOWN, ConversationDeleted()]
