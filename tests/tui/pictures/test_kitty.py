"""Messages of the graphics protocol."""

import re
from base64 import b64decode

from hypothesis import given
from hypothesis import strategies as st

from seeshell.tui.pictures import kitty


@given(st.binary(min_size=1, max_size=20_000))
def test_the_chunks_of_a_picture_are_its_bytes_and_only_the_last_one_ends_it(png: bytes) -> None:
    messages = list(kitty.transmit(7, png))
    payloads = [message[3:-2].partition(";")[2] for message in messages]
    assert b64decode("".join(payloads)) == png
    assert all(len(payload) <= 4096 and len(payload) % 4 == 0 for payload in payloads)
    more = [re.search(r"m=(\d)", message)[1] for message in messages]  # type: ignore[index]
    assert more == ["1"] * (len(messages) - 1) + ["0"]


def test_no_message_asks_for_a_reply() -> None:
    messages = [*kitty.transmit(1, bytes(9000)), kitty.place(1, 2, 3, 4), kitty.delete(1)]
    messages.append(kitty.end_early())
    assert all("q=2" in message for message in messages)


def test_deleting_names_one_picture_and_frees_it() -> None:
    assert kitty.delete(66_000) == "\x1b_Ga=d,d=I,i=66000,q=2\x1b\\"


def test_a_new_size_costs_fifty_bytes() -> None:
    assert len(kitty.place(0xFFFFFF, 255, 297, 297)) <= 55
