"""Bytes of any kind in pieces of any size, cut into characters, sequences and pastes."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeshell.tui.terminal.sequences import Pasted, Piece, Sequence, SequenceCutter, Text

LATE_REPLIES = [
    b"\x1b[?62;4;22c",
    b"\x1b[>41;379;0c",
    b"\x1bP!|7E565445\x1b\\",
    b"\x1bP>|kitty(0.35.2)\x1b\\",
    b"\x1b[6;20;10t",
    b"\x1b[4;600;800t",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b_Gi=31;ENOENT:no such file\x1b\\",
    b"\x1b[?5u",
    b"\x1b[?2048;0$y",
    b"\x1b[4;2$y",
    b"\x1b]11;rgb:1e1e/1e1e/2e2e\x07",
    b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    b"\x1b]4;1;rgb:cdcd/0000/0000\x1b\\",
    b"\x1bP1$r0;38:2:1:2:3m\x1b\\",
    b"\x1bP1+r524742=382f382f38\x1b\\",
    b"\x1bP0+r\x1b\\",
    b"\x1b]52;c;aGVsbG8=\x07",
]
"""DA1 to DA3, XTVERSION, sizes, kitty's graphics and keyboard, modes, colours, settings."""


def cut(*chunks: bytes, apart: float = 0.0) -> list[Piece]:
    """Returns the pieces of chunks that come so many seconds apart, and then nothing more."""
    cutter = SequenceCutter()
    pieces: list[Piece] = []
    now = 0.0
    for chunk in chunks:
        pieces += cutter.tick(now) + cutter.feed(chunk, now)
        now += apart
    while cutter.due is not None and now < 60:
        now = max(now, cutter.due)
        pieces += cutter.tick(now)
        if pieces and isinstance(pieces[-1], Pasted):
            break
    return pieces


def typed(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, Text))


def keys(pieces: list[Piece]) -> list[str]:
    """Returns the sequences that may be keys: those of replies are not."""
    found = [piece.sequence for piece in pieces if isinstance(piece, Sequence)]
    return [it for it in found if not it.encode().startswith((b"\x1b[?", b"\x1b[>"))]


@pytest.mark.parametrize("reply", LATE_REPLIES)
@pytest.mark.parametrize("apart", [0.0, 0.09])
def test_a_reply_types_nothing_in_whatever_pieces_it_comes(reply: bytes, apart: float) -> None:
    for size in (1, 2, 3, 5, len(reply)):
        chunks = [reply[at : at + size] for at in range(0, len(reply), size)]
        pieces = cut(b"a", *chunks, b"b", apart=apart)
        assert typed(pieces) == "ab", (size, pieces)
        assert not {"\x1b", "\x1b["} & set(keys(pieces))


@pytest.mark.parametrize("reply", LATE_REPLIES)
def test_a_reply_of_which_only_the_beginning_comes_types_nothing(reply: bytes) -> None:
    for length in range(3, len(reply)):
        assert typed(cut(reply[:length])) == ""
        assert typed(cut(reply[:length], b"later", apart=4.0)) == "later"


@pytest.mark.parametrize("reply", LATE_REPLIES)
def test_a_reply_whose_escape_came_long_before_is_still_one(reply: bytes) -> None:
    pieces = cut(reply[:1], reply[1:], b"b", apart=0.5)
    assert typed(pieces) == "b"


@pytest.mark.parametrize("reply", LATE_REPLIES)
def test_a_reply_whose_rest_comes_after_it_was_given_up_types_nothing(reply: bytes) -> None:
    for length in range(3, len(reply) - 1):
        assert typed(cut(reply[:length], reply[length:], b"b", apart=2.5)) == "b"


def test_a_key_typed_after_a_reply_was_given_up_is_no_part_of_it() -> None:
    assert typed(cut(b"\x1b[?62", b"c", apart=2.5)) == "c"
    assert typed(cut(b"\x1b]11;rgb:1e", b"hello", apart=2.5)) == "hello"


