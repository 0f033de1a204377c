"""The page: one file, nothing asked for, nothing run, whatever stands in the conversation."""

import base64
import hashlib
import re
from itertools import pairwise
from pathlib import Path

import pytest

from seeshell.core.excerpt import Excerpt, Region
from seeshell.core.kept import KeptConversation
from seeshell.core.settings import Paths
from seeshell.tui.export import ExportChoices

from .attacks import ATTACKS
from .conversations import branched, conversation, exported, jpeg, message, store, thoughts
from .read_page import Page, read_page

TAGS = re.compile(
    "html|head|meta|link|title|style|body|header|main|footer|nav|section|article|h[1-6]|p|a|span|"
    "time|div|ul|ol|li|em|strong|s|code|pre|blockquote|hr|br|table|thead|tbody|tr|th|td|figure|"
    "figcaption|svg|g|image|use|rect|circle|text|details|summary"
)
ATTRIBUTES = re.compile(
    "lang|charset|http-equiv|content|name|rel|href|class|id|aria-(?:labelledby|label|hidden)|role|"
    "datetime|dir|tabindex|start|width|height|viewbox|preserveaspectratio|x|y|cx|cy|r|rx|fill|"
    "stroke|font-size|text-anchor"
)
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


async def page_of(
    paths: Paths, folder: Path, *kept: KeptConversation, all_branches: bool = False
) -> tuple[str, Page]:
    target = folder / "page.html"
    choices = ExportChoices(all_branches=all_branches, replaces=True)
    written, _ = await exported(paths, target, choices, *kept)
    assert written == (target, 0)
    text = target.read_text(encoding="utf-8")
    return text, read_page(text)


def check_harmless(page: Page) -> None:
    """Looks at every tag, attribute and address."""
    for element in page.elements:
        assert TAGS.fullmatch(element.tag), element
        assert all(map(ATTRIBUTES.fullmatch, element.attributes)), element
        target = element.attributes.get("href", "#p")
        if element.tag == "a":
            assert re.match(r"https?://[^@]*$|mailto:|#c\d+|#contents|#p$", target), element
            assert target.startswith("#") or "noopener" in element.attributes["rel"]
        else:
            assert target.startswith(("data:image/", "data:,", "#p")), element


