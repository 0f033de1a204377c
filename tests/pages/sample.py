"""Conversations of every kind for the page that is looked at."""

import io
import random
from collections.abc import Iterator

from PIL import Image, ImageDraw, ImageFilter

from seeshell.core.conversation import Attachment
from seeshell.core.excerpt import Excerpt, Region
from seeshell.core.kept import KeptConversation, KeptMessage
from seeshell.core.settings import Paths
from tests.tui.export.attacks import ATTACKS
from tests.tui.export.conversations import branched, conversation, message, store, thoughts

ANSWER = """\
# Prices

The sign reads **2.50** a *kilo*; see [the market](https://example.org/market) or
https://example.org/a?b=c, and write to <mailto:stall@example.org>. ~~3.00~~

| fruit | price | a rather long heading of a column |
|:--|--:|:-:|
| lemons | 2.50 | yes, and a lot more than fits a telephone's width |
| oranges | 1.90 | no |

### What I did

1. Looked at `@1`.
2. Counted:
   - [x] lemons
   - [ ] oranges

> Quoted from the sign.

```python
def price(kilos: float, each: float = 2.5) -> float:  # a kilo
    '''What it costs, in a line that is a good deal longer than a telephone is wide.'''
    return round(kilos * each, 2) if kilos else 0
```

$$
E = mc^2
$$

中文也可以。 العربية أيضا.
"""

MARKS = """\
```json
[{"bbox_2d": [100, 200, 450, 700], "label": "lemons"},
 {"bbox_2d": [520, 180, 980, 760], "label": "oranges, from Spain"},
 {"point_2d": [500, 950], "label": "price"}]
```
"""


