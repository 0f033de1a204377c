"""Text that would keep a parser busy for hours is given up and shown as it was written."""

import asyncio
import gc
import re
import signal
import sys
import time
from collections.abc import Callable
from random import Random

import pytest
from rich.style import Style

from seeshell.tui.log import bounded
from seeshell.tui.log.answer_text import AnswerText
from seeshell.tui.log.bounded import render_as_written, render_bounded
from seeshell.tui.log.lexers import LEXERS, Lexers
from seeshell.tui.log.markdown import Block
from seeshell.tui.log.palette import Palette
from seeshell.tui.markdown.grammar import GRAMMAR
from seeshell.tui.markdown.patience import MOST_SECONDS, GaveUp, Patience
from tests.fuzz.lexers import PALETTE, code_block, hostile_lines

from ...patience import PATIENCE
from .log_app import LogApp, answer, log_of, screen_lines, until

pytestmark = pytest.mark.alone

ENDLESS = '"' + "\\" * 200
"""Keeps the lexers of a dozen languages busy for longer than anyone lives."""

EXAMPLES = {
    "scala": ENDLESS,
    "fish": ENDLESS,
    "rego": ENDLESS,
    "tcsh": ENDLESS,
    "systemd": '"' + "\\" * 7900,
    "usd": "${" * 3950,
    "powershell": "*" * 7900,
}


def backtrack() -> object:
    return re.match(r"(a+)+$", "a" * 60 + "b")


def loop() -> object:
    while True:
        pass


def swallow() -> object:
    """Takes every error for one of its own, as a parser may."""
    while True:
        try:
            backtrack()
        except Exception:  # noqa: BLE001
            continue


def lose_it_in_a_destructor() -> object:
    class Gone:
        def __del__(self) -> None:
            loop_until = time.process_time() + 2 * MOST_SECONDS
            while time.process_time() < loop_until:
                pass

    Gone()
    return loop()


@pytest.fixture(autouse=True)
def _fresh_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "_PATIENCE", Patience())


async def load(*languages: str) -> None:
    for language in languages:
        LEXERS.find(language)
    await LEXERS.wait()


@pytest.mark.parametrize("read", [backtrack, loop, swallow])
def test_what_takes_too_long_is_given_up(read: Callable[[], object]) -> None:
    start = time.process_time()
    with pytest.raises(GaveUp):
        Patience().run(read)
    assert time.process_time() - start < 10 * MOST_SECONDS


def test_it_is_given_up_although_a_destructor_swallowed_that() -> None:
    with pytest.raises(GaveUp):
        Patience().run(lose_it_in_a_destructor)
    assert gc.isenabled()


def test_the_time_that_collecting_garbage_takes_is_not_its_own() -> None:
    def collect_slowly(phase: str, _: object) -> None:
        until = time.process_time() + (2 * MOST_SECONDS if phase == "stop" else 0)
        while time.process_time() < until:
            pass

    complaints: list[object] = []
    complain, sys.unraisablehook = sys.unraisablehook, complaints.append
    thresholds = gc.get_threshold()
    gc.callbacks.append(collect_slowly)
    try:
        gc.set_threshold(1)
        results = [Patience().run(lambda: "read") for _ in range(20)]
    finally:
        gc.set_threshold(*thresholds)
        gc.callbacks.remove(collect_slowly)
        sys.unraisablehook = complain
    assert results == ["read"] * 20
    assert not complaints


def test_many_such_pieces_do_not_add_up() -> None:
    patience = Patience()
    start = time.process_time()
    for _ in range(40):
        with pytest.raises(GaveUp):
            patience.run(loop)
    # A timer of the system may be as coarse as 4 ms, or 10.
    assert time.process_time() - start < 40 * 0.011 + 10 * MOST_SECONDS
    for _ in range(10):
        assert patience.run(lambda: "calm") == "calm"
    assert patience._seconds == MOST_SECONDS


def test_a_signal_that_comes_late_does_nothing() -> None:
    Patience().run(lambda: None)
    signal.raise_signal(signal.SIGVTALRM)


