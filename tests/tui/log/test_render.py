import pytest
from rich.segment import Segment
from rich.style import Style

from seeshell.tui.log.lexers import LEXERS
from seeshell.tui.log.line import Line
from seeshell.tui.log.palette import Palette

from .blocks import render_text


def render(text: str, palette: Palette, width: int = 40) -> list[Line]:
    return render_text(text, width, palette)


def texts(text: str, palette: Palette, width: int = 40) -> list[str]:
    return [line.text.rstrip() for line in render(text, palette, width)]


def styles(text: str, palette: Palette) -> dict[str, Style | None]:
    segments: list[Segment] = [part for line in render(text, palette) for part in line.segments]
    return {segment.text: segment.style for segment in segments}


def test_marks_become_styles(palette: Palette) -> None:
    drawn = styles("# Title\n\na *b* **c** ~~d~~ `e`", palette)
    assert drawn["Title"] == palette.title
    assert drawn["b"] == palette.base + Style(italic=True)
    assert drawn["c"] == palette.base + Style(bold=True)
    assert drawn["d"] == palette.base + Style(strike=True)
    assert drawn["e"] == palette.code


def test_paragraphs_wrap_at_words_and_keep_the_models_line_breaks(palette: Palette) -> None:
    assert texts("one two three\nfour", palette, width=9) == ["one two", "three", "four"]


def test_wide_characters_wrap_between_them_but_not_before_closing_marks(palette: Palette) -> None:
    assert texts("你好世界，你好", palette, width=8) == ["你好世", "界，你好"]


def test_words_longer_than_the_line_are_broken(palette: Palette) -> None:
    assert texts("ab " + "x" * 25, palette, width=10) == ["ab", "x" * 10, "x" * 10, "x" * 5]


def test_lists_hang_their_text_and_number_as_written(palette: Palette) -> None:
    text = "- one two three four\n  - nested\n\n9. nine\n10. ten"
    assert texts(text, palette, width=12) == [
        "• one two",
        "  three four",
        "  ◦ nested",
        "",
        "9. nine",
        "10. ten",
    ]


def test_a_list_cut_by_an_empty_line_goes_on_in_its_place(palette: Palette) -> None:
    text = "1. one\n\n   more\n\n   - nested\n\n2. two"
    assert texts(text, palette) == ["1. one", "", "   more", "", "   ◦ nested", "", "2. two"]


def test_quotes_have_a_bar_on_every_line(palette: Palette) -> None:
    text = "> one two six\n> - three"
    assert texts(text, palette, width=12) == ["│ one two", "│ six", "│ • three"]


def test_text_nested_too_deep_for_the_width_is_not_indented_further(palette: Palette) -> None:
    text = "".join(f"{'  ' * depth}- item {depth}\n" for depth in range(9))
    assert [len(line) for line in texts(text, palette, width=14)] == [8, 10, *[12] * 7]


def test_code_fills_its_ground_and_folds_long_lines(palette: Palette) -> None:
    lines = render("```\nabcdefgh\n\nx\n```", palette, width=8)
    assert [line.text for line in lines] == [" abcdef ", "↪gh     ", "        ", " x      "]
    assert [line.joint for line in lines] == ["\n", "", "\n", "\n"]


async def test_code_of_a_known_language_is_coloured(palette: Palette) -> None:
    for language in ("python", "bash"):
        LEXERS.find(language)
    await LEXERS.wait()
    drawn = styles('```python\ndef f(): return "s" # c\n```', palette)
    assert drawn["def"] == palette.keyword
    assert drawn["f"] == palette.name
    assert drawn['"s"'] == palette.string
    assert drawn["# c"] == palette.comment
    assert styles("```bash\nls # c\n```", palette)["# c"] == palette.comment


def test_an_unknown_language_is_plain_code(palette: Palette) -> None:
    assert styles("```nosuchlanguage\nx = 1\n```", palette)["x = 1"] == palette.code_block


def test_a_table_aligns_its_columns(palette: Palette) -> None:
    text = "| name | n |\n|---|--:|\n| 你好 | 12 |\n| b | `3` |"
    assert texts(text, palette) == ["name   n", "────  ──", "你好  12", "b      3"]


def test_a_wide_table_wraps_its_cells(palette: Palette) -> None:
    text = "| a | b |\n|---|---|\n| x | one two three four five |"
    assert texts(text, palette, width=16) == [
        "a  b",
        "─  ─────────────",
        "x  one two three",
        "   four five",
    ]


def test_a_table_with_more_columns_than_fit_becomes_a_list(palette: Palette) -> None:
    text = "| long name | b | c |\n|---|---|---|\n| first value | 2 | 3 |\n| 4 | 5 | 6 |"
    assert texts(text, palette, width=14) == [
        "long name:",
        "  first value",
        "b: 2",
        "c: 3",
        "",
        "long name: 4",
        "b: 5",
        "c: 6",
    ]


def test_a_long_table_keeps_its_columns(palette: Palette) -> None:
    rows = "".join(f"| {n} | {'x' * (n % 7)} |\n" for n in range(100))
    lines = texts("| number | b |\n|---|---|\n" + rows, palette)
    assert len(lines) == 102
    assert {line.find("x") for line in lines} == {-1, len("number") + 2}


@pytest.mark.parametrize("entity", ["&#27;", "&#155;", "&#8238;", "&#9;", "&#13;", "&#x1b;"])
def test_entities_can_not_smuggle_control_characters(palette: Palette, entity: str) -> None:
    (line,) = render(f"a{entity}b", palette)
    assert line.text.isprintable()


def test_html_and_console_markup_are_text(palette: Palette) -> None:
    assert texts("<b>x</b> [red]y[/red] [@click=app.quit]z[/]", palette, width=60) == [
        "<b>x</b> [red]y[/red] [@click=app.quit]z[/]"
    ]
