"""What is known of decoding ahead with a loaded model; outlives its answers."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..kv.branch import Branch
from ..kv.prefix import TokenRun, common_length
from .answer_text import AnswerText
from .gain import Gain
from .prompt_lookup import MOST_MATCHED, PromptLookup
from .proposer import Proposer
from .row_check import RowCheck


class DecodingAhead:
    """Whether several tokens can be computed in one pass, and whether that gains anything."""

    def __init__(self) -> None:
        self.check = RowCheck()
        self.gain = Gain()
        self.is_allowed = True
        """Whether anything is proposed at all."""

    def start(
        self, branch: Branch, earlier: Sequence[TokenRun], text: AnswerText
    ) -> Proposer | None:
        """Returns what proposes an answer's tokens; None where there must be one after the other.

        Args:
            branch: holds the prompt.
            earlier: runs of the same conversation, the newest last.
            text: of the answer.
        """
        # A token that is not accepted has to be taken out of the KV again.
        if not (self.is_allowed and branch.layout.is_trimmable):
            return None
        lookup = PromptLookup(_other_versions(earlier, branch.run), branch.tokens)
        return Proposer(lookup, self.gain, text.ends, text.silent)


def _other_versions(runs: Sequence[TokenRun], prompt: TokenRun) -> Iterator[Sequence[int]]:
    """Yields what of each run the prompt does not hold, and a little before that."""
    prompt = replace(prompt, tokens=array("i", prompt.tokens))
    for run in runs:
        # As texts: under another variant their KV differs, and their tokens do not.
        shared = common_length(replace(run, variant=""), prompt)
        if shared < len(run):
            yield run.tokens[max(0, shared - MOST_MATCHED) :]
