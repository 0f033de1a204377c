import random

from hypothesis import given, settings
from hypothesis import strategies as st

from seeshell.core.conversation import Message
from seeshell.tui.log.look import Look
from seeshell.tui.log.message_view import MessageView
from seeshell.tui.visible import visible

PIECES = [
    "plain words ", "*a*", "**b**", "`c`", "[l](https://x.org)", "https://y.org/z ", "\n", "\n\n",
    "\n- item ", "\n  - nested ", "\n1. one ", "\n   ", "\n\n   ", "\n> quote ", "\n# Title", "\n---\n",
    "\n```\n", "\n```python\n", "\n   ```\n", "\n- ```\n", "\n~~~", "def f(x):\n    return x\n\n", "\n|a|b|\n|--|:-:|\n",
    "\n- a | b\n---|---\n", "|c|d|\n", "| |\n", "\\|", "  \n", "\\\n", "你好，世界。", "👩‍👩‍👧", "\t", "\r\n", "\x1b[31m", "\u202e", "\x9b5n", "<b>", "&amp;", "&#27;[2J", "&#9;", "&#10;", "&#8238;", "&#155;",
]  # fmt: skip

markdown = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=40).map(
    "".join
)


def answer(text: str = "", **fields: object) -> Message:
    return Message(2, 1, "assistant", text, 0.0, **fields)


def ended(text: str) -> Message:
    return answer(text, finish_reason="stop")


def stream(text: str, cuts: list[int], look: Look) -> MessageView:
    view = MessageView(answer())
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        view.append(text[start:end])
        view.lines(look)
    view.end(ended(text))
    return view


def texts(view: MessageView, look: Look) -> list[str]:
    return [line.text for line in view.lines(look)]


@settings(deadline=None, max_examples=300)
@given(text=markdown, seed=st.integers(0, 2**32))
def test_streamed_text_ends_in_the_same_lines_as_text_shown_at_once(look, text, seed):
    chance = random.Random(seed)
    cuts = sorted(chance.randint(0, len(text)) for _ in range(chance.randint(0, 12)))
    assert stream(text, cuts, look).lines(look) == MessageView(ended(text)).lines(look)


@settings(deadline=None, max_examples=200)
@given(text=markdown, width=st.integers(10, 100))
def test_no_line_is_wider_than_the_log_and_none_carries_a_control_character(palette, text, width):
    for line in MessageView(ended(text)).lines(Look(width, palette)):
        assert line.cells <= width
        assert visible(line.text, keep="") == line.text
