"""Conversations as Markdown."""

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from msgspec.structs import replace

from seeshell.core.conversation import Attachment
from seeshell.core.kept import KeptMessage
from seeshell.core.settings import Paths
from seeshell.tui.export import ExportChoices
from seeshell.tui.export.as_markdown import MarkdownForm, as_markdown

from .conversations import branched, conversation, exported, jpeg, message, store, thoughts

HOSTILE = """\
<script>alert(1)</script> and <img src=x onerror=alert(1)> but `<b>` stays, \\<i> too.

```html
<script>in code</script>
```

<https://example.org> a < b <!-- comment -->
"""


async def text_of(*messages: KeptMessage) -> str:
    return await as_markdown(conversation(*messages), MarkdownForm(), None)


async def test_a_conversation_reads_from_top_to_bottom() -> None:
    text = await text_of(
        message("q", None, "user", "How much are\nthe lemons?"),
        message("a", "q", "assistant", thoughts("I look."), "**2.50** a kilo."),
    )
    lines = [line for line in text.splitlines() if "20" not in line]
    assert lines == [
        "# Market stall",
        "",
        "",
        "## Question",
        "",
        "",
        "> How much are  ",
        "> the lemons?",
        "",
        "## Answer",
        "",
        "",
        "> Thoughts:  ",
        ">",
        "> I look.",
        "",
        "**2.50** a kilo.",
        "",
        "*990 tokens read · 12 written*",
    ]


async def test_what_looks_like_html_is_text_for_every_reader() -> None:
    text = await text_of(
        message("q", None, "user", "<script>question</script>"),
        message("a", "q", "assistant", HOSTILE),
    )
    html = MarkdownIt("commonmark", {"html": True}).render(text)
    assert "<script" not in html
    assert "<img" not in html
    assert "<!--" not in html
    assert "<code>&lt;b&gt;</code> stays, &lt;i&gt; too." in html
    assert "&lt;script&gt;in code&lt;/script&gt;" in html
    assert '<a href="https://example.org">' in html


async def test_names_are_text_for_every_reader() -> None:
    name = "<b>x</b> [y](javascript:z) `c` *d* ![e](f)"
    answer = message("a", "q", "assistant", "Yes.")
    answer = replace(answer, model=name, error=name, finish_reason="failed")
    picture = Attachment("ab" * 32, name, 60, 40, note=name)
    kept = conversation(message("q", None, "user", picture, "What?"), answer, title=name)
    text = await as_markdown(replace(kept, tags=(name,)), MarkdownForm(), None)
    page = MarkdownIt("commonmark", {"html": True}).render(text)
    told = "&lt;b&gt;x&lt;/b&gt; [y](javascript:z) `c` *d* ![e](f)"
    # Title, model and tag of the conversation, name and note of the picture, model and error.
    assert page.count(told) == 7
    assert set(re.findall(r"<(\w+)", page)) == {"h1", "h2", "p", "em", "blockquote"}


async def test_controls_can_not_steer_a_terminal() -> None:
    text = await text_of(message("q", None, "user", "a\x1b[31mb\x9b31mc"))
    assert "a␛[31mb<009b>31mc" in text


async def test_all_branches_refer_to_messages_by_number() -> None:
    text = await as_markdown(branched(), MarkdownForm(all_branches=True), None)
    assert "# Another branch, after answer 2" in text
    assert "## Question 5, version 2 of 2" in text
    assert "# Another beginning" in text


async def test_boxes_are_listed_below_their_answer(paths: Paths) -> None:
    picture = store(paths, jpeg((1000, 500)), "stall.jpg")
    answer = '[{"bbox_2d": [100, 200, 300, 400], "label": "lemons"}]'
    text = await text_of(
        message("q", None, "user", picture, "Where?"), message("a", "q", "assistant", answer)
    )
    assert "- 1 lemons: 200x100 pixels at 100,100 in picture 1" in text


async def test_pictures_lie_in_a_folder_beside_the_text(paths: Paths, tmp_path: Path) -> None:
    picture = store(paths, jpeg(), "../stall [1].jpg")
    kept = conversation(
        message("q", None, "user", picture, "What?"),
        message("a", "q", "assistant", "Lemons."),
        message("q2", "a", "user", picture, "And here?"),
    )
    target = tmp_path / "out.md"
    written, notes = await exported(paths, target, ExportChoices("markdown"), kept)
    (file,) = (tmp_path / "out-pictures").iterdir()
    text = target.read_text()
    assert written == (target, 1)
    assert notes == []
    assert file.name == f"stall-1-{picture.sha256[:8]}.jpg"
    assert text.count(f"(<out-pictures/{file.name}>)") == 2
    assert r"![Picture 1: ../stall \[1\].jpg]" in text
    assert b"SecretCam" not in file.read_bytes()


async def test_several_conversations_are_a_folder_of_texts(paths: Paths, tmp_path: Path) -> None:
    picture = store(paths, jpeg(), "stall.jpg")
    one = conversation(message("q", None, "user", picture, "What?"), title="a/b: Lemons?")
    target = tmp_path / "out"
    await exported(paths, target, ExportChoices("markdown"), one, branched(), branched())
    assert sorted(it.name[11:] for it in target.iterdir()) == [
        "Market-stall-2.md",
        "Market-stall.md",
        "a-b-Lemons-pictures",
        "a-b-Lemons.md",
    ]


@pytest.mark.parametrize("title", ["", "…", "\u202e", "..", "a" * 300])
async def test_any_title_makes_a_name(paths: Paths, tmp_path: Path, title: str) -> None:
    kept = conversation(message("q", None, "user", "What?"), title=title)
    await exported(paths, tmp_path / "out", ExportChoices("markdown"), kept, kept)
    assert len(list((tmp_path / "out").iterdir())) == 2
