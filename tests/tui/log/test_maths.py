"""Maths is shown as it was written, and prices stay prices."""

import pytest

from seeshell.tui.log.answer_text import AnswerText
from seeshell.tui.log.palette import Palette
from seeshell.tui.markdown.maths import LONGEST

from .blocks import render_text


def shown(text: str, palette: Palette) -> str:
    return "\n".join(line.text.rstrip() for line in render_text(text, 200, palette))


@pytest.mark.parametrize(
    "text",
    [
        r"\( a_1 * b_2 * c_3 \)",
        r"\(\{x \mid x_i > 0\}\)",
        r"\[ \sum_{i} \_ x^*_i \]",
        r"$a_1$ and $\frac{a}{b}$, $x*y*z$",
        r"$$ \int_0^1 f^*(x) \, dx $$",
        "$$\na_1\n+ b_2\n- c\n= d\n$$",
        "\\[\n\\begin{aligned}\n  a &= b \\\\\n  # &< c\n\\end{aligned}\n\\].",
        r"$a\$_b\$_c$",
        r"\(a \\) b_1\)",
        r"so $$x_1 * y * z$$ holds",
        r"$[a](https://x.org)$ and $`$",
        r"$&amp;$ $<b>$",
        r"你好$x_i*y_i*z$。",
        r"$\\$",
    ],
)
@pytest.mark.parametrize("around", ["{}", "Then {} ends.", "- {}", "> {}", "1. - {}", "# {}"])
def test_nothing_within_maths_is_markdown(palette: Palette, text: str, around: str) -> None:
    if "\n" in text and around in ("Then {} ends.", "# {}"):
        return
    margin = "".join(" " if mark != ">" else mark for mark in around.partition("{")[0])
    lines = render_text(around.format(text.replace("\n", f"\n{margin}")), 200, palette)
    drawn = [line.text.strip() for line in lines]
    for written in text.split("\n"):
        assert any(written.strip() in line for line in drawn)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("$5 to *$6*", "$5 to $6"),
        ("from $1,000 and *up* to $2,000", "from $1,000 and up to $2,000"),
        ("$20-$30, _or_ $40", "$20-$30, or $40"),
        ("*US$5* and A$6", "US$5 and A$6"),
        ("$ *a* $", "$ a $"),
        ("a $ *b* $5 c", "a $ b $5 c"),
        (r"\$x *a*\$", "$x a$"),
        ("`$HOME` and *`$PATH`*", "$HOME and $PATH"),
        ("$HOME *and* $PATH", "$HOME and $PATH"),
        ("$$ - *moderate*\n\n$$$ - *expensive*", "$$ - moderate\n\n$$$ - expensive"),
        ("$$\n- *a*\n\n$$", "$$\n• a\n\n$$"),
        (r"\\(*a*\\)", r"\(a\)"),
        (r"\(*a*", "(a"),
        (r"\[*a*", "[a"),
    ],
)
def test_prices_and_escapes_are_text_as_before(palette: Palette, text: str, drawn: str) -> None:
    assert shown(text, palette) == drawn


def test_maths_is_not_looked_for_without_end(palette: Palette) -> None:
    assert shown(f"\\( *a* {'x ' * LONGEST} \\)", palette).startswith("( a ")
    rows = "- *a* b\n" * (LONGEST // 8 + 1)
    assert shown(f"$$\n{rows}$$", palette).startswith("$$\n• a b\n")


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    "text",
    [
        "Text\n$$\na_1\n- b_2\n\nc*d*\n$$",
        "Text\n$$\na_1\n- b_2\n$$\nmore",
        "- a\n- b\n\\[\n- c\n\\]\nd",
        "> $$\n> a\n- b\n$$",
    ],
)
def test_maths_that_streams_in_ends_as_if_it_had_come_at_once(
    palette: Palette, text: str, size: int
) -> None:
    answer = AnswerText(60, palette)
    for start in range(0, len(text), size):
        answer.read(text[start : start + size], is_complete=False)
    assert answer.read("", is_complete=True) == render_text(text, 60, palette)


def test_maths_is_copied_and_shown_as_written_while_its_end_is_awaited(palette: Palette) -> None:
    answer = AnswerText(60, palette)
    lines = answer.read("$$\na_1 *b*\n- c_2 ", is_complete=False)
    assert [line.text.rstrip() for line in lines] == ["$$", "a_1 *b*", "- c_2"]
