"""A conversation laid out as a tree: the order of its rows, their lines, what is beside what."""

import pytest

from seeshell.core.conversation import Attachment, Role, TextPart, ThoughtsPart
from seeshell.core.kept import KeptConversation, KeptMessage
from seeshell.tui.tree.layout import Tree
from seeshell.tui.tree.row_words import first_words, words_of
from seeshell.tui.tree.versions import find_pair, other_version

PHOTO = Attachment("ab" * 32, "photo.jpg", 400, 300)


def message(uuid: str, parent: str | None, text: str = "", **more: object) -> KeptMessage:
    role: Role = "user" if uuid.startswith("q") else "assistant"
    return KeptMessage(uuid, parent, role, (TextPart(text or uuid),), 0.0, **more)  # type: ignore[arg-type]


BRANCHED = KeptConversation(
    "c",
    "branched",
    0.0,
    0.0,
    (
        message("q1", None),
        message("a1", "q1"),
        message("q2", "a1"),
        message("a2", "q2"),
        message("a2b", "q2", model="Qwen3-VL-4B"),
        message("q2b", "a1"),
        message("a3", "q2b"),
        message("q4", "a2"),
    ),
    head="a3",
)
TREE = Tree(BRANCHED, range(1, 9))


def drawn(tree: Tree) -> list[str]:
    return [f"{'▎' if row.is_shown else ' '}{row.lead}{row.message.uuid}" for row in tree.rows]


def test_only_what_branches_is_set_in_and_the_branch_on_screen_is_told() -> None:
    assert drawn(TREE) == [
        "▎q1",
        "▎a1",
        " ├ q2",
        " │ ├ a2",
        " │ │ q4",
        " │ └ a2b",
        "▎└ q2b",
        "▎  a3",
    ]
    assert TREE.head == 7


def test_several_first_questions_are_siblings_too() -> None:
    kept = KeptConversation("c", "", 0.0, 0.0, (message("q1", None), message("q2", None)), "q2")
    assert drawn(Tree(kept, (5, 6))) == [" ├ q1", "▎└ q2"]


def test_an_empty_conversation_has_no_rows() -> None:
    tree = Tree(KeptConversation("c", "", 0.0, 0.0), ())
    assert not tree.rows
    assert tree.head is None


def test_a_long_conversation_is_laid_out_without_depth() -> None:
    uuids = [f"{'qa'[number % 2]}{number}" for number in range(5000)]
    messages = tuple(message(it, before) for it, before in zip(uuids, [None, *uuids], strict=False))
    tree = Tree(KeptConversation("c", "", 0.0, 0.0, messages, uuids[-1]), range(5000))
    assert [row.id for row in tree.rows] == list(range(5000))
    assert not any(row.lead for row in tree.rows)


def test_what_stands_before_behind_and_below_a_message() -> None:
    assert TREE.parent_of(1) is None
    assert TREE.parent_of(5) == 3
    assert TREE.child_shown(2) == 6
    assert TREE.child_shown(3) == 5
    assert TREE.child_shown(8) is None
    assert TREE.count_below(3) == 4
    assert TREE.count_below(1) == 8


@pytest.mark.parametrize(
    ("at", "marked", "pair"),
    [
        (4, None, (4, 5)),
        (5, None, (4, 5)),
        (3, None, (3, 6)),
        (1, None, None),
        (1, 8, (1, 8)),
        (8, 8, None),
    ],
)
def test_a_message_is_compared_with_the_marked_one_or_with_another_version(
    at: int, marked: int | None, pair: tuple[int, int] | None
) -> None:
    assert find_pair(TREE, at, marked) == pair


def test_a_question_asked_once_counts_for_its_answers() -> None:
    kept = KeptConversation(
        "c", "", 0.0, 0.0, (message("q", None), message("a", "q"), message("b", "q")), "b"
    )
    assert find_pair(Tree(kept, (1, 2, 3)), 1, None) == (2, 3)


def test_versions_are_walked_past_the_one_that_stands_beside() -> None:
    kept = KeptConversation(
        "c", "", 0.0, 0.0, (message("q", None), *(message(f"a{it}", "q") for it in "123")), "a1"
    )
    tree = Tree(kept, (1, 2, 3, 4))
    assert other_version(tree, 2, 1, but=3) == 4
    assert other_version(tree, 2, -1, but=3) is None


def test_a_row_tells_first_words_pictures_versions_and_model() -> None:
    words = words_of(TREE.row_of(5), 0)
    assert words == ("answer", "a2b", ("Qwen3-VL-4B", "2/2"))
    asked = KeptMessage("q", None, "user", (PHOTO, TextPart("What\nis  it?")), 0.0)
    row = Tree(KeptConversation("c", "", 0.0, 0.0, (asked,)), (1,)).rows[0]
    assert words_of(row, 0) == ("you", "What is it?", ("1 picture",))
    assert words_of(row, 7200).facts[0].endswith("(2 h ago)")
    assert first_words((ThoughtsPart("Hm."),)) == "Hm."