@pytest.mark.parametrize("reply", LATE_REPLIES)
def test_a_key_inside_an_unfinished_reply_is_kept(reply: bytes) -> None:
    assert keys(cut(reply[:4] + b"\x1b[A"))[-1:] == ["\x1b[A"]
    assert typed(cut(reply[:4] + b"\r")) == "\r"
    assert typed(cut(reply[:4], b"\x03")) == "\x03"


def test_bytes_that_are_no_utf8_are_replaced() -> None:
    assert typed(cut(b"a\xe9b\xff\xfec\xc3\x28\xed\xa0\x80d")).replace("�", "") == "abc(d"


def test_a_character_in_pieces_is_one_character() -> None:
    assert typed(cut(*(bytes([it]) for it in "щ🍋é".encode()), apart=0.5)) == "щ🍋é"


def test_a_character_that_a_sequence_interrupts_is_replaced() -> None:
    assert cut(b"\xd1\x1b[A\x89") == [Text("�"), Sequence("\x1b[A"), Text("�")]


def test_escape_alone_is_a_key_after_a_moment() -> None:
    cutter = SequenceCutter()
    assert cutter.feed(b"\x1b", 0.0) == []
    assert cutter.due is not None
    assert cutter.tick(0.05) == []
    assert cutter.tick(cutter.due) == [Sequence("\x1b")]
    assert cutter.due is None


def test_what_is_typed_after_escape_is_kept() -> None:
    assert typed(cut(b"\x1b", b"Please", apart=0.2)) == "Please"
    assert cut(b"\x1bPlease") == [Sequence("\x1bP"), Text("lease")]
    assert cut(b"\x1b", b"[", b"x", apart=0.2) == [Sequence("\x1b"), Text("["), Text("x")]
    assert cut(b"\x1b\x1b[A") == [Sequence("\x1b"), Sequence("\x1b[A")]


@pytest.mark.parametrize("introducer", "[]OPX^_")
def test_alt_and_a_character_that_begins_sequences_is_a_key(introducer: str) -> None:
    assert cut(b"\x1b" + introducer.encode()) == [Sequence("\x1b" + introducer)]


def test_alt_and_a_letter_of_several_bytes_is_one_key() -> None:
    assert cut(b"\x1b\xd1", b"\x89", apart=0.05) == [Sequence("\x1bщ")]


@pytest.mark.parametrize(
    "beginning",
    [b"\x1b[", b"\x1b[1;", b"\x1b[?", b"\x1b]11;", b"\x1bP>|", b"\x1b_G", b"\x1b[" + b"1;" * 5000],
)
def test_a_sequence_that_never_ends_does_not_swallow_typing(beginning: bytes) -> None:
    chunks = [b"1"] * 40
    pieces = cut(beginning, *chunks, apart=0.2)
    assert len(typed(pieces)) >= 40 - 3 / 0.2 - 1


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x1b[" + b"9" * 10_000 + b"u",
        b"\x1b[" + b"1;" * 10_000 + b"A",
        b"\x1b]" + b"9" * 100_000 + b"\x07",
        b"\x1b_hello\x1b\\",
        b"\x1bXhello\x1b\\",
        b"\x1b^hello\x07",
        b"\x1b[M\xff\xff\xff",
        b"\x1b[M !!",
    ],
)
def test_garbage_that_is_whole_types_nothing(garbage: bytes) -> None:
    assert cut(b"a" + garbage + b"b") == [Text("a"), Text("b")]


def test_no_more_is_kept_of_an_endless_sequence_than_tells_its_kind() -> None:
    cutter = SequenceCutter()
    for kind in (b"\x1b[", b"\x1b]1", b"\x1bP>"):
        cutter.feed(kind, 0.0)
        for _ in range(50):
            cutter.feed(b"1" * 10_000, 0.0)
        assert len(cutter._waiting) < 200
        cutter.feed(b"\x1b\\", 0.0)


def test_a_paste_is_one_piece_with_its_control_characters() -> None:
    pieces = cut(b"a\x1b[200~one\rtw", b"o\x1b[31m\x00\x1b[2", b"01~b")
    assert pieces == [Text("a"), Pasted("one\rtwo\x1b[31m"), Text("b")]


