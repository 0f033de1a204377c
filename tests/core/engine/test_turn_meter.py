"""How fast tokens come, from report to report."""

from seeshell.core.engine.turn_meter import DecodePace


def test_the_pace_is_reported_once_a_second_over_the_tokens_since_the_last_report() -> None:
    pace = DecodePace()
    quarter_seconds = [pace.report(count, 10.0 + count / 4) for count in range(1, 10)]
    assert quarter_seconds == [None] * 4 + [4.0] + [None] * 3 + [4.0]
    # A slower stretch counts as it is, not as an average over the whole answer.
    assert pace.report(10, 10.0 + 9 / 4 + 2.0) == 0.5


def test_one_token_has_no_pace() -> None:
    assert DecodePace().report(1, 5.0) is None
