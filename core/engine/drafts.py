"""What was computed ahead for questions that are still being typed.

A draft's KV grows on the conversation's own branch, so that the turn finds it there. Should the
draft change, the branch is cut back to what the turns before it computed.
"""

import weakref
from collections.abc import Sequence
from typing import NamedTuple

from .kv.branch import Branch
from .kv.pool import KvPool
from .kv.prefix import ImageSpan, TokenRun, common_length, first_part
from .vision import Pictures


class _Draft(NamedTuple):
    """A draft and where its KV is."""

    run: TokenRun
    branch: weakref.ref[Branch]
    """The pool may have dropped it."""
    base: int
    """Tokens of the branch that were there before the draft."""


class Drafts:
    """The newest draft of each conversation; 0 is the one that does not exist yet."""

    def __init__(self, pool: KvPool, pictures: Pictures) -> None:
        self._pool = pool
        self._pictures = pictures
        self._drafts: dict[int, _Draft] = {}

    def record(self, conversation: int, run: TokenRun, branch: Branch, base: int) -> None:
        """Remembers a draft that is about to be computed on a branch with `base` tokens."""
        before = self._drafts.get(conversation)
        if before is not None and before.branch() is branch:
            base = min(base, before.base)
        self._drafts[conversation] = _Draft(run, weakref.ref(branch), base)
        branch.draft_start = base

    def replace(self, conversation: int, run: TokenRun) -> None:
        """Frees what the conversation's draft before computed and `run` has no use for."""
        draft = self._drafts.get(conversation)
        if draft is None:
            return
        shared = common_length(draft.run, run)
        if shared == len(draft.run):
            return
        base = max(shared, draft.base)
        branch = draft.branch()
        if branch is not None:
            self._pool.truncate(branch, base)
        rest = first_part(draft.run, shared)
        self._drafts[conversation] = draft._replace(run=rest)
        self._free_features(draft.run.spans, but=run.spans)

    def commit(self, conversation: int, prompt: TokenRun) -> None:
        """Gives a turn what its draft computed; what stands no longer in its prompt is freed."""
        for owner in {0, conversation}:
            draft = self._drafts.get(owner)
            if draft is not None and common_length(draft.run, prompt) == len(draft.run):
                del self._drafts[owner]
        self._pictures.mark_used(span.sha256 for span in prompt.spans)
        if conversation:
            self.replace(conversation, prompt)
            self._drafts.pop(conversation, None)

    def drop_all(self) -> None:
        """Frees whatever no turn has used."""
        for conversation in list(self._drafts):
            self.drop(conversation)

    def keep_only(self, conversations: frozenset[int]) -> None:
        """Frees what was computed for the drafts of all other conversations."""
        for conversation in self._drafts.keys() - conversations - {0}:
            self.drop(conversation)

    def drop(self, conversation: int) -> None:
        """Frees what was computed for the conversation's draft."""
        self.replace(conversation, TokenRun([]))
        self._drafts.pop(conversation, None)

    def _free_features(self, spans: Sequence[ImageSpan], but: Sequence[ImageSpan]) -> None:
        used = {span.sha256 for draft in self._drafts.values() for span in draft.run.spans}
        used |= {span.sha256 for span in but}
        for span in spans:
            if span.sha256 not in used:
                self._pictures.drop(span.sha256)
