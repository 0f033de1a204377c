"""Computes an answer's tokens, the next ones while the last are told. Runs on the MLX thread.

A pass of the model computes one token, or several: what is likely to follow goes through it
together with the newest token, and is accepted as far as it is what the model itself chooses there.
So the answer is that of one token after the other. Where chance chooses, too: a token is accepted
with the probability that the model gives it, and else the one that chance chose takes its place.

Source: speculative sampling, https://arxiv.org/abs/2302.01318, with proposals that are certain of
themselves: accepting a token that is drawn as always if it is the proposed one is the same then.
"""

import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from typing import Any, Final, NamedTuple

import mlx.core as mx

from ..kv.branch import Branch
from ..resident import ResidentModel
from .chooser import Chooser
from .proposer import Proposer
from .row_check import PASS_ROWS, Computed

_CACHE_CLEARING_PASSES: Final = 256
"""Freed buffers go back to the system this often in an answer, as in mlx-vlm."""


class Decoded(NamedTuple):
    """A token of an answer."""

    token: int
    is_copied: bool = False
    """Whether it was proposed and accepted."""


class Decoder:
    """The tokens of one answer."""

    def __init__(
        self,
        resident: ResidentModel,
        branch: Branch,
        chooser: Chooser,
        limit: int,
        make_proposer: Callable[[], Proposer | None],
    ) -> None:
        """Makes the decoder of an answer that has not begun.

        Args:
            resident: the model.
            branch: holds the prompt, and then what of the answer has been computed.
            chooser: chooses the tokens.
            limit: most tokens of the answer.
            make_proposer: returns what proposes tokens, None for nothing; asked once the first
                token is told.
        """
        self._family = resident.family
        self._pool = resident.pool
        self._check = resident.ahead.check
        self._branch = branch
        self._chooser = chooser
        self._limit = limit
        self._make_proposer = make_proposer
        self._proposer: Proposer | None = None
        self._start = len(branch.tokens)
        self._offset = self._family.next_position(branch.spans, self._start) - self._start
        """Of positions from places in the branch."""
        self._newest: Any = None
        """The token that the next pass begins with, shape (1,)."""
        self._value: int | None = None
        """The same; None while it is being computed."""
        self._known_at = 0.0
        """`time.perf_counter()` when the newest token known became so."""
        self._untold: list[Decoded] = []
        """Tokens known that have not been yielded."""
        self._alone: deque[Any] = deque(maxlen=max(PASS_ROWS))
        """Logits after the branch's last tokens, as long as these are wanted for the check."""
        self._is_repeated = False
        """Whether the newest token has to go through a pass of its own."""
        self.is_memory_full = False
        """Whether the answer ended because its KV fills the memory."""
        self.passes = 0
        """Passes of the model that the tokens after the first came from."""

    def tokens(self, logits: Any) -> Generator[Decoded]:
        """Yields the answer's tokens, without end as far as the limit and the memory allow.

        The first is yielded at once, with nothing after it begun. A token that has been yielded
        stands in the branch, except the first until the next one is asked for, and the last of a
        full answer. Once this is closed, the branch holds nothing else.

        Args:
            logits: after the prompt, shape (1, vocabulary).
        """
        told = 0
        try:
            for decoded in self._decode(logits):
                told += 1
                yield decoded
        finally:
            if len(self._branch.tokens) > self._start + told:
                self._branch.trim(self._start + told)

    def _decode(self, logits: Any) -> Generator[Decoded]:
        self._newest = self._chooser.choose(logits)
        first = self._wait()
        yield from self._tell()
        self._proposer = self._make_proposer()
        if self._proposer:
            self._proposer.extend(first)
        self._known_at = time.perf_counter()
        while self._has_room():
            self._chooser.take(self._newest)
            proposal = self._propose()
            yield from self._leap(proposal) if proposal else self._step()
        self._wait()
        yield from self._tell()

    def _step(self) -> Generator[Decoded]:
        """Computes what follows the newest token."""
        logits = self._family.step(self._newest, self._position, self._branch.layers)
        if self._proposer and not self._check.is_done:
            self._alone.append(logits)
        following = self._chooser.choose(logits)
        mx.async_eval(following)  # type: ignore[no-untyped-call]
        self._branch.extend([self._wait()])
        yield from self._tell()
        self._newest, self._value = following, None

    def _leap(self, proposal: Sequence[int]) -> Generator[Decoded]:
        """Computes what follows the newest token, and what follows each of the proposed ones."""
        held, rows = len(self._branch.tokens), [self._wait(), *proposal]
        logits = self._family.steps(rows, self._position, self._branch.layers)
        choices = self._chooser.choose_each(logits[0], proposal)
        mx.async_eval(*choices)  # type: ignore[no-untyped-call]
        self._branch.extend(rows)
        yield from self._tell()
        count, follower = choices.agreed(proposal, self._check.margin(len(rows)))
        self._note_pass(len(rows))
        self._branch.trim(held + 1 + count)
        for token in proposal[:count]:
            self._chooser.take(mx.array([token]))
            self._add(token, is_copied=True)
        yield from self._tell()
        if follower is None:
            self._repeat()
        else:
            self._newest = mx.array([follower])
            self._add(follower)

    def _repeat(self) -> None:
        """Has the last token computed again, alone: among others it left open what follows."""
        token = self._branch.tokens[-1]
        self._branch.trim(len(self._branch.tokens) - 1)
        self._chooser.go_back(1)
        self._newest, self._value = mx.array([token]), token
        self._is_repeated = True

    def _propose(self) -> Sequence[int]:
        """Returns what goes through the next pass behind the newest token; nothing for no more."""
        proposer, sizes = self._proposer, self._check.rows
        self._is_repeated, is_repeated = False, self._is_repeated
        most = self._limit - (len(self._branch.tokens) - self._start) - 2
        if proposer is None or is_repeated:
            return ()
        if self._value is None:
            if not proposer.is_promising(most, sizes):
                return ()
            self._wait()
        proposal = proposer.propose(most, sizes)
        if proposal and not self._check.is_done:
            self._run_check()
            return ()
        proposal = _shorten(self._chooser.fit(proposal), sizes)
        length = len(self._branch.tokens) + 1 + len(proposal)
        return proposal if self._pool.reserve(self._branch, length) else ()

    def _run_check(self) -> None:
        """Tries passes of several rows, once the answer has enough tokens to compare."""
        rows = max(PASS_ROWS)
        if len(self._alone) == rows:
            computed = Computed(self._branch.tokens[-rows:], self._position - rows, [*self._alone])
            self._check.run(self._family, computed, self._branch)
            self._alone.clear()
            self._known_at = time.perf_counter()

    def _has_room(self) -> bool:
        """Whether one more token can be computed: within the limit, and as the memory allows."""
        held = len(self._branch.tokens)
        if held - self._start + 1 >= self._limit:
            return False
        self.is_memory_full = not self._pool.reserve(self._branch, held + 1)
        return not self.is_memory_full

    def _wait(self) -> int:
        """Returns the newest token's value, once it is computed."""
        if self._value is None:
            value = int(self._newest.item())
            if self._known_at:
                self._note_pass(1)
            self._add(value)
            return value
        return self._value

    def _add(self, token: int, *, is_copied: bool = False) -> None:
        """Notes a token that has become known, the newest so far."""
        self._value = token
        self._untold.append(Decoded(token, is_copied))
        if self._proposer:
            self._proposer.extend(token)

    def _tell(self) -> Generator[Decoded]:
        """Yields the tokens that became known since the last time."""
        known, self._untold = self._untold, []
        yield from known

    def _note_pass(self, rows: int) -> None:
        """Notes that a pass of `rows` rows has ended."""
        now = time.perf_counter()
        if self._proposer:
            self._proposer.gain.note_pass(rows, now - self._known_at)
        self._known_at = now
        if self.passes % _CACHE_CLEARING_PASSES == 0:
            mx.clear_cache()
        self.passes += 1

    @property
    def _position(self) -> int:
        """Of the newest token."""
        return len(self._branch.tokens) + self._offset


def _shorten(proposal: Sequence[int], sizes: Sequence[int]) -> Sequence[int]:
    """Returns as much of a proposal as fills a pass of one of the sizes, the newest token beside.

    Rules may leave a part of it that fills none.
    """
    rows = max((size for size in sizes if size <= 1 + len(proposal)), default=1)
    return proposal[: rows - 1]
