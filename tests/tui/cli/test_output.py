import io
import json
import re

import pytest

from seeshell.tui.cli.output import Output
from seeshell.tui.visible import visible


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


STEERING = {
    "clear": "\x1b[2J", "title": "\x1b]0;title\x07", "C1 colour": "\x9b31m",
    "backspaces": "\x08\x08",
    "bell": "\x07", "null": "\x00", "delete": "\x7f", "form feed": "\x0c", "C1 next line": "\x85",
    "link": "\x1b]8;;https://evil.example\x1b\\", "clipboard": "\x1b]52;c;YQ==\x07",
    "C1 string": "\x90q\x9c",
}  # fmt: skip
HIDING = {
    "override": "\u202e", "isolate": "\u2066", "mark": "\u200f", "zero width space": "\u200b",
    "word joiner": "\u2060", "byte order mark": "\ufeff", "soft hyphen": "\xad",
    "tags": "\U000e0041\U000e0042", "line separator": "\u2028", "Arabic mark": "\u061c",
}  # fmt: skip
READABLE = {
    "accents": "é ü ǟ", "Japanese": "日本", "Hebrew": "שלום", "emoji": "👩\u200d💻 ❤\ufe0f",
    "Persian": "می\u200cخواهم", "maths": "∑ ≤ −1", "quotes": "“a” — …", "two lines": "a\n\tb",
    "Wales": "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
}  # fmt: skip

controls = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def written_in_pieces(out: io.StringIO, text: str, *, is_raw: bool = False) -> str:
    """Returns what is written of an answer that comes character by character."""
    output = Output(as_json=False, is_raw=is_raw, out=out, err=io.StringIO())
    for char in text:
        output.write(char)
    output.end_line()
    return out.getvalue()


@pytest.mark.parametrize("hidden", (STEERING | HIDING).values(), ids=STEERING | HIDING)
@pytest.mark.parametrize("is_raw", [False, True])
def test_what_steers_or_hides_never_reaches_a_terminal(hidden: str, is_raw: bool) -> None:
    err = Terminal()
    text = f"before{hidden}after\n"
    Output(as_json=False, out=Terminal(), err=err).notice(text[:-1])
    for written in (written_in_pieces(Terminal(), text, is_raw=is_raw), err.getvalue()):
        assert not set(written) & set(
            "\x1b\x07\x08\x9b\x90\x9c\x85\x7f\x0c\x00" + "".join(HIDING.values())
        )
        assert visible(written) == written
        assert re.fullmatch("before.+after\n", written)


@pytest.mark.parametrize("steering", STEERING.values(), ids=STEERING)
def test_a_file_or_pipe_gets_no_control_characters(steering: str) -> None:
    text = f"é{steering}\n\tb\r\n"
    assert written_in_pieces(io.StringIO(), text) == controls.sub("", text)
    err = io.StringIO()
    Output(as_json=False, out=io.StringIO(), err=err).notice(f"a{steering}b")
    assert err.getvalue() == controls.sub("", f"a{steering}b") + "\n"


@pytest.mark.parametrize("hiding", HIDING.values(), ids=HIDING)
def test_a_file_or_pipe_gets_all_other_characters(hiding: str) -> None:
    assert written_in_pieces(io.StringIO(), f"a{hiding}b\n") == f"a{hiding}b\n"


@pytest.mark.parametrize("text", READABLE.values(), ids=READABLE)
@pytest.mark.parametrize("out", [io.StringIO, Terminal])
def test_text_of_any_language_comes_as_it_is(out: type[io.StringIO], text: str) -> None:
    assert written_in_pieces(out(), text) == f"{text}\n"


@pytest.mark.parametrize(
    "text", [*STEERING.values(), *HIDING.values(), "a\r\nb", "no end", "end\n"]
)
def test_a_raw_answer_is_what_the_model_gave(text: str) -> None:
    assert written_in_pieces(io.StringIO(), text, is_raw=True) == text


def test_a_flag_at_the_end_of_an_answer_is_not_lost() -> None:
    assert written_in_pieces(Terminal(), "\U0001f3f4") == "\U0001f3f4\n"
    assert written_in_pieces(Terminal(), "\U0001f3f4\U000e0067") == "\U0001f3f4<e0067>\n"


@pytest.mark.parametrize("text", (STEERING | HIDING).values(), ids=STEERING | HIDING)
@pytest.mark.parametrize("out", [io.StringIO, Terminal])
@pytest.mark.parametrize("is_raw", [False, True])
def test_a_document_can_be_shown_anywhere(out: type[io.StringIO], text: str, is_raw: bool) -> None:
    stream = out()
    output = Output(as_json=True, is_raw=is_raw, out=stream, err=io.StringIO())
    output.document({"text": f"é{text}"})
    assert visible(stream.getvalue()) == stream.getvalue()
    assert json.loads(stream.getvalue()) == {"text": f"é{text}"}


@pytest.mark.parametrize("text", READABLE.values(), ids=READABLE)
@pytest.mark.parametrize("out", [io.StringIO, Terminal])
def test_a_document_stays_readable(out: type[io.StringIO], text: str) -> None:
    stream = out()
    Output(as_json=True, out=stream, err=io.StringIO()).document({"text": text})
    assert text.replace("\n", "\\n").replace("\t", "\\t") in stream.getvalue()
    assert json.loads(stream.getvalue()) == {"text": text}


@pytest.mark.parametrize(
    ("encoding", "is_ascii"),
    [("utf-8", False), ("UTF8", False), ("latin-1", True), ("ascii", True)],
)
def test_a_document_loses_nothing_in_another_encoding(encoding: str, is_ascii: bool) -> None:
    written = io.BytesIO()
    out = io.TextIOWrapper(written, encoding=encoding, errors="replace")
    Output(as_json=True, out=out, err=io.StringIO()).document({"text": "日本 \ud800 é"})
    assert json.loads(written.getvalue()) == {"text": "日本 \ud800 é"}
    assert written.getvalue().isascii() is is_ascii


def test_the_last_line_is_ended_once() -> None:
    out = io.StringIO()
    output = Output(as_json=False, out=out, err=io.StringIO())
    output.write("no end")
    output.end_line()
    output.end_line()
    assert out.getvalue() == "no end\n"


def test_progress_is_gone_before_the_answer_begins() -> None:
    both = Terminal()
    output = Output(as_json=False, out=both, err=both)
    output.progress("reading 10 of 20 tokens")
    output.progress("reading 20 of 20 tokens")
    output.write("answer")
    assert both.getvalue().endswith("\r" + " " * 23 + "\ranswer")


def test_progress_is_silent_without_a_terminal() -> None:
    err = io.StringIO()
    Output(as_json=False, out=io.StringIO(), err=err).progress("loading")
    assert err.getvalue() == ""


def test_an_error_is_one_sentence_on_standard_error() -> None:
    out, err = io.StringIO(), io.StringIO()
    Output(as_json=False, out=out, err=err).error("ImageError", "x.png does not exist.")
    assert (out.getvalue(), err.getvalue()) == ("", "seeshell: x.png does not exist.\n")


def test_an_error_in_json_keeps_what_came_before_it() -> None:
    out = io.StringIO()
    output = Output(as_json=True, out=out, err=io.StringIO())
    output.error("CoreDied", "The core ended.", text="half an", conversation=3)
    assert json.loads(out.getvalue()) == {
        "error": {"kind": "CoreDied", "message": "The core ended."},
        "text": "half an",
        "conversation": 3,
    }
