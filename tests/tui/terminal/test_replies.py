"""What replies mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeshell.tui.terminal.replies import (
    ASK_ATTRIBUTES,
    ASK_GRAPHICS,
    QUESTIONS,
    parse_replies,
    questions,
    wrap_for_tmux,
)

OK = "\x1b_Gi=31;OK\x1b\\"
KITTY = "\x1bP>|kitty(0.41.1)\x1b\\"


def test_replies_are_read_in_any_order_and_between_keys() -> None:
    replies = parse_replies(f"ab{OK}\x1b[A\x1b[6;34;16t{KITTY}x\x1b[?62;52;c".encode())
    assert replies.name == "kitty(0.41.1)"
    assert (replies.cell_width, replies.cell_height) == (16, 34)
    assert replies.graphics == "OK"
    assert replies.attributes_count == 1


@pytest.mark.parametrize(
    ("name", "brand", "version"),
    [
        ("kitty(0.41.1)", "kitty", (0, 41, 1)),
        ("ghostty 1.1.3", "ghostty", (1, 1, 3)),
        ("iTerm2 3.6.7", "iterm2", (3, 6, 7)),
        ("WezTerm 20240203-110809-5046fc22", "wezterm", (20240203,)),
        ("tmux 3.5a", "tmux", (3, 5)),
        ("XTerm(379)", "xterm", (379,)),
        ("xterm.js(5.6.0)", "xterm.js", (5, 6, 0)),
        ("", "", ()),
    ],
)
def test_brand_and_version_stand_in_the_name(
    name: str, brand: str, version: tuple[int, ...]
) -> None:
    replies = parse_replies(f"\x1bP>|{name}\x1b\\".encode())
    assert (replies.brand, replies.version) == (brand, version)


@pytest.mark.parametrize(
    "reply", ["\x1b[6;0;0t", "\x1b[6;9999;9999t", "\x1b[6;-3;4t", "\x1b[8;24;80t"]
)
def test_a_cell_size_that_can_not_be_is_not_believed(reply: str) -> None:
    replies = parse_replies(reply.encode())
    assert (replies.cell_width, replies.cell_height) == (0, 0)


def test_control_characters_in_a_name_are_dropped() -> None:
    assert parse_replies(b"\x1bP>|evil\r\n\x9b31m(1.0)\x1b\\").name.isprintable()


@given(st.binary(max_size=200))
def test_no_bytes_break_the_parser(received: bytes) -> None:
    replies = parse_replies(received)
    assert replies.name.isprintable()
    assert isinstance(replies.version, tuple)


@given(st.integers(min_value=0, max_value=60))
def test_a_reply_cut_off_anywhere_is_no_reply(length: int) -> None:
    whole = f"{KITTY}{OK}\x1b[?62;52;c".encode()
    part = parse_replies(whole[: min(length, len(whole) - 1)])
    assert part.attributes_count == 0


def test_tmux_gets_every_escape_doubled() -> None:
    assert wrap_for_tmux("\x1b[c") == "\x1bPtmux;\x1b\x1b[c\x1b\\"


def test_the_last_question_is_the_one_that_every_terminal_answers() -> None:
    assert questions(may_be_tmux=False) == "".join(QUESTIONS) + ASK_ATTRIBUTES
    assert ASK_GRAPHICS not in questions(may_be_tmux=True)
