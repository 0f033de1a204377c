"""A checkpoint that is asked questions, and a conversation with it."""

import random
from pathlib import Path
from typing import Any, Final

import mlx.core as mx
import mlx_vlm
from PIL import Image

from training.dialogues import Dialogue, Turn
from training.prompts import draw_picture

_LONG_SIDES: Final = (*((50, 1600),) * 7, (1600, 4000))
_MOST_TOKENS: Final = 450
_THOUGHTS_END: Final = "\n</think>\n\n"


class Subject:
    """The checkpoint, loaded as any other model would be."""

    def __init__(self, folder: Path) -> None:
        if not mx.metal.is_available():
            mx.disable_compile()
        self.model, self.processor = mlx_vlm.load(str(folder))
        if not mx.metal.is_available():
            self.model.set_dtype(mx.float32)

    def reply(
        self, messages: list[dict[str, Any]], pictures: list[Image.Image], *, is_thinking: bool
    ) -> str:
        """The greedy answer to a conversation, with its thoughts."""
        prompt = self.processor.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=True, enable_thinking=is_thinking
        )
        parts = mlx_vlm.stream_generate(
            self.model,
            self.processor,
            prompt,
            image=pictures or None,
            max_tokens=_MOST_TOKENS,
            temperature=0.0,
        )
        return "".join(part.text for part in parts)


class Conversation:
    """A conversation whose history holds the model's own answers."""

    def __init__(self, subject: Subject, dialogue: Dialogue, rng: random.Random) -> None:
        self._subject = subject
        self._rng = rng
        self._is_thinking = dialogue.is_thinking
        self._pictures: list[Image.Image] = []
        self._messages: list[dict[str, Any]] = []
        if dialogue.system_prompt:
            self._messages.append({"role": "system", "content": dialogue.system_prompt})

    def ask(self, turn: Turn) -> tuple[str, str]:
        """The thoughts and the answer to the next turn."""
        self._pictures += [
            draw_picture(shown, self._rng, self._rng.choice(_LONG_SIDES)) for shown in turn.pictures
        ]
        marks = [{"type": "image"}] * len(turn.pictures)
        words = [{"type": "text", "text": turn.question}]
        content = marks + words if turn.are_pictures_first else words + marks
        self._messages.append({"role": "user", "content": content})
        reply = self._subject.reply(self._messages, self._pictures, is_thinking=self._is_thinking)
        if not self._is_thinking:
            self._messages.append({"role": "assistant", "content": reply})
            return "", reply
        thoughts, _, answer = reply.partition(_THOUGHTS_END)
        self._messages.append(
            {"role": "assistant", "content": answer, "reasoning_content": thoughts}
        )
        return thoughts, answer
