"""Turns an answer's tokens into thoughts and text as they come, by mlx-vlm's own detokenizers."""

from typing import Any, NamedTuple

from ..inline_thoughts import TAGS, InlineThoughts
from ..mlx_vlm_names import ServerTokenStreamer, make_streaming_detokenizer


class AnswerDelta(NamedTuple):
    """What tokens have added to an answer."""

    text: str
    thoughts: str


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
        named = {processor.tokenizer.convert_tokens_to_ids(tag) for tag in tags}
        self.silent: frozenset[int] = frozenset(processor.tokenizer.all_special_ids) - named
        """Tokens that stand for no text."""
        self._thoughts = InlineThoughts(closing_tag)
        self.ends: frozenset[int] = frozenset(processor.tokenizer.stopping_criteria.eos_token_ids)
        """Tokens with which the model says that its answer is complete."""

    def add(self, token: int) -> AnswerDelta:
        """Returns what the token adds; nothing in the middle of a character or of a tag."""
        if token in self.silent:
            return AnswerDelta("", "")
        return AnswerDelta(*self._thoughts.split(self._streamer.advance(token, None)))

    def end(self) -> AnswerDelta:
        """Returns what was held back as the possible beginning of a tag, once no token follows."""
        return AnswerDelta(*self._thoughts.split("", is_last=True))
