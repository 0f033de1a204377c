"""Two texts compared: the words that differ, and when marks would tell nothing."""

from seeshell.tui.tree.compare import Spans, compare


def of(text: str, spans: Spans) -> list[str]:
    return [text[start:end] for start, end in spans]


def test_the_words_that_one_text_alone_has_are_told() -> None:
    left, right = "The sign reads 2.50 a kilo.", "The large sign reads 2.80 a  kilo!"
    compared = compare(left, right)
    assert of(left, compared.left) == ["2.50", "."]
    assert of(right, compared.right) == ["large", "2.80", "!"]
    assert compared.is_marked


def test_neighbouring_words_are_one_mark_within_a_line() -> None:
    left, right = "same one two\nthree end same", "same end same"
    assert of(left, compare(left, right).left) == ["one two", "three"]


def test_text_without_spaces_is_compared_by_characters() -> None:
    left, right = "赤い丸が三つ", "赤い丸が四つ"
    compared = compare(left, right)
    assert (of(left, compared.left), of(right, compared.right)) == (["三"], ["四"])


def test_texts_with_little_in_common_are_not_marked() -> None:
    assert not compare("a lemon and a lime", "nothing like the other one").is_marked
    assert compare("", "").common == 1.0


def test_texts_of_few_words_that_come_again_and_again_are_compared_too() -> None:
    left = "1, 2, 3; " * 60
    right = left.replace("3", "4", 1)
    compared = compare(left, right)
    assert (of(left, compared.left), of(right, compared.right)) == (["3"], ["4"])


def test_a_place_in_one_text_is_found_in_the_other() -> None:
    left, right = "one two three four", "zero one two and a half three four"
    compared = compare(left, right)
    at = left.index("three")
    assert right[compared.across(at, from_left=True) :] == "three four"
    assert left[compared.across(right.index("half"), from_left=False) :] == "three four"
    assert compared.across(0, from_left=True) == right.index("one")
    assert compare("", "").across(0, from_left=True) == 0
