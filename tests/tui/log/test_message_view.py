import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.segment import Segment
from textual.strip import Strip

from seeshell.core.conversation import Attachment, Message, TextPart, TurnStats
from seeshell.core.pictures.jobs import DrawnMark
from seeshell.tui.keys.keymap import Keymap
from seeshell.tui.log.drawn_pictures import PictureOrder
from seeshell.tui.log.look import Look
from seeshell.tui.log.message_view import MessageView
from seeshell.tui.log.palette import Palette
from seeshell.tui.markdown.patience import Patience
from seeshell.tui.pictures import DrawnPicture
from seeshell.tui.visible import visible

from ... import messages

SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"

PIECES = [
    "plain words ", "*a*", "**b**", "`c`", "[l](https://x.org)", "https://y.org ", "<b>", "\\|",
    "\n", "\n\n", "\n   ", "\n\n   ", "\n- item ", "\n  - nested ", "\n1. one ", "\n> quote ",
    "\n# Title", "\n---\n", "\n```\n", "\n```python\n", "\n   ```\n", "\n- ```\n", "\n~~~",
    "def f(x):\n    return x\n\n", "\n|a|b|\n|--|:-:|\n", "\n- a | b\n---|---\n", "|c|d|\n",
    "| |\n", "  \n", "\\\n", "你好，世界。", "👩\u200d👩\u200d👧", "\t", "\r\n", "\x1b[31m",
    "\x9b5n", "\u202e", "**کتاب**", "\u200c", "خ", "\u200d", "\u2066", SCOTLAND, SCOTLAND[:3],
    "![i](https://z.org/i)", "[r](x.md)", "https://аpple.com", "https://u@v.org ", "[1]: https://w.org",
    "[1]", "[r][1]", "[d]: /u 'ti", "tle'", "\n[x]:", "$", "$$", "\n$$\n", "\\[",
    "\\]", "\\(", r"\)", "\n- [ ] t", "\n> - q\n>\n>   r", "\n2) two", "\n-   wide\n\n    deep",
    "\n===", "    code\n", "x\n" * 70, "- i\n" * 70, "> q\n" * 70, "|e|f|\n" * 90, "word " * 300,
    "&amp;", "&#27;[2J", "&#9;", "&#10;", "&#8238;", "&#155;",
]  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def _endless_patience() -> Iterator[None]:
    """What is given up when depends on the time, which is tested elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Patience, "run", lambda _, read: read())
        yield


markdown = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=40).map("".join)

PHOTO = Attachment("ab" * 32, "IMG_0412.HEIC", 4032, 3024, 1152, 864, 972)
STATS = TurnStats(reused_tokens=984, prefilled_tokens=11, ttft=0.09, generation_tps=54.3)


def question(text: str = "What is it?", *attachments: Attachment) -> Message:
    return messages.question(1, text, *attachments)


def answer(text: str = "") -> Message:
    return messages.answer(2, text, reason=None)


def ended(text: str = "Yes.", error: str = "", stats: TurnStats | None = None) -> Message:
    return messages.answer(2, text, "failed" if error else "stop", error=error, stats=stats)


def texts(message: Message, look: Look) -> list[str]:
    return [line.text for line in MessageView(message).lines(look)]


def stream(text: str, cuts: list[int], look: Look) -> MessageView:
    view = MessageView(answer())
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        view.append(text[start:end])
        view.lines(look)
    view.end(ended(text))
    return view


@settings(deadline=None)
@given(text=markdown, seed=st.integers(0, 2**32))
def test_streamed_text_ends_in_the_lines_of_text_shown_at_once(
    look: Look, text: str, seed: int
) -> None:
    chance = random.Random(seed)
    cuts = sorted(chance.randint(0, len(text)) for _ in range(chance.randint(0, 12)))
    assert stream(text, cuts, look).lines(look) == MessageView(ended(text)).lines(look)


@settings(deadline=None)
@given(text=markdown, width=st.integers(10, 100))
def test_no_line_is_too_wide_and_none_can_steer_a_terminal(
    palette: Palette, text: str, width: int
) -> None:
    for message in (ended(text), question(text), ended(error=text)):
        for line in MessageView(message).lines(Look(width, palette)):
            assert line.cells <= width
            assert visible(line.text, keep="") == line.text


def test_a_flag_that_never_ends_is_shown_with_the_last_of_the_text(look: Look) -> None:
    view = stream(f"a {SCOTLAND[:4]}", [3, 4, 5], look)
    assert view.lines(look)[1].text == "a \U0001f3f4<e0067><e0062><e0073>"


def test_only_the_open_end_is_rendered_again(look: Look) -> None:
    view = MessageView(answer())
    view.append("first\n\nsecond")
    before = list(view.lines(look))
    view.append(" third\n\nfourth")
    after = view.lines(look)
    assert [line.text for line in after] == [
        "answer",
        "first",
        "",
        "second third",
        "",
        "fourth",
        "",
    ]
    assert [old is new for old, new in zip(before[:4], after[:4], strict=True)] == [
        True,
        True,
        True,
        False,
    ]


def test_a_question_is_shown_as_it_was_typed(look: Look) -> None:
    assert texts(question("# not a title\n\n  *so*"), look) == [
        "you",
        "# not a title",
        "",
        "  *so*",
        "",
    ]


def test_an_answer_ends_with_its_receipt(look: Look) -> None:
    wide = look._replace(width=80)
    assert texts(ended(stats=STATS), wide) == [
        "answer",
        "Yes.",
        "  reused 984 · prefilled 11 · first token 0.09 s · 54 tokens/s",
        "",
    ]
    assert texts(ended(stats=STATS), wide._replace(shows_receipts=False)) == ["answer", "Yes.", ""]


def test_the_whole_receipt_tells_everything_a_line_each(look: Look) -> None:
    stats = TurnStats(
        1995, 984, 1011, 17, 1, 2, 0.09, 122.4, 54.3, 3_400_000_000, "picture 1 changed"
    )
    whole = look._replace(width=80, has_whole_receipts=True)
    assert texts(ended(stats=stats), whole)[2:] == [
        "  tokens: 984 reused · 1,011 prefilled · 17 decoded",
        "  pictures: 2 reused · 1 encoded",
        "  first token 0.09 s · prefill 122 · decode 54 tokens/s · peak 3.4 GB",
        "  recomputed: picture 1 changed",
        "",
    ]
    assert texts(ended(stats=STATS), whole)[2:] == [
        "  tokens: 984 reused · 11 prefilled · 0 decoded",
        "  first token 0.09 s · decode 54 tokens/s",
        "",
    ]


def test_a_receipt_tells_how_much_was_copied_from_earlier_text(look: Look) -> None:
    stats = replace(STATS, generated_tokens=248, copied_tokens=132)
    (short,) = texts(ended(stats=stats), look._replace(width=120))[2:3]
    assert short.endswith(" · 54 tokens/s · 132 of 248 copied")
    whole = texts(ended(stats=stats), look._replace(width=120, has_whole_receipts=True))
    assert whole[2].endswith(" · 248 decoded · 132 of 248 copied")


def test_the_short_receipt_tells_why_something_was_computed_again(look: Look) -> None:
    stats = replace(STATS, recomputed="picture 1\x1b changed")
    (line,) = texts(ended(stats=stats), look._replace(width=120))[2:3]
    assert line.endswith(" · recomputed: picture 1␛ changed")


@pytest.mark.parametrize(
    ("siblings", "heading"), [((), "answer"), ((2,), "answer"), ((1, 2, 5), "answer  2/3")]
)
def test_a_message_among_others_says_which_it_is(
    look: Look, siblings: tuple[int, ...], heading: str
) -> None:
    assert texts(replace(ended(), siblings=siblings), look)[0] == heading


def test_an_answer_without_text_yet_shows_that_it_is_awaited(look: Look) -> None:
    assert texts(answer(), look) == ["answer", "  …", ""]


def test_a_failed_answer_shows_why(look: Look, palette: Palette) -> None:
    lines = MessageView(ended("Part", "The memory ran out.")).lines(look)
    assert [line.text for line in lines] == ["answer", "Part", "The memory ran out.", ""]
    assert lines[2].segments[0].style == palette.error


def test_texts_and_pictures_stand_in_the_order_of_the_question(look: Look) -> None:
    parts = (TextPart("This one:"), PHOTO, TextPart("or this one:"), PHOTO, TextPart("?"))
    wide = look._replace(max_picture_rows=0, width=80)
    photo = "IMG_0412.HEIC · 4032x3024 → 1152x864 · 972 tokens"
    lines = texts(replace(question(), parts=parts), wide)
    assert lines == ["you", "This one:", photo, "or this one:", photo, "?", ""]


def test_a_question_without_an_answer_says_that_it_is_left_out_and_what_can_be_done(
    look: Look,
) -> None:
    wide = look._replace(width=80)
    lines = texts(ended("", "The memory ran out."), wide)
    assert lines == [
        "answer",
        "The memory ran out.",
        "  not part of the context: e edits and asks again, ctrl+r asks again",
        "",
    ]
    keymap = Keymap({"chat.edit": ("y",), "chat.regenerate": ("f10",)})
    lines = texts(ended("", "The memory ran out."), wide._replace(keymap=keymap))
    assert lines[2] == "  not part of the context: y edits and asks again, f10 asks again"
    stopped = replace(ended(""), finish_reason="cancelled")
    assert not any("context" in line for line in texts(stopped, wide))


@pytest.mark.parametrize(
    ("reason", "word"),
    [("cancelled", "stopped"), ("length", "cut off at the token limit"), ("failed", "failed")],
)
def test_an_answer_that_was_cut_short_says_so(look: Look, reason: str, word: str) -> None:
    message = replace(ended("Part"), finish_reason=reason)
    assert texts(message, look._replace(shows_receipts=False))[2] == f"  {word}"


def test_an_answer_without_memory_for_more_says_so(look: Look) -> None:
    stats = TurnStats(ended_early="The memory is full.")
    message = replace(ended("Part", stats=stats), finish_reason="length")
    assert texts(message, look._replace(shows_receipts=False))[2] == "  The memory is full."


def no_marks(_picture: Attachment) -> tuple[DrawnMark, ...]:
    return ()


def test_a_picture_keeps_its_room_until_it_is_drawn(look: Look) -> None:
    wide = look._replace(width=80)
    view = MessageView(question("Who?", PHOTO))
    before = [line.text for line in view.lines(wide)]
    room = " " * 32
    assert before[5:8] == [
        f"{room}   IMG_0412.HEIC",
        f"{room}   4032x3024 → 1152x864",
        f"{room}   972 tokens",
    ]
    assert len(before) == 1 + 12 + 1 + 1

    (order,) = view.undrawn(wide, no_marks)
    assert order == PictureOrder(0, PHOTO, (80, 12))
    cells = [Strip([Segment("▓" * 32)]) for _ in range(12)]
    view.put_picture(order, DrawnPicture(32, 12, cells))
    after = [line.text for line in view.lines(wide)]
    assert after == [line.replace(room, "▓" * 32) for line in before]
    assert view.undrawn(wide, no_marks) == []


def test_a_picture_is_drawn_again_with_other_marks_and_stays_meanwhile(look: Look) -> None:
    wide = look._replace(width=80)
    view = MessageView(question("Who?", PHOTO))
    cells = [Strip([Segment("▓" * 32)]) for _ in range(12)]
    (order,) = view.undrawn(wide, no_marks)
    view.put_picture(order, DrawnPicture(32, 12, cells))
    before = view.lines(wide)
    mark = DrawnMark(10, 20, 110, 220, (255, 0, 0), "nose", 2, is_thick=True)
    (order,) = view.undrawn(wide, lambda _: (mark,))
    assert order.marks == (mark,)
    assert view.lines(wide) == before
    view.put_picture(order, DrawnPicture(32, 12, cells))
    text = "\n".join(line.text for line in view.lines(wide))
    assert "2 nose · 100x200 pixels" in text
    assert view.undrawn(wide, lambda _: (mark,)) == []


def test_the_cells_of_a_picture_come_through_as_they_are(look: Look) -> None:
    view = MessageView(question("Who?", PHOTO))
    cell = Segment("▓" * 32)
    (order,) = view.undrawn(look, no_marks)
    view.put_picture(order, DrawnPicture(32, 12, [Strip([cell])] * 12))
    assert sum(cell in line.segments for line in view.lines(look)) == 12


def test_the_caption_stands_below_a_picture_that_leaves_no_room(look: Look) -> None:
    assert texts(question("Who?", PHOTO), look)[12:] == [
        " " * 32,
        "IMG_0412.HEIC",
        "4032x3024 → 1152x864",
        "972 tokens",
        "Who?",
        "",
    ]


def test_without_pictures_there_is_only_the_caption(look: Look) -> None:
    assert texts(question("Who?", PHOTO), look._replace(max_picture_rows=0, width=80)) == [
        "you",
        "IMG_0412.HEIC · 4032x3024 → 1152x864 · 972 tokens",
        "Who?",
        "",
    ]


def test_what_was_done_to_a_picture_stands_behind_its_facts(look: Look) -> None:
    noted = replace(PHOTO, note="transparent parts on grey\x1b[2J")
    assert texts(question("Who?", noted), look._replace(max_picture_rows=0, width=90))[1] == (
        "IMG_0412.HEIC · 4032x3024 → 1152x864 · 972 tokens · transparent parts on grey␛[2J"
    )


def test_pictures_and_links_can_be_opened(look: Look) -> None:
    assert MessageView(question("https://x.org", PHOTO)).targets(look) == [0]
    text = "[a](https://a.org) and https://b.org and [a again](https://a.org)"
    assert MessageView(ended(text)).targets(look) == ["https://a.org", "https://b.org"]


@settings(deadline=None)
@given(text=markdown)
def test_the_height_is_exact_once_the_lines_were_rendered(look: Look, text: str) -> None:
    view = MessageView(ended(text))
    assert view.height(look) > 0
    lines = len(view.lines(look))
    view.release()
    assert (view.height(look), view.kept_lines) == (lines, 0)
