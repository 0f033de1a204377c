"""Options of a turn over those of its preset."""

import msgspec
import pytest

from seeshell.core.generation_options import NO_OPTIONS, GenerationOptions


@pytest.mark.parametrize(
    ("own", "others", "both"),
    [
        (NO_OPTIONS, NO_OPTIONS, NO_OPTIONS),
        (
            GenerationOptions(temperature=0.0),
            GenerationOptions(temperature=1.0, seed=3),
            GenerationOptions(temperature=0.0, seed=3),
        ),
        (
            GenerationOptions(system="", thinking=False),
            GenerationOptions(system="Be brief.", thinking=True),
            GenerationOptions(system="", thinking=False),
        ),
    ],
)
def test_what_an_option_says_goes_before_the_others(
    own: GenerationOptions, others: GenerationOptions, both: GenerationOptions
) -> None:
    assert own.over(others) == both


def test_options_that_say_nothing_take_no_room() -> None:
    assert msgspec.json.encode(NO_OPTIONS) == b"{}"
