import time

import pytest

from seeshell.tui.ages import moment

DAY = 86_400


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (5, "14:59 (just now)"),
        (90, "14:58 (1 min ago)"),
        (2 * 3600, "13:00 (2 h ago)"),
        (DAY, "25 Nov 15:00 (1 d ago)"),
        (7 * DAY, "19 Nov 15:00 (1 week ago)"),
        (100 * DAY, "18 Aug 15:00 (3 months ago)"),
        (800 * DAY, "17 Sep 2024 15:00 (2 years ago)"),
    ],
)
def test_a_moment_is_told_by_the_clock_and_by_its_age(
    seconds: float, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    now = time.mktime((2026, 11, 26, 15, 0, 0, 0, 0, -1))
    assert moment(now - seconds, now) == told
