"""How pictures are drawn follows from brand, version and reply."""

import pytest

from seeshell.tui.terminal.facts import TerminalFacts, has_placeholders, judge_replies
from seeshell.tui.terminal.replies import parse_replies

OK = "\x1b_Gi=31;OK\x1b\\"


@pytest.mark.parametrize(
    ("name", "graphics", "is_expected"),
    [
        ("kitty(0.41.1)", OK, True),
        ("kitty(0.28.0)", OK, True),
        ("ghostty 1.1.3", OK, True),
        ("kitty(0.26.5)", OK, False),
        ("kitty(0.41.1)", "", False),
        ("kitty(0.41.1)", "\x1b_Gi=31;ENOTSUPPORTED:no\x1b\\", False),
        ("kitty(0.41.1)", "\x1b_Gi=7;OK\x1b\\", False),
        ("kitty", OK, False),
        ("WezTerm 20240203-110809-5046fc22", OK, False),
        ("Warp(v0.2025.01.01)", OK, False),
        ("Konsole 24.12.1", OK, False),
        ("", OK, False),
    ],
)
def test_placeholders_need_brand_version_and_reply(
    name: str, graphics: str, is_expected: bool
) -> None:
    replies = parse_replies(f"\x1bP>|{name}\x1b\\{graphics}\x1b[?62c".encode())
    assert has_placeholders(replies) is is_expected


def test_what_the_terminal_does_not_say_stays_as_the_kernel_has_it() -> None:
    known = TerminalFacts(colours="truecolor", cell_width=7, cell_height=15)
    silent = parse_replies(b"\x1b[?62c")
    assert judge_replies(known, silent, silent) == known
