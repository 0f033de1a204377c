"""Pieces of a file are read as if they were one, from any place and in any order."""

import io
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from seeshell.core.formats.spliced_file import Part, Piece, SplicedFile

FILE = bytes(range(256)) * 4

pieces = st.lists(
    st.one_of(
        st.binary(max_size=20),
        st.builds(Part, st.integers(0, 900), st.integers(0, 100)),
    ),
    max_size=8,
)


def content_of(piece: Piece) -> bytes:
    if isinstance(piece, bytes):
        return piece
    return FILE[piece.start : piece.start + piece.length]


@given(pieces, st.lists(st.tuples(st.integers(0, 400), st.integers(0, 300)), max_size=6))
def test_any_pieces_read_like_their_bytes(parts: list[Piece], reads: list[tuple[int, int]]) -> None:
    whole = b"".join(map(content_of, parts))
    spliced = io.BufferedReader(SplicedFile(io.BytesIO(FILE), iter(parts)))
    for place, length in reads:
        place = min(place, len(whole))
        spliced.seek(place)
        assert spliced.read(length) == whole[place : place + length]
        assert spliced.tell() == min(place + length, len(whole))


@given(pieces)
def test_a_piece_is_asked_for_only_when_reading_gets_there(parts: list[Piece]) -> None:
    asked = 0

    def ask() -> Iterator[Piece]:
        nonlocal asked
        for part in parts:
            asked += 1
            yield part

    spliced = SplicedFile(io.BytesIO(FILE), ask())
    assert (spliced.read(0), asked) == (b"", 0)
    read = b""
    while chunk := spliced.read(7):
        read += chunk
        begun = b"".join(map(content_of, parts[: asked - 1]))
        assert len(begun) < len(read)
    assert read == b"".join(map(content_of, parts))


def test_a_part_beyond_the_files_end_ends_with_it() -> None:
    spliced = io.BufferedReader(SplicedFile(io.BytesIO(b"abc"), iter((Part(1), b"END"))))
    assert spliced.read() == b"bcEND"
