"""Random programs: what users may do with a few conversations, one after the other."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from hypothesis import strategies as st

from seeshell.core.excerpt import Excerpt, Region

TEXTS: Final = ("What is it?", "and the square?", "\n\nwhy", "Größe", "is @2 like @1?")
PICTURES: Final = (
    ("circle", "red", (64, 64)),
    ("square", "blue", (64, 64)),
    ("circle", "green", (96, 64)),
    ("square", "red", (64, 160)),
    ("circle", "yellow", (64, 160)),
)
EXCERPTS: Final = (
    Excerpt(1, Region(0, 0, 64, 64)),
    Excerpt(1, Region(64, 0, 64, 64)),
    Excerpt(2, Region(0, 0, 64, 64)),
    Excerpt(1),
    Excerpt(2),
)
"""Of one file, of `draw_sheet`: pictures too, numbered behind the others."""

PICTURE_COUNT: Final = len(PICTURES) + len(EXCERPTS)
CONVERSATIONS: Final = 3
CHUNKS: Final = (5, 13, 64)
MOST_STEPS: Final = 12
KV_BITS: Final = (0, 0, 8, 4)
KV_TOKENS: Final = (100_000, 60, 75, 90, 110, 140)
"""Limits of all KV: the small ones evict others while an answer grows, and end answers."""

_ACTIONS: Final = {
    "ask": 6,
    "edit": 3,
    "again": 2,
    "revert": 2,
    "fork": 1,
    "prepare": 3,
    "evict": 1,
    "spill": 1,
    "restart": 1,
    "forget": 1,
}


class Step(NamedTuple):
    """One thing that happens, and where."""

    action: str
    """What is done with the conversation:

    `ask` goes on, `edit` asks another question at `place` instead, `again` repeats the last one,
    `revert` goes on where an answer before had ended, `fork` copies it into the next slot up to
    `place`, `prepare` works ahead, `evict` frees everything in memory, `spill` does so after it
    was written to disk, `restart` loads the model anew, `forget` deletes the conversation.
    """
    conversation: int = 0
    place: int = 0
    text: str = TEXTS[0]
    pictures: tuple[int, ...] = ()
    stop_after: int = 0
    """Events of the answer, or chunks of the preparation, until it is stopped; 0 lets it end."""


class Program(NamedTuple):
    """Steps, and the engine that takes them."""

    steps: list[Step]
    chunk: int
    """Tokens of a chunk of prefill."""
    kv_bits: int = 0
    kv_tokens: int = KV_TOKENS[0]
    """Most tokens that there is memory for."""

    def __str__(self) -> str:
        bits = f"{self.kv_bits} bits" if self.kv_bits else "exact"
        engine = f"chunks of {self.chunk} tokens, KV of {self.kv_tokens:,} tokens, {bits}"
        lines = [engine, *map(_describe, self.steps)]
        return "\n".join(f"  {line}" for line in lines)


_STEPS = st.builds(
    Step,
    action=st.sampled_from([name for name, weight in _ACTIONS.items() for _ in range(weight)]),
    conversation=st.integers(0, CONVERSATIONS - 1),
    place=st.integers(0, 3),
    text=st.sampled_from(TEXTS),
    pictures=st.lists(st.integers(0, PICTURE_COUNT - 1), max_size=2).map(tuple),
    stop_after=st.sampled_from([0, 0, 0, 1, 2, 4]),
)

PROGRAMS: Final = st.builds(
    Program,
    st.lists(_STEPS, min_size=3, max_size=MOST_STEPS),
    st.sampled_from(CHUNKS),
    st.sampled_from(KV_BITS),
    st.sampled_from(KV_TOKENS),
)


def shorten(program: Program, fails: Callable[[Program], bool]) -> Program:
    """Returns a shorter and simpler program that still fails, none of whose parts can go."""
    for simpler in _simpler(program):
        if fails(simpler):
            return shorten(simpler, fails)
    return program


def _simpler(program: Program) -> Iterator[Program]:
    steps = program.steps
    if len(steps) > 3:
        yield program._replace(steps=steps[: len(steps) // 2])
    for index in reversed(range(len(steps))):
        yield program._replace(steps=[*steps[:index], *steps[index + 1 :]])
    for index, step in enumerate(steps):
        for change in (Step("ask")._asdict() | {"pictures": step.pictures[:1]}).items():
            simpler = step._replace(**dict([change]))
            if simpler != step:
                yield program._replace(steps=[*steps[:index], simpler, *steps[index + 1 :]])
    simple = {"chunk": CHUNKS[-1], "kv_bits": KV_BITS[0], "kv_tokens": KV_TOKENS[0]}
    for name, value in simple.items():
        if getattr(program, name) != value:
            yield program._replace(**{name: value})


def _describe(step: Step) -> str:
    said = f"{step.action} in conversation {step.conversation}"
    if step.action in ("ask", "edit", "prepare"):
        said += f": {step.text!r}, pictures {list(step.pictures)}"
    if step.action in ("edit", "revert", "fork"):
        said += f", at {step.place}"
    if step.stop_after and step.action in ("ask", "edit", "again", "prepare"):
        said += f", stopped after {step.stop_after}"
    return said
