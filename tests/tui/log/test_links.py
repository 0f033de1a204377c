"""Links in answers: which can be opened, and where they say that they lead."""

import pytest
from rich.segment import Segment

from seeshell.tui.log.answer_text import AnswerText
from seeshell.tui.log.line import link_of
from seeshell.tui.log.palette import Palette
from seeshell.tui.markdown.links import LONGEST_TARGET, is_openable, target_behind

from .blocks import render_text


def draw(text: str, palette: Palette, width: int = 200) -> list[Segment]:
    return [part for line in render_text(text, width, palette) for part in line.segments]


def shown(segments: list[Segment]) -> str:
    return "".join(segment.text for segment in segments)


def targets(segments: list[Segment]) -> set[str]:
    """Returns what can be opened, which a terminal is told as it is told the app."""
    assert {link_of(it) for it in segments} == {
        (it.style and it.style.link) or "" for it in segments
    }
    return {link_of(it) for it in segments} - {""}


SAID = {
    "the address itself": ("[https://x.org/a](https://x.org/a)", "https://x.org/a"),
    "its host": ("[x.org](https://x.org/)", "x.org"),
    "in capitals": ("[X.org/A](http://x.org/a)", "X.org/A"),
    "in code": ("[`x.org`](https://x.org)", "x.org"),
    "with letters": ("[x.org/Köln](https://x.org/K%C3%B6ln)", "x.org/Köln"),
    "in angle brackets": ("<https://x.org/b_c>", "https://x.org/b_c"),
    "in the text": ("see https://x.org/b_c.", "see https://x.org/b_c."),
    "in brackets": ("(https://x.org)", "(https://x.org)"),
    "with letters in the text": ("https://x.org/Köln!", "https://x.org/Köln!"),
    "an address with a port": ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
    "an image by its address": ("![x.org/i.png](https://x.org/i.png)", "x.org/i.png"),
}

HIDDEN = {
    "another name": ("[a](https://x.org/b)", "a (https://x.org/b)", "https://x.org/b"),
    "another address": (
        "[https://bank.example](https://evil.example)",
        "https://bank.example (https://evil.example)",
        "https://evil.example",
    ),
    "another address in bold": (
        "[**https://bank.example**](https://evil.example)",
        "https://bank.example (https://evil.example)",
        "https://evil.example",
    ),
    "a longer host": (
        "[bank.example](https://bank.example.evil.example)",
        "bank.example (https://bank.example.evil.example)",
        "https://bank.example.evil.example",
    ),
    "a title": ('[a](https://x.org "https://y.org")', "a (https://x.org)", "https://x.org"),
    "no text": ("[](https://x.org)", " (https://x.org)", "https://x.org"),
    "image": (
        "![a cat](https://x.org/c.png)",
        "a cat (https://x.org/c.png)",
        "https://x.org/c.png",
    ),
    "image without words": ("![](https://x.org)", "image (https://x.org)", "https://x.org"),
    "Cyrillic letter": (
        "[apple.com](https://аpple.com/x)",
        "apple.com (https://xn--pple-43d.com/x)",
        "https://xn--pple-43d.com/x",
    ),
    "Cyrillic letter in both": (
        "[https://аpple.com](https://аpple.com)",
        "https://аpple.com (https://xn--pple-43d.com)",
        "https://xn--pple-43d.com",
    ),
    "Cyrillic letter in angle brackets": (
        "<https://аpple.com>",
        "https://аpple.com (https://xn--pple-43d.com)",
        "https://xn--pple-43d.com",
    ),
    "Cyrillic letter in the text": (
        "see https://аpple.com.",
        "see https://аpple.com (https://xn--pple-43d.com).",
        "https://xn--pple-43d.com",
    ),
    "control characters": (
        "[a](<https://x.org/\x1b]8;é>)",
        "a (https://x.org/%1B%5D8;%C3%A9)",
        "https://x.org/%1B%5D8;%C3%A9",
    ),
    "right-to-left override": (
        "[a](https://x.org/&#8238;b)",
        "a (https://x.org/%E2%80%AEb)",
        "https://x.org/%E2%80%AEb",
    ),
}

ONLY_TEXT = {
    "script": ("[a](javascript:alert(1))", "[a](javascript:alert(1))"),
    "script by entity": ("[a](java&#115;cript:alert(1))", "[a](javascript:alert(1))"),
    "file": ("[a](file:///etc/passwd)", "[a](file:///etc/passwd)"),
    "data": ("[a](data:text/html,x)", "[a](data:text/html,x)"),
    "image data": ("![a](data:image/png;base64,AA==)", "a (data:image/png;base64,AA==)"),
    "mail": ("[write](mailto:a@x.org)", "write (mailto:a@x.org)"),
    "mail in angle brackets": ("<a@x.org>", "a@x.org"),
    "other scheme": ("[a](ssh://x)", "a (ssh://x)"),
    "relative": ("[a](x.md)", "a (x.md)"),
    "without a scheme": ("[a](//x.org)", "a (//x.org)"),
    "place in the text": ("[a](#b)", "a"),
    "nothing": ("[a]()", "a"),
    "one slash": ("[a](https:/x.org)", "a (https:/x.org)"),
    "no host": ("[a](https:///x.org)", "a (https:///x.org)"),
    "user's name": ("[a](https://bank.example@x.org)", "a (https://bank.example@x.org)"),
    "user's name in the text": ("https://bank.example@x.org", "https://bank.example@x.org"),
    "user's name by a backslash": (
        "[a](<https://x.org\\\\@bank.example>)",
        "a (https://x.org%5C@bank.example)",
    ),
    "encoded host": ("[a](https://bank%2Eexample)", "a (https://bank%2Eexample)"),
    "reference": ("[a][1]\n[1]: x.md", "[a][1][1]: x.md"),
    "in code": ("`https://x.org`", "https://x.org"),
    "text without spaces": ("请看https://x.org。好的", "请看https://x.org。好的"),
}


