"""What tells that an answer has ended."""

import pytest

from seeshell.core.settings import Notification
from seeshell.tui.terminal.notifications import notification


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("bell", "\a"),
        ("osc9", "\x1b]9;lemons: Two kilos; fresh.\a"),
        ("osc777", "\x1b]777;notify;lemons;Two kilos; fresh.\a"),
        ("none", ""),
    ],
)
def test_each_kind_is_written_as_terminals_read_it(kind: Notification, written: str) -> None:
    assert notification(kind, "lemons", "Two kilos;\nfresh.") == written


@pytest.mark.parametrize("kind", ["osc9", "osc777"])
def test_a_title_or_an_answer_can_steer_nothing(kind: Notification) -> None:
    written = notification(kind, "a;b\x1b]0;x\a", "c\x1b[2J\x9b\u202e" + "d" * 9999)
    assert written.count("\x1b") == 1
    assert written.count("\a") == 1
    assert "\x9b" not in written
    assert "\u202e" not in written
    assert len(written) < 500
    assert ";a,b" in written


def test_through_tmux_it_is_wrapped() -> None:
    written = notification("osc9", "lemons", "Two.", through_tmux=True)
    assert written == "\x1bPtmux;\x1b\x1b]9;lemons: Two.\a\x1b\\"
