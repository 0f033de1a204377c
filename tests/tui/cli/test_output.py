import io
import json

import pytest

from seeshell.tui.cli.output import Output


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    "sequence", ["\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\x08\x08", "\u202e"]
)
def test_control_sequences_never_reach_a_terminal(sequence: str) -> None:
    out, err = Terminal(), Terminal()
    output = Output(as_json=False, out=out, err=err)
    output.write(f"before{sequence}after\n")
    output.notice(f"before{sequence}after")
    for written in (out.getvalue(), err.getvalue()):
        assert not set(written) & {"\x1b", "\x07", "\x08", "\x9b", "\u202e"}
        assert written.startswith("before")
        assert written.endswith("after\n")


def test_a_document_on_a_terminal_is_all_ascii() -> None:
    out = Terminal()
    Output(as_json=True, out=out, err=io.StringIO()).document({"text": "\x9b31m\x7fé"})
    assert out.getvalue().isascii()
    assert json.loads(out.getvalue()) == {"text": "\x9b31m\x7fé"}


def test_a_pipe_gets_the_answer_as_it_is() -> None:
    out = io.StringIO()
    Output(as_json=False, out=out, err=io.StringIO()).write("a\x1b[1mb é\r\n")
    assert out.getvalue() == "a\x1b[1mb é\r\n"


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
