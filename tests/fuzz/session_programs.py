"""Random programs of requests: what the windows of a user may ask of one core."""

from typing import Final, NamedTuple

from hypothesis import strategies as st

from .programs import PICTURE_COUNT, TEXTS

SLOTS: Final = 3
"""Conversations that a program goes back to."""

KV_TOKENS: Final = (0, 120, 300)
"""Room for KV caches, in tokens; 0 for as much as the machine has."""

_ACTIONS: Final = {
    "ask": 6,
    "ask twice": 2,
    "edit": 3,
    "again": 2,
    "switch": 2,
    "fork": 2,
    "prepare": 3,
    "restart": 1,
    "delete": 1,
    "restore": 1,
}


class Request(NamedTuple):
    """One thing that is asked for, and where."""

    action: str
    """What is done with the conversation of a slot:

    `ask` asks a question, `ask twice` a second one while the first is queued or answered, `edit`
    another one in place of the one at `place`, `again` the last one again, `switch` shows another
    branch, `fork` puts a copy up to `place` into the next slot, `prepare` works ahead, `restart`
    closes the core and opens another, `delete` and `restore` do what they say.
    """
    slot: int = 0
    place: int = 0
    text: str = TEXTS[0]
    pictures: tuple[int, ...] = ()
    stop_after: int = 0
    """Events of the answer until it is stopped; 0 lets it end."""


class SessionProgram(NamedTuple):
    """Requests, and the engine's limits."""

    requests: list[Request]
    kv_bits: int = 0
    kv_tokens: int = 0

    def __str__(self) -> str:
        limits = f"kv_bits {self.kv_bits}, room for {self.kv_tokens or 'all'} tokens"
        return "\n".join(f"  {line}" for line in (limits, *map(str, self.requests)))


_REQUESTS = st.builds(
    Request,
    action=st.sampled_from([name for name, weight in _ACTIONS.items() for _ in range(weight)]),
    slot=st.integers(0, SLOTS - 1),
    place=st.integers(0, 3),
    text=st.sampled_from(TEXTS),
    pictures=st.lists(st.integers(0, PICTURE_COUNT - 1), max_size=2).map(tuple),
    stop_after=st.sampled_from([0, 0, 0, 0, 1, 3]),
)

SESSION_PROGRAMS: Final = st.builds(
    SessionProgram,
    st.lists(_REQUESTS, min_size=3, max_size=10),
    st.sampled_from([0, 0, 8, 4]),
    st.sampled_from(KV_TOKENS),
)
