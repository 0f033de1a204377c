"""Thoughts that stand in an answer's text, taken out where it begins with them."""

from typing import Final

TAGS: Final = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",
}
"""How thoughts begin and end: those of Qwen and DeepSeek, of some fine-tunes, and of Gemini."""


class InlineThoughts:
    """Splits a text that begins with `<think>`, up to `</think>`, into thoughts and answer.

    Tags further inside are text: somebody may have asked about them.
    """

    def __init__(self, closing_tag: str = "") -> None:
        """Makes the splitter of an answer that has not begun.

        Args:
            closing_tag: of thoughts that the prompt has opened already; empty for none.
        """
        self._held = ""
        self._closing_tag = closing_tag
        self._is_at_start = not closing_tag
        self._is_at_margin = bool(closing_tag)

    def split(self, text: str, *, is_last: bool = False) -> tuple[str, str]:
        """Returns the text and the thoughts that are certain now; half a tag is held back."""
        self._held += text
        if self._is_at_start:
            self._look_for_the_tag(is_last=is_last)
        thoughts = self._take_thoughts(is_last=is_last) if self._closing_tag else ""
        if self._is_at_start or self._closing_tag:
            return "", thoughts
        return self._take_all(), thoughts

    def _look_for_the_tag(self, *, is_last: bool) -> None:
        start = self._held.lstrip()
        if not is_last and any(tag.startswith(start) for tag in TAGS):
            return
        self._is_at_start = False
        for tag, closing_tag in TAGS.items():
            if start.startswith(tag):
                self._held = start.removeprefix(tag)
                self._closing_tag = closing_tag
                self._is_at_margin = True

    def _take_thoughts(self, *, is_last: bool) -> str:
        thoughts, tag, text = self._held.partition(self._closing_tag)
        if tag:
            self._held = thoughts.rstrip()
            taken = self._take_all()
            self._held, self._closing_tag, self._is_at_margin = text, "", True
            return taken
        # A tag, or the margin before it, may have begun.
        kept = "" if is_last else _beginning(self._held, self._closing_tag)
        self._held = self._held[: len(self._held) - len(kept)]
        taken = self._take_all()
        self._held = kept
        return taken

    def _take_all(self) -> str:
        """Returns what is held, without the space that separates thoughts and answer."""
        taken, self._held = self._held, ""
        if self._is_at_margin:
            taken = taken.lstrip()
            self._is_at_margin = not taken
        return taken


def _beginning(text: str, tag: str) -> str:
    """Returns the end of the text that may be the beginning of the tag, and space before it."""
    size = next(n for n in range(len(tag), -1, -1) if text.endswith(tag[:n]))
    body = text[: len(text) - size]
    return text[len(body.rstrip()) :]
