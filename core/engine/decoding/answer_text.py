"""Turns an answer's tokens into text as they come, with mlx-vlm's own detokenizers."""

from typing import Any

from ..mlx_vlm_names import ServerTokenStreamer, make_streaming_detokenizer


class AnswerText:
    """The text of one answer."""

    def __init__(self, processor: Any) -> None:
        detokenizer = make_streaming_detokenizer(processor)
        self._streamer = ServerTokenStreamer(processor.tokenizer, detokenizer)
        self._silent = frozenset(processor.tokenizer.all_special_ids)
        self.ends: frozenset[int] = frozenset(processor.tokenizer.stopping_criteria.eos_token_ids)
        """Tokens with which the model says that its answer is complete."""

    def add(self, token: int) -> str:
        """Returns what the token adds to the text; empty in the middle of a character."""
        if token in self._silent:
            return ""
        text: str = self._streamer.advance(token, None)
        return text
