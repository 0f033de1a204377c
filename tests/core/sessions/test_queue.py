"""Which turn is next, without engine or store."""

from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from seeshell.core.conversation import Message, Queue, QueuedTurn, compose
from seeshell.core.sessions.queue import RoundRobin


def queue(*names: str, is_paused: bool = False) -> Queue:
    def turn(name: str) -> QueuedTurn:
        return QueuedTurn(name, "submit", Message(0, None, "user", compose(name), 0.0))

    return Queue(tuple(turn(name) for name in names), is_paused)


def serve(order: RoundRobin) -> str:
    """Takes the next turn and lets it end; returns its id."""
    conversation = order.line[0]
    order.begin(conversation)
    turns, is_paused = order.find(conversation)
    order.put(conversation, Queue(turns[1:], is_paused))
    order.end()
    return turns[0].id


def test_conversations_take_turns_and_each_keeps_its_order() -> None:
    order = RoundRobin()
    order.put(1, queue("a1", "a2", "a3"))
    order.put(2, queue("b1"))
    order.put(3, queue("c1", "c2"))
    served = [serve(order) for _ in range(6)]
    assert served == ["a1", "b1", "c1", "a2", "c2", "a3"]
    assert not order.line


def test_a_conversation_that_asks_during_an_answer_comes_before_the_rest_of_a_long_queue() -> None:
    order = RoundRobin()
    order.put(1, queue("a1", "a2", "a3"))
    order.begin(1)
    order.put(1, queue("a2", "a3"))
    order.put(2, queue("b1"))
    order.end()
    assert [serve(order) for _ in range(3)] == ["b1", "a2", "a3"]


def test_ever_new_conversations_keep_no_queue_waiting() -> None:
    order = RoundRobin()
    order.put(1, queue("a1", "a2"))
    served = []
    for number in range(2, 6):
        order.put(number, queue(f"new{number}"))
        served.append(serve(order))
    assert served == ["a1", "new2", "a2", "new3"]


def test_a_paused_queue_waits_without_counting_and_comes_last_when_it_is_resumed() -> None:
    order = RoundRobin()
    order.put(1, queue("a1", "a2", is_paused=True))
    order.put(2, queue("b1", "b2"))
    assert len(order) == 2
    assert serve(order) == "b1"
    order.put(1, queue("a1", "a2"))
    assert len(order) == 3
    assert [serve(order) for _ in range(3)] == ["b2", "a1", "a2"]


def test_a_queue_that_is_gone_is_not_served() -> None:
    order = RoundRobin()
    order.put(1, queue("a1"))
    order.put(1, Queue())
    assert (order.line, len(order), order.find(1)) == ((), 0, Queue())


@given(st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=60))
def test_nobody_waits_longer_than_one_turn_of_each_other(steps: list[tuple[int, bool]]) -> None:
    """Submits and serves at random; each conversation's turns come out in their order."""
    order = RoundRobin()
    waiting: dict[int, deque[str]] = {number: deque() for number in range(1, 5)}
    passed_over = dict.fromkeys(waiting, 0)
    for number, (conversation, is_submit) in enumerate(steps):
        if is_submit:
            waiting[conversation].append(f"{conversation}.{number}")
            order.put(conversation, queue(*waiting[conversation]))
        elif order.line:
            served = serve(order)
            chosen = int(served.partition(".")[0])
            assert served == waiting[chosen].popleft()
            passed_over[chosen] = 0
            for other in waiting:
                passed_over[other] += other != chosen and bool(waiting[other])
                assert passed_over[other] <= 3
        assert len(order) == sum(map(len, waiting.values()))