def test_a_paste_in_a_paste_is_one_paste() -> None:
    pasted = b"\x1b[200~one\x1b[200~two\x1b[201~"
    assert cut(pasted + b"\x1b[201~") == [Pasted("onetwo"), Sequence("\x1b[201~")]


def test_a_paste_of_bytes_that_are_no_utf8_is_pasted() -> None:
    assert cut(b"\x1b[200~caf\xe9 \xff\x1b[201~") == [Pasted("caf� �")]


def test_a_paste_that_never_ends_is_shown_and_typing_goes_on() -> None:
    cutter = SequenceCutter()
    cutter.feed("\x1b[200~rm -rf\rщ".encode()[:-1], 0.0)
    assert cutter.tick(1.9) == []
    assert cutter.tick(2.0) == [Pasted("rm -rf\r")]
    assert cutter.feed(b"x", 3.0) == [Text("x")]
    assert cutter.feed(b"\x1b[A", 3.0) == [Sequence("\x1b[A")]
    cutter.feed(b"\x1b[200~", 4.0)
    cutter.tick(6.0)
    assert cutter.feed(b"\x1b[A\x1b[A", 7.0) == [Sequence("\x1b[A")] * 2


def test_a_paste_that_the_line_holds_up_stays_a_paste() -> None:
    cutter = SequenceCutter()
    cutter.feed(b"\x1b[200~one\x1b[20", 0.0)
    assert cutter.tick(2.0) == [Pasted("one")]
    assert cutter.feed(b"1~two\r", 9.0) == [Pasted(""), Text("two\r")]
    cutter.feed(b"\x1b[200~one\r", 10.0)
    assert cutter.tick(12.0) == [Pasted("one\r")]
    assert cutter.feed(b"two\rthree\r\x1b[201~", 13.0) == [Pasted("two\rthree\r")]


def test_a_paste_without_end_and_pause_is_handed_on_in_parts() -> None:
    cutter = SequenceCutter()
    cutter.feed(b"\x1b[200~", 0.0)
    parts = [it for _ in range(700) for it in cutter.feed(b"0123456789" * 1000, 0.0)]
    assert [type(it) for it in parts] == [Pasted]


@pytest.mark.parametrize("broken", [b"\xf4\xbf\xbf\xbf", b"\xed\xa0\x80", b"\xe0\x80\x80", b"\xff"])
def test_alt_and_what_is_no_utf8_is_no_error(broken: bytes) -> None:
    assert cut(b"\x1b" + broken + b"a")[-1].text.endswith("a")  # type: ignore[union-attr]


@given(st.lists(st.binary(max_size=12), max_size=12), st.sampled_from([0.0, 0.05, 0.2, 1.5, 4.0]))
def test_no_bytes_break_it_and_what_is_typed_later_is_seen(
    chunks: list[bytes], apart: float
) -> None:
    pieces = cut(*chunks, apart=apart)
    if not any(b"\x1b[200~" in b"".join(chunks[at:]) for at in range(len(chunks))):
        assert typed(cut(*chunks, b"\x1b[Aend", apart=4.0)).endswith("end")
    assert all(isinstance(it, Text | Sequence | Pasted) for it in pieces)


SOUND = st.lists(
    st.sampled_from(
        ["a", "щ", "🍋", "\r", "\x1b[A", "\x1bOP", "\x1b[97:65:97;2:1;65u", "\x1b[<0;10;10M"]
        + ["\x1b[200~two\rlines\x1b[201~", "\x1b[I", "\x1b[3~"]
        + [it.decode() for it in LATE_REPLIES]
    ),
    max_size=12,
).map(lambda parts: "".join(parts).encode())


@given(SOUND, st.lists(st.integers(min_value=0, max_value=200)))
def test_pieces_of_any_size_say_the_same_as_the_whole(whole: bytes, ends: list[int]) -> None:
    ends = [0, *sorted(min(it, len(whole)) for it in ends), len(whole)]
    chunks = [whole[begin:end] for begin, end in pairwise(ends)]
    by_piece, at_once = cut(*chunks), cut(whole)
    assert typed(by_piece) == typed(at_once)
    assert [it for it in by_piece if not isinstance(it, Text)] == [
        it for it in at_once if not isinstance(it, Text)
    ]
