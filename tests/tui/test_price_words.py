"""What a picture costs, in words."""

import pytest

from seeshell.tui.price_words import price_words, short_price
from seeshell.tui.session.prices import NO_PRICE, Price


@pytest.mark.parametrize(
    ("price", "words"),
    [
        (
            Price(1152, 864, 972, 1.42, 12_000),
            "4032x3024 → 1152x864 · 972 tokens · ~1.4 s · 8 % of context",
        ),
        (
            Price(4032, 3024, 11_844, 12.6, 8_192),
            "4032x3024 → 4032x3024 · 11,844 tokens · ~13 s · 145 % of context",
        ),
        (
            Price(64, 32, 2, 0.001, 4_096),
            "4032x3024 → 64x32 · 2 tokens · ~0.1 s · under 1 % of context",
        ),
        (Price(1152, 864, 972), "4032x3024 → 1152x864 · 972 tokens"),
        (NO_PRICE, "4032x3024"),
    ],
)
def test_a_price_is_told_as_far_as_it_is_known(price: Price, words: str) -> None:
    assert price_words(4032, 3024, price) == words


def test_a_chip_tells_the_least() -> None:
    assert short_price(Price(1152, 864, 1_972, 1.42, 12_000)) == "1,972 tok · ~1.4 s"
    assert short_price(NO_PRICE) == ""
