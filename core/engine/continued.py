"""An answer that is continued: the tokens that it has already, and what must be said once more.

The very tokens that the model chose are known while the core runs. Later they are read from the
text. That may end in the middle of a word, whose beginning alone reads in other tokens than the
model would have written: the word is left out of the prompt, and the model says it again first.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from .decoding.answer_text import AnswerDelta, AnswerText, join
from .engine import PromptMessage
from .inline_thoughts import TAGS
from .kv.prefix import TokenRun, common_length

_MOST_REPEATED: Final = 8
"""Tokens that are said again at most where no space shows how the word begins."""

_AFTER_THOUGHTS: Final = "\n\n"
"""What stands between thoughts and text where it is not known."""


class Held(NamedTuple):
    """What a prompt repeats of an answer."""

    tokens: tuple[int, ...] = ()
    """Those behind the prompt of the question."""
    rest: str = ""
    """What the answer says behind these: the model has to say it first, and nobody is told."""

    def behind(self, asked: TokenRun) -> TokenRun:
        """Returns the prompt of the question with the answer's tokens."""
        return replace(asked, tokens=[*asked.tokens, *self.tokens])


class Continued:
    """An answer that was cut off, as it was stored."""

    def __init__(
        self, answer: PromptMessage, processor: Any, closing_tag: str, *, is_document: bool = False
    ) -> None:
        """Finds nothing yet.

        Args:
            answer: its text and its thoughts.
            processor: of the checkpoint.
            closing_tag: of thoughts that the prompt of its question has opened; empty for none.
            is_document: whether it keeps to a JSON schema, which allows no space before it.
        """
        self._margin = "" if is_document else _AFTER_THOUGHTS
        self._answer = answer
        self.said = AnswerDelta(answer.text, answer.thoughts)
        """All of it."""
        self._processor = processor
        self._closing_tag = closing_tag

    def find(
        self,
        asked: TokenRun,
        chosen: Iterable[Sequence[int]],
        build: Callable[[str], TokenRun],
    ) -> Held:
        """Returns what the prompt repeats of the answer.

        Args:
            asked: the prompt of its question.
            chosen: tokens of answers to that, of which one may be this.
            build: returns the prompt of the question and the beginning of an answer.
        """
        for tokens in chosen:
            if self._reads(tokens):
                return Held(tuple(tokens))
        lead, said = self._write()
        whole = build(lead + said)
        if common_length(whole, asked) < len(asked):
            # The answer's first characters make up a token with the prompt's last.
            return Held((), lead + said)
        return self._cut(whole.tokens[len(asked) :], lead, said)

    def _reads(self, tokens: Sequence[int]) -> bool:
        """Whether tokens spell the answer."""
        text = AnswerText(self._processor, self._closing_tag)
        return join([*map(text.add, tokens), text.cut()]) == self.said

    def _write(self) -> tuple[str, str]:
        """Returns the answer as the model writes it: what stands before its last part, and that."""
        closing_tag, lead = self._closing_tag, ""
        if self._answer.thoughts and not closing_tag:
            opening_tag, closing_tag = self._find_tags()
            lead = f"{opening_tag}\n"
        if not self._answer.text:
            return lead, self._answer.thoughts
        if closing_tag:
            lead += f"{self._answer.thoughts}\n{closing_tag}{self._margin}"
        return lead, self._answer.text

    def _find_tags(self) -> tuple[str, str]:
        """Returns how thoughts begin and end that the model opens itself."""
        vocabulary, pairs = self._processor.tokenizer.get_vocab(), list(TAGS.items())
        return next((pair for pair in pairs if pair[0] in vocabulary), pairs[0])

    def _cut(self, tokens: Sequence[int], lead: str, said: str) -> Held:
        """Returns the tokens up to the last word, and that word."""
        found = Held((), lead + said)
        for count in range(len(tokens) - 1, -1, -1):
            spelled = self._processor.tokenizer.decode(
                tokens[:count], clean_up_tokenization_spaces=False
            )
            if len(spelled) < len(lead):
                break
            if (lead + said).startswith(spelled):
                found = Held(tuple(tokens[:count]), (lead + said)[len(spelled) :])
                if found.rest[0].isspace() or len(tokens) - count >= _MOST_REPEATED:
                    break
        return found