@pytest.mark.parametrize(("text", "drawn"), SAID.values(), ids=SAID)
def test_a_target_that_the_text_says_is_not_repeated(
    palette: Palette, text: str, drawn: str
) -> None:
    segments = draw(text, palette)
    assert shown(segments) == drawn
    assert len(targets(segments)) == 1


@pytest.mark.parametrize(("text", "drawn", "target"), HIDDEN.values(), ids=HIDDEN)
def test_a_target_that_the_text_hides_is_shown_behind_it(
    palette: Palette, text: str, drawn: str, target: str
) -> None:
    segments = draw(text, palette)
    assert shown(segments) == drawn
    assert targets(segments) == {target}
    assert target.isascii()
    assert target.isprintable()


@pytest.mark.parametrize(("text", "drawn"), ONLY_TEXT.values(), ids=ONLY_TEXT)
def test_what_is_no_web_address_is_only_text(palette: Palette, text: str, drawn: str) -> None:
    segments = draw(text, palette)
    assert shown(segments) == drawn
    assert targets(segments) == set()


@pytest.mark.parametrize(
    "text",
    [
        "[a][1] and b\n\n[1]: https://x.org",
        "[1]: https://x.org\n\n[a][1] and b",
        "> [1]: https://x.org\n\n- one\n- [a][1] and b",
        "[1]:\n  https://x.org\n  'A title\n  of two lines'\n\n[a][1]",
        "[A]: https://x.org\n\n[a] and b, [a][]",
        "| a |\n|---|\n| [a][1] |\n\n[1]: https://x.org",
        "[a][1]\n\n[1]: https://x.org\n-|-",
        "[a][1]\n\n" + "More.\n\n" * 50 + "[1]: https://x.org",
    ],
)
@pytest.mark.parametrize("size", [1, 1000])
def test_a_link_finds_its_definition_wherever_that_stands(
    palette: Palette, text: str, size: int
) -> None:
    answer = AnswerText(200, palette)
    for start in range(0, len(text), size):
        answer.read(text[start : start + size], is_complete=False)
    lines = answer.read("", is_complete=True)
    assert "a (https://x.org)" in "".join(line.text for line in lines)
    assert targets([part for line in lines for part in line.segments]) == {"https://x.org"}
    assert lines == render_text(text, 200, palette)


def test_a_definition_stays_in_sight_with_what_it_leads_to(palette: Palette) -> None:
    segments = draw("[a\n b]: https://x.org 'Its title'", palette)
    assert shown(segments) == '[a b]: https://x.org "Its title"'
    assert targets(segments) == {"https://x.org"}


def test_a_definition_that_is_still_being_written_leads_nowhere_yet(palette: Palette) -> None:
    answer = AnswerText(200, palette)
    lines = answer.read("[a]\n\n[a]: https://x.or", is_complete=False)
    assert lines[0].text == "[a]"


def test_an_image_within_a_link_shows_both_targets(palette: Palette) -> None:
    segments = draw("[![a](https://x.org/i)](https://y.org)", palette)
    assert shown(segments) == "a (https://x.org/i) (https://y.org)"


def test_a_target_in_a_table_is_shown(palette: Palette) -> None:
    segments = draw("| a |\n|---|\n| [b](https://x.org) |", palette)
    assert "b (https://x.org)" in shown(segments)


def test_of_a_long_target_the_host_is_shown() -> None:
    href = "https://evil.example/" + "x" * 1000
    target = target_behind(href, "a")
    assert target.startswith("https://evil.example/x")
    assert (len(target), target[-1]) == (LONGEST_TARGET, "…")
    assert is_openable(href)


def test_a_joiner_goes_with_a_word_whose_start_is_bold(palette: Palette) -> None:
    text = "**کتاب**\u200cها"
    assert shown(draw(text, palette)) == "کتاب\u200cها"
    assert shown(draw("**book**\u200cs", palette)) == "book<200c>s"


@pytest.mark.parametrize("rest", ["", "/", "/path/" + "c" * 300, "?query", "#part"], ids=len)
@pytest.mark.parametrize(
    "before",
    ["a." * 60, "good.example:1@" + "a" * 120 + ".", "x" * 2000 + "."],
    ids=["labels", "user", "one label"],
)
def test_a_long_host_keeps_its_end(before: str, rest: str) -> None:
    target = target_behind(f"https://www.bank.example.{before}evil.example{rest}", "a")
    assert target.startswith("https://www.bank.exa…")
    assert target.endswith("evil.example…")
    assert len(target) == LONGEST_TARGET
