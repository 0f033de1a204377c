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


CELL = "\x1b[6;20;10t"
SIXEL, NO_SIXEL = "\x1b[?63;1;2;4;6c", "\x1b[?62;22c"
TMUX = "\x1bP>|tmux 3.5a\x1b\\"


@pytest.mark.parametrize(
    ("name", "rest", "images"),
    [
        ("kitty(0.41.1)", OK + CELL + NO_SIXEL, "tgp"),
        ("kitty(0.26.5)", OK + CELL + NO_SIXEL, "kitty"),
        ("kitty(0.26.5)", CELL + NO_SIXEL, "halfblock"),
        ("Konsole 22.12.3", OK + CELL + SIXEL, "kitty"),
        ("Konsole 22.12.3", CELL + SIXEL, "sixel"),
        ("WezTerm 20240203-110809-5046fc22", OK + CELL + SIXEL, "kitty"),
        ("Warp(v0.2025.01.01)", OK + CELL + NO_SIXEL, "halfblock"),
        ("iTerm2 3.5.10", CELL + SIXEL, "iterm2"),
        ("iTerm2 3.5.10", OK + CELL + SIXEL, "iterm2"),
        ("XTerm(379)", CELL + SIXEL, "sixel"),
        ("XTerm(379)", SIXEL, "halfblock"),
        ("XTerm(379)", CELL + NO_SIXEL, "halfblock"),
        ("", CELL + SIXEL, "sixel"),
        ("", CELL + "\x1b[?4c", "halfblock"),
        ("", CELL + NO_SIXEL + SIXEL, "halfblock"),
    ],
)
def test_what_costs_least_is_chosen_of_what_brand_and_replies_promise(
    name: str, rest: str, images: str
) -> None:
    replies = parse_replies(f"\x1bP>|{name}\x1b\\{rest}".encode())
    assert judge_replies(TerminalFacts(), replies, replies).images == images


@pytest.mark.parametrize(
    ("around", "knows_pane", "images"),
    [
        ("\x1bP>|iTerm2 3.5.10\x1b\\", True, "iterm2"),
        ("\x1bP>|iTerm2 3.5.10\x1b\\", False, "halfblock"),
        (f"\x1bP>|Konsole 22.12.3\x1b\\{OK}", True, "halfblock"),
        (f"\x1bP>|kitty(0.41.1)\x1b\\{OK}", False, "tgp"),
        (SIXEL, True, "sixel"),
        (NO_SIXEL, True, "halfblock"),
    ],
)
def test_in_tmux_only_what_stands_in_cells_is_passed_on(
    around: str, knows_pane: bool, images: str
) -> None:
    inner, outer = parse_replies((TMUX + CELL + SIXEL).encode()), parse_replies(around.encode())
    facts = judge_replies(TerminalFacts(), inner, outer, knows_pane=knows_pane)
    assert facts.images == images
    assert facts.is_tmux is (images in {"tgp", "iterm2"})


def test_what_the_terminal_does_not_say_stays_as_the_kernel_has_it() -> None:
    known = TerminalFacts(colours="truecolor", cell_width=7, cell_height=15)
    silent = parse_replies(b"\x1b[?62c")
    assert judge_replies(known, silent, silent) == known
