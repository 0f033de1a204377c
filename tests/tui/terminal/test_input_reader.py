"""What an app is told of a terminal's input."""

import pytest
from textual.events import AppBlur, AppFocus, Key, MouseDown, MouseMove, MouseScrollUp, Paste
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from seeshell.tui.terminal.input_reader import InputReader

from .test_sequences import LATE_REPLIES


def read(data: bytes) -> list[Message]:
    reader = InputReader()
    messages = reader.feed(data, 0.0)
    while reader.due is not None:
        messages += reader.tick(reader.due)
    return messages


@pytest.mark.parametrize("reply", LATE_REPLIES)
def test_replies_are_dropped(reply: bytes) -> None:
    assert [it.key for it in read(b"a" + reply + b"b") if isinstance(it, Key)] == ["a", "b"]
    assert len(read(reply)) == 0


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x1b[I", AppFocus),
        (b"\x1b[O", AppBlur),
        (b"\x1b[?2026;2$y", TerminalSupportsSynchronizedOutput),
        (b"\x1b[<0;3;4M", MouseDown),
        (b"\x1b[<35;3;4M", MouseMove),
        (b"\x1b[<64;3;4M", MouseScrollUp),
        (b"\x1b[200~a\x1b[201~", Paste),
    ],
)
def test_what_an_app_needs_to_know_it_is_told(data: bytes, kind: type[Message]) -> None:
    (message,) = read(data)
    assert isinstance(message, kind)


@pytest.mark.parametrize(
    "data",
    [
        b"\x1b[<999999999999999999999999;1;1M",
        b"\x1b[<0;99999999999999999999;1M",
        b"\x1b[<0;0;0M",
        b"\x1b[<0;-1;4M",
        b"\x1b[<128;3;4M",
        b"\x1b[<M",
        b"\x1b[32;10;10M",
        b"\x1b[48;0;0;0;0t",
        b"\x1b[48;99999999;99999999;1;1t",
        b"\x1b[?2026;0$y",
    ],
)
def test_reports_that_can_not_be_are_dropped(data: bytes) -> None:
    assert read(data) == []


def test_the_locale_chooses_the_layout() -> None:
    (key,) = InputReader("bg_BG.UTF-8").feed(b"\x1b[1086;5u", 0.0)
    assert isinstance(key, Key)
    assert key.key == "ctrl+f"


@pytest.mark.parametrize("typed", [b"a", b"\x1b[A", b"\x1b[200~a\x1b[201~"])
def test_a_key_brings_back_the_focus_whose_report_was_lost(typed: bytes) -> None:
    kinds = [type(it) for it in read(b"\x1b[O\x1b[?62c" + typed + typed)]
    assert kinds[:2] == [AppBlur, AppFocus]
    assert kinds.count(AppFocus) == 1