def test_an_error_of_the_parser_passes() -> None:
    with pytest.raises(ZeroDivisionError):
        Patience().run(lambda: 1 // 0)


@pytest.mark.parametrize("language", EXAMPLES)
async def test_hostile_code_is_drawn_without_colours(language: str, palette: Palette) -> None:
    await load(language)
    start = time.process_time()
    lines = render_bounded(code_block(language, EXAMPLES[language]), 60, palette, {})
    assert time.process_time() - start < 10 * MOST_SECONDS
    assert "".join(line.text[1:-1] for line in lines).rstrip() == EXAMPLES[language]
    styles = {segment.style for line in lines for segment in line.segments[1:]}
    assert styles == {palette.code_block}


async def test_a_line_that_one_regular_expression_would_read_too_often_has_no_colours(
    palette: Palette,
) -> None:
    await load("rebol", "python")
    for language, letters, is_coloured in (
        ("rebol", 1_990, True),
        ("rebol", 7_900, False),
        ("python", 2_010, False),
    ):
        code = f'"{"Z" * (letters - 2)}"'
        lines = render_bounded(code_block(language, code), 60, palette, {})
        styles = {segment.style for line in lines for segment in line.segments[1:]}
        assert (styles != {palette.code_block}) == is_coloured, (language, letters)


async def test_any_line_in_any_language_is_drawn_in_time(palette: Palette) -> None:
    languages = ["scala", "html+jinja", "markdown", "python", "perl", "tex", "php", "bash"]
    await load(*languages)
    lines = hostile_lines(Random(8))
    for language in languages:
        for _ in range(5):
            text = next(lines)
            start = time.process_time()
            render_bounded(code_block(language, text), 60, palette, {})
            assert time.process_time() - start < 10 * MOST_SECONDS, (language, text)


def test_a_long_fence_is_soon_searched_for_its_language() -> None:
    fence = "`" * 8000
    start = time.process_time()
    render_bounded(Block(f"{fence}python\n{fence[1:]}\n{fence}"), 100, PALETTE, {})
    # It took 1.4 s while each of the marks was tried as the fence's first.
    assert time.process_time() - start < 0.5


def test_text_that_can_not_be_read_in_time_is_shown_as_it_was_written(
    palette: Palette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "render_block", lambda *_: loop())
    block = Block("+ \n*a* あ" + "b" * 30, continued=1, has_gap=True)
    lines = render_bounded(block, 10, palette, {})
    assert [line.text for line in lines] == ["", "*a* あ", *["b" * 5] * 6]
    assert {segment.style for line in lines for segment in line.segments} == {palette.base}


def test_text_that_can_not_be_cut_in_time_is_shown_as_it_was_written(
    palette: Palette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GRAMMAR, "read_blocks", lambda *_, **__: loop())
    answer_text = AnswerText(60, palette)
    lines = answer_text.read("*a*\n\n- b\n", is_complete=False)
    monkeypatch.undo()
    lines = answer_text.read("*c*\n\nd", is_complete=True)
    assert [line.text for line in lines] == ["*a*", "", "- b", "c", "", "d"]


@pytest.mark.parametrize("text", ["", "a", "a" * 11, "あ" * 11, "あ" * 5, "é" * 10, "a\n\nb"])
@pytest.mark.parametrize("width", [1, 2, 10])
def test_as_written_every_line_fits_and_is_copied_as_it_was(
    text: str, width: int, palette: Palette
) -> None:
    lines = render_as_written(Block(text), width, palette)
    if width > 1:
        assert all(line.cells <= width for line in lines)
    copied = "".join(line.joint + line.text for line in lines)
    assert copied.removeprefix("\n") == text


async def test_code_is_coloured_once_its_lexer_is_loaded() -> None:
    app = LogApp([answer(2, "```zephir\nlet a = 1;\n```")])
    async with app.run_test(size=(40, 10)) as pilot:
        log = log_of(pilot)
        await until(pilot, lambda: LEXERS.find("zephir") is not None)
        await until(pilot, lambda: not LEXERS.is_loading)
        await until(pilot, lambda: len(_styles_of(log, "let")) > 0)
        assert "let a = 1;" in " ".join(screen_lines(log))


def _styles_of(log, text: str) -> list[Style]:  # noqa: ANN001
    segments = [segment for y in range(log.size.height) for segment in log.render_line(y)]
    return [segment.style for segment in segments if segment.text.strip() == text]


async def test_lexers_come_late_without_holding_anything_up() -> None:
    lexers = Lexers()
    names = ["pony", "Squidconf", "c", "no such language", ""]
    start = time.process_time()
    for name in names:
        lexers.expect(name)
    async with asyncio.timeout(PATIENCE):
        await lexers.wait()
    assert [lexers.find(name) is not None for name in names] == [True, True, True, False, False]
    assert lexers.late == 1
    assert not lexers.is_loading
    assert time.process_time() - start < PATIENCE


def test_without_a_thread_code_stays_plain_until_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_thread: object) -> None:
        raise RuntimeError("can't start new thread")

    lexers = Lexers()
    with monkeypatch.context() as patch:
        patch.setattr("seeshell.tui.log.lexers.Thread.start", refuse)
        lexers.expect("python")
        assert lexers.find("python") is None
        assert lexers.is_loading
    asyncio.run(lexers.wait())
    assert lexers.find("python") is not None
