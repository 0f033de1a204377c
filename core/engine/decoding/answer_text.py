"""Turns an answer's tokens into thoughts and text as they come, by mlx-vlm's own detokenizers."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from ...boxes import carries_boxes
from ..inline_thoughts import TAGS, InlineThoughts
from ..mlx_vlm_names import ServerTokenStreamer, make_streaming_detokenizer


class AnswerDelta(NamedTuple):
    """What tokens have added to an answer."""

    text: str
    thoughts: str


def join(deltas: Iterable[AnswerDelta]) -> AnswerDelta:
    """Returns what several deltas have added together."""
    deltas = list(deltas)
    return AnswerDelta("".join(it.text for it in deltas), "".join(it.thoughts for it in deltas))


class AnswerText:
    """The text of one answer, and the thoughts before it."""

    def __init__(self, processor: Any, closing_tag: str = "") -> None:
        """Makes the text of an answer that has not begun.

        Args:
            processor: of the checkpoint.
            closing_tag: of thoughts that the prompt has opened already; empty for none.
        """
        detokenizer = make_streaming_detokenizer(processor)
        self._streamer = ServerTokenStreamer(processor.tokenizer, detokenizer)
        tags = (*TAGS, *TAGS.values())
        special = processor.tokenizer.all_special_ids
        tokens = processor.tokenizer.convert_ids_to_tokens(special)
        self.silent: frozenset[int] = frozenset(
            number
            for number, token in zip(special, tokens, strict=True)
            if token not in tags and not carries_boxes(token)
        )
        """Tokens that stand for no text."""
        self._thoughts = InlineThoughts(closing_tag)
        self._untold = [0, 0]
        """Characters of text and of thoughts that are not told."""
        self.ends: frozenset[int] = frozenset(processor.tokenizer.stopping_criteria.eos_token_ids)
        """Tokens with which the model says that its answer is complete."""

    def go_on(self, tokens: Iterable[int], said: AnswerDelta) -> None:
        """Goes on behind what an answer says already, without telling it again.

        Args:
            tokens: of its beginning.
            said: all of it: what these do not spell is going to be said again.
        """
        spelled = join([self.add(token) for token in tokens])
        self._untold = [
            max(0, len(all_of) - len(it)) for all_of, it in zip(said, spelled, strict=True)
        ]

    def add(self, token: int) -> AnswerDelta:
        """Returns what the token adds; nothing in the middle of a character or of a tag."""
        if token in self.silent:
            return AnswerDelta("", "")
        return self._tell(*self._thoughts.split(self._streamer.advance(token, None)))

    def end(self) -> AnswerDelta:
        """Returns what was held back as the possible beginning of a tag, once no token follows."""
        return self._tell(*self._thoughts.split("", is_last=True))

    def cut(self) -> AnswerDelta:
        """Returns what of that is text, once the answer was cut off: it may go on.

        The thoughts' half tag is left out: it is said again then.
        """
        return AnswerDelta(self.end().text, "")

    def _tell(self, text: str, thoughts: str) -> AnswerDelta:
        """Returns what is told of new text and new thoughts."""
        told = AnswerDelta(text[self._untold[0] :], thoughts[self._untold[1] :])
        self._untold[0] -= len(text) - len(told.text)
        self._untold[1] -= len(thoughts) - len(told.thoughts)
        return told
