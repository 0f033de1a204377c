"""Which facts the status bar tells where there is little room."""

import pytest

from seeshell.tui.chat.status_bar import Facts

LONG = "Qwen3-VL-4B-Instruct-MLX-4bit"
FACTS = Facts(LONG, "terse", "reading 340 of 1,200 tokens", "context 12 %", "41 tokens/s")


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (100, FACTS),
        (85, FACTS._replace(speed="")),
        (70, FACTS._replace(context="", speed="")),
        (60, Facts("Qwen3-VL-4B-In…LX-4bit", "terse", FACTS.state)),
        (44, Facts("Qwen3-VL-…4bit", "", FACTS.state)),
    ],
)
def test_what_is_being_done_is_told_whole_and_the_model_never_missing(
    room: int, shown: Facts
) -> None:
    assert FACTS.fit(room, 40) == shown
    assert shown.width <= room
