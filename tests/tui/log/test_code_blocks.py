"""Blocks of code in an answer: how they are drawn, numbered and copied."""

import pytest
from rich.segment import Segment

from seeshell.tui.log.answer_text import AnswerText
from seeshell.tui.log.line import NOT_CODE, TEXT_WIDTH, CodeTarget, Line
from seeshell.tui.log.palette import Palette
from seeshell.tui.log.targets import code_of, lines_of, targets_in

from ...messages import answer, question
from .blocks import render_text
from .log_app import PHOTO, LogApp, log_of

LONG = "x = " + "word " * 60 + "世界" * 40
CODE = {
    "two blocks": ("```\na\n```\n```\nb\n```", ["a", "b"]),
    "with empty lines": ("```\na\n\n  b\n\n```", ["a\n\n  b\n"]),
    "wrapped": (f"```\n{LONG}\n{LONG}\n```", [f"{LONG}\n{LONG}"]),
    "in an item": ("1. a\n\n   ```sh\n   b\n     c\n   ```\n2. d", ["b\n  c"]),
    "as an item": ("- ```\n  a\n  b\n  ```", ["a\nb"]),
    "in a quote": ("> ```\n> a\n>  b\n> ```", ["a\n b"]),
    "indented": ("a\n\n    b\n      c", ["b\n  c"]),
    "long": ("```\n" + "a\n\nb\n" * 100 + "```", ["\n".join(["a\n\nb"] * 100)]),
    "long in an item": ("- a\n  ```\n" + "  b\n" * 150 + "  ```", ["\n".join("b" * 150)]),
    "with a link behind it": ("```\na\n```\n[b][c]\n```\nd\n```\n\n[c]: https://x.org", ["a", "d"]),
    "not ended": ("```\na", ["a"]),
}


def codes(lines: list[Line]) -> list[str]:
    blocks = dict.fromkeys(it for it in targets_in(lines) if isinstance(it, CodeTarget))
    return [code_of(block, lines) for block in blocks]


@pytest.mark.parametrize(("text", "code"), CODE.values(), ids=CODE)
@pytest.mark.parametrize("size", [1, 10_000])
def test_each_block_is_copied_as_it_was_written(
    palette: Palette, text: str, code: list[str], size: int
) -> None:
    streamed = AnswerText(60, palette)
    for start in range(0, len(text), size):
        streamed.read(text[start : start + size], is_complete=False)
    lines = streamed.read("", is_complete=True)
    assert codes(lines) == code


def test_wrapped_code_is_marked_at_its_margin(palette: Palette) -> None:
    lines = render_text("```\nabcdefgh\n世界世界\n```", 8, palette)
    assert [line.text for line in lines] == [" abcdef ", "↪gh     ", " 世界世 ", "↪界     "]
    assert lines[1].segments[0] == Segment("↪", palette.comment)


def test_code_may_be_wider_than_text_and_its_ground_ends_with_the_text(palette: Palette) -> None:
    lines = render_text(f"```\n{'x' * 150}\ny\n```\n\n{'z ' * 150}", 180, palette)
    assert [line.cells for line in lines][:2] == [152, TEXT_WIDTH]
    assert max(line.cells for line in lines if line.code == NOT_CODE) == TEXT_WIDTH - 1


def test_links_and_code_are_walked_in_their_order(palette: Palette) -> None:
    text = "[a](https://a.org)\n```\nb\nc\n```\nhttps://d.org"
    lines = render_text(text, 60, palette)
    targets = list(dict.fromkeys(targets_in(lines)))
    assert targets == ["https://a.org", CodeTarget(1), "https://d.org"]
    assert [lines_of(target, lines) for target in targets] == [(0, 0), (1, 2), (3, 3)]


async def test_enter_copies_the_marked_block_and_opens_what_is_no_code() -> None:
    text = "```\none\n```\n\n" + "text\n" * 40 + "\n```\ntwo\n  three\n```\n\nhttps://a.org"
    app = LogApp([question(1, "Go", PHOTO), answer(2, text)])
    async with app.run_test(size=(60, 12)) as pilot:
        log = log_of(pilot)
        await pilot.press("j")
        assert log.render_line(1).text.startswith("█ one")
        await pilot.press("enter")
        assert app.clipboard == "one"
        await pilot.press("right")
        assert [log.render_line(y).text[:5] for y in (10, 11)] == ["█ two", "█   t"]
        await pilot.press("enter")
        assert app.clipboard == "two\n  three"
        assert app.posted == []
        await pilot.press("right", "enter")
        assert app.posted == ["https://a.org"]