def check_outline(page: Page) -> None:
    """Looks at headings, ids and what refers to them."""
    levels = [int(it.tag[1]) for it in page.elements if re.fullmatch(r"h[1-6]", it.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = [it.attributes["id"] for it in page.elements if "id" in it.attributes]
    assert len(ids) == len(set(ids))
    for element in page.elements:
        target = element.attributes.get("href", "")
        assert not target.startswith("#") or target[1:] in ids, element
        assert set(element.attributes.get("aria-labelledby", "").split()) <= set(ids)


@pytest.mark.parametrize("attack", ATTACKS)
async def test_nothing_in_a_conversation_becomes_more_than_text(
    paths: Paths, tmp_path: Path, attack: str
) -> None:
    picture = store(paths, jpeg(), attack.replace("\0", "").encode(errors="replace").decode())
    boxes = f'[{{"bbox_2d": [1, 2, 300, 400], "label": "{attack[:40]}"}}]'
    question = message("q", None, "user", picture, attack)
    first = message("a", "q", "assistant", thoughts(attack), attack)
    second = message("b", "q", "assistant", boxes)
    kept = conversation(question, first, second, title=attack)
    _, page = await page_of(paths, tmp_path, kept, all_branches=True)
    check_harmless(page)
    check_outline(page)


async def test_the_policy_allows_its_style_and_pictures_within_and_nothing_else(
    paths: Paths, tmp_path: Path
) -> None:
    text, page = await page_of(paths, tmp_path, branched())
    (style,) = STYLE.findall(text)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = page.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"]
    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'"
    )
    assert "url(" not in style
    assert "@import" not in style


async def test_a_conversation_is_told_with_everything_that_belongs_to_it(
    paths: Paths, tmp_path: Path
) -> None:
    picture = store(paths, jpeg(), "stall.jpg")
    kept = conversation(
        message("q", None, "user", picture, "How much\nare the lemons?"),
        message("a", "q", "assistant", thoughts("I look at it."), "# Price\n\n**2.50** a kilo"),
    )
    _, page = await page_of(paths, tmp_path, kept)
    assert page.one("h1").text == page.one("title").text == "Market stall"
    assert page.one("p", **{"class": "words"}).text == "How much\nare the lemons?"
    assert page.one("svg").attributes["aria-label"] == "Picture 1: stall.jpg"
    assert page.one("image").attributes["href"].startswith("data:image/jpeg;base64,")
    assert page.one("details").text == "Thoughts (4 words)I look at it."
    assert page.one("h3").text == "Price"
    assert page.one("strong").text == "2.50"
    assert "Qwen3-VL-4B" in page.one("p", **{"class": "facts"}).text
    check_outline(page)


async def test_boxes_lie_over_the_one_copy_of_their_picture(paths: Paths, tmp_path: Path) -> None:
    picture = store(paths, jpeg((1000, 500)), "stall.jpg")
    marks = (
        '[{"bbox_2d": [100, 200, 300, 400], "label": "lemons"}, '
        '{"point_2d": [999, 999], "label": "corner"}]'
    )
    kept = conversation(
        message("q", None, "user", picture, "Where?"), message("a", "q", "assistant", marks)
    )
    _, page = await page_of(paths, tmp_path, kept)
    assert len(page.all("image")) == 1
    assert page.one("use").attributes["href"] == "#p1"
    box = {"x": "100", "y": "100", "width": "200", "height": "100"}
    assert page.all("rect", **{"class": "mark"})[0].attributes.items() >= box.items()
    assert page.one("circle", **{"class": "mark"}).attributes["cx"] == "999"
    figure = page.one("figure", **{"class": "marked"})
    assert "1 lemons 200x100 pixels at 100,100" in figure.text
    assert "2 corner the pixel 999,499" in figure.text
    for badge in page.all("rect"):
        if "class" not in badge.attributes and "rx" not in badge.attributes:
            right = int(badge.attributes["x"]) + int(badge.attributes["width"])
            assert right <= 1000


async def test_an_excerpt_is_shown_cut_out_and_drawn_in_its_whole(
    paths: Paths, tmp_path: Path
) -> None:
    content = jpeg((400, 200))
    whole = store(paths, content, "stall.jpg")
    part = store(paths, content, "stall.jpg", excerpt=Excerpt(region=Region(40, 20, 100, 50)))
    both = conversation(message("q", None, "user", whole, part, "What?"))
    alone = conversation(message("q", None, "user", part, "What?"))
    _, page = await page_of(paths, tmp_path, both)
    place = page.one("svg", **{"class": "place"})
    assert place.attributes["viewbox"] == "0 0 400 200"
    assert page.one("rect", **{"class": "mark"}).attributes["width"] == "100"
    text, page = await page_of(paths, tmp_path, alone)
    # Nothing of the picture that it was cut from goes along.
    assert not page.all("svg", **{"class": "place"})
    assert len(text) < len(both.title) + 20_000


async def test_a_picture_that_is_gone_leaves_its_name(paths: Paths, tmp_path: Path) -> None:
    picture = store(paths, jpeg(), "stall.jpg")
    paths.picture(picture.sha256).unlink()
    kept = conversation(message("q", None, "user", picture, "What?"))
    _, page = await page_of(paths, tmp_path, kept)
    assert "Picture 1: stall.jpg" in page.one("figure", **{"class": "lost"}).text
    assert not page.all("image")


async def test_branches_are_linked_both_ways(paths: Paths, tmp_path: Path) -> None:
    _, shown = await page_of(paths, tmp_path, branched())
    assert not shown.all("section")
    _, page = await page_of(paths, tmp_path, branched(), all_branches=True)
    assert len(page.all("section", **{"class": "branch"})) == 3
    links = [(it.attributes["href"], it.text) for it in page.all("a")]
    assert ("#c1-2", "answer 2") in links
    assert ("#c1-5", "version 2") in links
    assert ("#c1-3", "version 1") in links
    check_outline(page)


async def test_several_conversations_have_contents(paths: Paths, tmp_path: Path) -> None:
    picture = store(paths, jpeg(), "stall.jpg")
    one = conversation(message("q", None, "user", picture, "What?"), title="One")
    _, page = await page_of(paths, tmp_path, one, branched(), one)
    assert [it.attributes["href"] for it in page.all("a")] == ["#contents", "#c1", "#c2", "#c3"]
    assert page.one("h1").text == "3 conversations"
    assert len(page.all("image")) == 1
    assert len(page.all("use")) == 1
    check_outline(page)


async def test_text_that_takes_too_long_to_read_stands_as_it_was_written(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seeshell.tui.export.html import content
    from seeshell.tui.markdown.patience import Patience

    monkeypatch.setattr(content, "_PATIENCE", Patience(0.001))
    long = "*a **b [c](d " * 3000
    kept = conversation(message("a", None, "assistant", long))
    _, page = await page_of(paths, tmp_path, kept)
    assert page.one("p", **{"class": "as-written"}).text == long