def photograph(number: int, size: tuple[int, int]) -> bytes:
    """Returns a JPEG with as many details as a photograph has."""
    chance = random.Random(number)
    small = Image.effect_noise((size[0] // 8, size[1] // 8), 60).convert("RGB")
    image = small.resize(size).filter(ImageFilter.GaussianBlur(2))
    drawing = ImageDraw.Draw(image)
    for _ in range(30):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        side = chance.randrange(size[0] // 20, size[0] // 4)
        colour = tuple(chance.randrange(256) for _ in range(3))
        drawing.ellipse((x, y, x + side, y + side), fill=colour)
    content = io.BytesIO()
    image.save(content, "JPEG", quality=90)
    return content.getvalue()


def photographs(paths: Paths, count: int) -> Iterator[Attachment]:
    """Stores pictures as telephones make them, no two files alike."""
    sizes = ((4032, 3024), (3024, 4032), (1170, 2532), (1600, 900), (640, 480))
    made = [photograph(at, size) for at, size in enumerate(sizes * 2)]
    for number in range(count):
        note = f"{number}".encode()
        comment = b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note
        content = made[number % len(made)]
        yield store(paths, content[:2] + comment + content[2:], f"IMG_{number:04}.jpg")


def everything(paths: Paths) -> KeptConversation:
    """Returns a conversation with all that a page can show."""
    content = photograph(1, (1600, 1200))
    picture = store(paths, content, "market stall.jpg")
    part = store(
        paths, content, "market stall.jpg", excerpt=Excerpt(region=Region(700, 200, 600, 500))
    )
    lost = store(paths, photograph(2, (64, 64)), "lost.jpg")
    paths.picture(lost.sha256).unlink()
    return conversation(
        message("q", None, "user", picture, "How much are\nthe lemons?"),
        message("a", "q", "assistant", thoughts("The user asks for a price.\n\nI look."), ANSWER),
        message("q2", "a", "user", "Mark the fruit."),
        message("a2", "q2", "assistant", MARKS),
        message("q3", "a2", "user", part, lost, "And here?"),
        message("a3", "q3", "assistant", "Oranges."),
        title="Market stall, with a title that is longer than one line of a telephone",
    )


def attacks() -> list[KeptConversation]:
    """Returns conversations that would run or ask for something in a careless page."""
    return [
        conversation(
            message("q", None, "user", attack),
            message("a", "q", "assistant", thoughts(attack), attack),
            title=attack,
        )
        # No store holds half a character.
        for attack in (it.encode(errors="replace").decode() for it in ATTACKS)
    ]


RIGHT_TO_LEFT = """\
# الأسعار في السوق

اللافتة تقول **2.50** لكل كيلو، أي `price("ليمون") = 2.5`؛ انظر [السوق](https://example.org/سوق).

| الفاكهة | السعر | ملاحظة |
|:--|--:|:-:|
| ليمون | 2.50 | من إسبانيا (Spain), 12 kg |
| برتقال | 1.90 | لا |

1. عددت الصناديق.
2. قرأت اللافتة:
   - [x] ליסטים
   - [ ] תפוזים

> מחיר: 2.50 ש״ח לק״ג, including VAT.

```python
مجموع = sum(price for price in [2.5, 1.9])  # المجموع
```
"""

FENCES = {
    "python": 'def f(x: int) -> str:\n    """Twice."""\n    return f\'{x * 2:>8}\'  # padded\n',
    "rust": 'fn main() { let it: Vec<u8> = vec![1, 2]; println!("{:?}", it); } // all\n',
    "sh": 'for it in *.png; do seeshell ask -i "$it" \'What is it?\' | tee -a "out.txt"; done\n',
    "sql": "SELECT title, count(*) FROM conversations WHERE updated_at > 0 GROUP BY 1 -- all\n",
    "html": "<!doctype html><title>&amp;</title><p class=\"a\" onclick='run()'>text</p>\n",
    "json": '{"pixels": [0, 1.5e3, -2], "ok": true, "none": null, "text": "\\u00e9"}\n',
    "diff": "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-old\n+new\n same\n",
    "c": '#include <stdio.h>\nint main(void) { return printf("%d\\n", 0x1F) > 0 ? 0 : 1; }\n',
    "makefile": "all: a.o b.o\n\t$(CC) -o $@ $^ # links\n",
    "tracery": "a language that nobody knows\n",
    "": "no language at all\n"
    + "a line without a space and without an end ".replace(" ", "_") * 12
    + "\n",
}
"""Code by its language."""

SECRETS = """\
From Anna Example <anna@example.org>, +49 30 1234567, IBAN DE02120300000000202051.
Her key is `sk-live-0123456789abcdef`; it lies in /Users/anna/.config/keys.toml.
Password: <b>hunter2</b> & "more" 'of it'.
"""


def right_to_left() -> KeptConversation:
    """Returns a conversation in Arabic and Hebrew, with English and code in it."""
    return conversation(
        message("q", None, "user", "كم سعر الليمون؟\nHow much in €?"),
        message("a", "q", "assistant", thoughts("أنظر إلى اللافتة."), RIGHT_TO_LEFT),
        message("q2", "a", "user", "וכמה התפוזים? `price()`"),
        message("a2", "q2", "assistant", "1.90 ש״ח."),
        title="سوق الليمون — market stall",
    )


def code() -> KeptConversation:
    """Returns a conversation that is nearly all code, some of it in very long lines."""
    fences = [f"```{name}\n{text * 3}```" for name, text in FENCES.items()]
    return conversation(
        message("q", None, "user", "\n\n".join(fences)),
        message("a", "q", "assistant", "\n\n".join(["Call `f(1)`:", *fences])),
        title="f(x: int) -> str",
    )


def long(turns: int) -> KeptConversation:
    """Returns a conversation of very many turns, with what people keep to themselves."""
    messages: list[KeptMessage] = []
    for number in range(turns):
        before = messages[-1].uuid if messages else None
        messages += [
            message(f"q{number}", before, "user", f"{number}. {SECRETS}"),
            message(f"a{number}", f"q{number}", "assistant", thoughts(SECRETS), ANSWER),
        ]
    return conversation(*messages, title="W" * 300)


def album(paths: Paths, count: int) -> KeptConversation:
    """Returns a conversation with many pictures."""
    messages: list[KeptMessage] = []
    for number, picture in enumerate(photographs(paths, count)):
        before = messages[-1].uuid if messages else None
        messages += [
            message(f"q{number}", before, "user", picture, f"What is in picture {number + 1}?"),
            message(f"a{number}", f"q{number}", "assistant", f"Picture **{number + 1}**."),
        ]
    return conversation(*messages, title=f"{count} pictures")


__all__ = ["album", "attacks", "branched", "code", "everything", "long", "right_to_left"]
