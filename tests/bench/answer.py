"""The fixed Markdown answer that the measuring endpoint streams: about 4,000 tokens."""

import re
from itertools import chain, cycle
from random import Random

TOKENS = 4_000
"""At most."""
WINDOW = 500
"""Tokens at the start and again at the end that are compared."""
_REPEATED = 750
END_MARK = "THE-END-OF-IT"
"""Stands in the last token and nowhere else."""

_NOUNS = [
    "harbour",
    "market",
    "tower",
    "window",
    "bridge",
    "garden",
    "ladder",
    "lantern",
    "basket",
    "kettle",
    "river",
    "roof",
]
_VERBS = [
    "shows",
    "holds",
    "carries",
    "hides",
    "repeats",
    "follows",
    "joins",
    "frames",
    "mirrors",
    "covers",
]
_ADJECTIVES = [
    "narrow",
    "yellow",
    "distant",
    "curved",
    "broken",
    "quiet",
    "bright",
    "wooden",
    "rounded",
    "early",
]
_TOKEN = re.compile(r"\s*[A-Za-z]{1,6}|\s*\d{1,3}|\s*[^\sA-Za-z\d]{1,2}|\s+")


def make_tokens() -> list[str]:
    """Returns the answer's tokens, the same each time.

    It ends with the blocks that it began with, so that what its start and its end cost can be
    compared: a table costs more than a paragraph.
    """
    random = Random(20)
    closing = _TOKEN.findall("That is all there is to say about the picture. ")
    makers = cycle((_heading, _paragraph, _list, _paragraph, _code, _table, _quote, _steps))
    blocks: list[list[str]] = []
    while sum(map(len, blocks)) < TOKENS - _REPEATED:
        blocks.append(_TOKEN.findall(next(makers)(random)))
    repeated = cycle(blocks)
    while sum(map(len, blocks)) + len(block := next(repeated)) + len(closing) < TOKENS:
        blocks.append(block)
    return [*chain.from_iterable(blocks), *closing, END_MARK]


def find_repetition(tokens: list[str]) -> int:
    """Returns where the answer begins to repeat its first 500 tokens."""
    return next(i for i in range(1, len(tokens)) if tokens[i : i + WINDOW] == tokens[:WINDOW])


def _sentence(random: Random) -> str:
    subject, thing = random.sample(_NOUNS, 2)
    adjective, verb = random.choice(_ADJECTIVES), random.choice(_VERBS)
    thing = random.choice((thing, f"**{thing}**", f"`{thing}_{random.randrange(9)}`", f"*{thing}*"))
    return f"The {adjective} {subject} {verb} a {random.choice(_ADJECTIVES)} {thing}."


def _sentences(random: Random, count: int) -> str:
    return " ".join(_sentence(random) for _ in range(count))


def _heading(random: Random) -> str:
    return f"\n## The {random.choice(_ADJECTIVES)} {random.choice(_NOUNS)}\n\n"


def _paragraph(random: Random) -> str:
    return _sentences(random, 4) + "\n\n"


def _list(random: Random) -> str:
    return "".join(f"- {_sentence(random)}\n" for _ in range(5)) + "\n"


def _steps(random: Random) -> str:
    return "".join(f"{n}. {_sentences(random, 2)}\n" for n in range(1, 4)) + "\n"


def _quote(random: Random) -> str:
    return f"> {_sentences(random, 2)}\n\n"


def _code(random: Random) -> str:
    noun = random.choice(_NOUNS)
    lines = "".join(
        f"    {random.choice(_NOUNS)} = {noun}.{random.choice(_VERBS)}({random.randrange(99)})\n"
        for _ in range(6)
    )
    return f"```python\ndef measure_{noun}({noun}):\n{lines}    return {noun}\n```\n\n"


def _table(random: Random) -> str:
    rows = "".join(
        f"| {noun} | {random.choice(_ADJECTIVES)} | {random.randrange(100)} |\n"
        for noun in random.sample(_NOUNS, 4)
    )
    return f"| thing | look | count |\n|---|---|--:|\n{rows}\n"
