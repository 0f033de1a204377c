"""A test card in every protocol that a terminal knows, for `seeshell doctor --images`.

It is written to the terminal as it is, without Textual: each card stands below a line with its
name, so that whoever looks sees which protocol shows it, and which shows nothing.
"""

import io
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from rich.console import Console
from textual.strip import Strip

from ..terminal.cell_size import CellSize
from ..terminal.facts import Drawing, TerminalFacts, known_drawings
from ..terminal.replies import Replies, wrap_for_tmux
from ..terminal.xterm_colours import ColourDepth
from . import kitty
from .drawn import CellGrid
from .iterm2_encoder import Iterm2Encoder
from .painted_drawer import Part
from .renderables import Loader
from .sixel_encoder import SixelEncoder

if TYPE_CHECKING:
    from PIL.Image import Image

GRID: Final = CellGrid(32, 8)
"""Cells of a card."""
SIZE: Final = (320, 160)
"""Its pixels."""

_MOST_BYTES: Final = 60_000
_IMAGE_IDS: Final[dict[Drawing, int]] = {"tgp": 0x5EE501, "kitty": 0x5EE502}

_NAMES: Final[dict[Drawing, str]] = {
    "tgp": "kitty's protocol, placeholder cells",
    "kitty": "kitty's protocol, without placeholder cells",
    "iterm2": "iTerm2's protocol",
    "sixel": "sixels",
    "halfblock": "half blocks",
    "none": "",
}

_RICH_COLOURS: Final[dict[ColourDepth, str]] = {
    "truecolor": "truecolor",
    "256": "256",
    "16": "standard",
}

_BARS: Final = (
    (255, 255, 255),
    (255, 255, 0),
    (0, 255, 255),
    (0, 255, 0),
    (255, 0, 255),
    (255, 0, 0),
    (0, 0, 255),
    (0, 0, 0),
)


async def draw_cards(facts: TerminalFacts, inner: Replies, outer: Replies) -> AsyncIterator[str]:
    """Yields what to write for each protocol that the terminal knows, the best first.

    Args:
        facts: what was judged from the replies.
        inner: what answered.
        outer: what the terminal around tmux answered; the same as `inner` without tmux.
    """
    known = known_drawings(facts, inner, outer)
    loader = Loader((facts.cell_width, facts.cell_height))
    image = make_card()
    for drawing in known:
        used = " (used)" if drawing == facts.images else ""
        picture = await _draw(drawing, image, facts, loader, is_tmux=inner.is_tmux)
        yield f"\n{_NAMES[drawing]}{used}:\n{picture}"
    if not known:
        yield "\nThis terminal draws no pictures.\n"


def make_card() -> "Image":
    """Returns the card: bars of colour, a ramp of grey, lines of one pixel, and a circle."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", SIZE, (128, 128, 128))
    draw = ImageDraw.Draw(image)
    width, height = SIZE
    bar = width // len(_BARS)
    for number, colour in enumerate(_BARS):
        draw.rectangle((number * bar, 0, (number + 1) * bar - 1, height // 2 - 1), fill=colour)
    for x in range(width):
        grey = 255 * x // (width - 1)
        draw.line((x, height // 2, x, height * 3 // 4 - 1), fill=(grey, grey, grey))
    for x in range(0, width, 2):
        draw.line((x, height * 3 // 4, x, height - 1), fill=(255, 255, 255))
    radius, middle = height // 3, (width // 2, height // 2)
    box = (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius)
    draw.ellipse(box, outline=(255, 128, 0), width=3)
    return image


async def _draw(
    drawing: Drawing, image: "Image", facts: TerminalFacts, loader: Loader, *, is_tmux: bool
) -> str:
    """Returns what shows the card by one protocol, with the cursor below it in the end."""
    renderables = await loader.load()
    rgb, cell_size = image.tobytes(), CellSize((facts.cell_width, facts.cell_height))
    whole = Part(rgb, SIZE, (0, 0, *SIZE), GRID, _MOST_BYTES)
    match drawing:
        case "tgp":
            image_id = _IMAGE_IDS[drawing]
            sent = [*kitty.transmit(image_id, _png(image)), kitty.place(image_id, 1, *GRID)]
            wrapped = "".join(wrap_for_tmux(it) if is_tmux else it for it in sent)
            return wrapped + _rows(renderables.placeholder_strips(image_id, 1, GRID), "truecolor")
        case "kitty":
            image_id = _IMAGE_IDS[drawing]
            shown = kitty.show(image_id, 1, kitty.Box(0, 0, *SIZE), GRID)
            return _over_blanks("".join(kitty.transmit(image_id, _png(image))) + shown)
        case "iterm2":
            sequence = await Iterm2Encoder(loader, cell_size).encode(whole)
            return _over_blanks(wrap_for_tmux(sequence) if is_tmux else sequence)
        case "sixel":
            return _over_blanks(await SixelEncoder(loader, cell_size).encode(whole))
        case "halfblock":
            return _rows([*renderables.half_block_strips(rgb, SIZE, GRID)], facts.colours)
        case "none":
            return ""


def _over_blanks(sequence: str) -> str:
    """Returns a sequence that draws from the cursor's cell on, over rows that are there for it."""
    up = f"\x1b[{GRID.rows}A"
    return "\n" * GRID.rows + up + f"\x1b7{sequence}\x1b8" + "\n" * GRID.rows


def _rows(strips: list[Strip], colours: ColourDepth) -> str:
    """Returns rows of cells as text for a terminal."""
    console = Console(
        file=io.StringIO(),
        force_terminal=True,
        color_system=_RICH_COLOURS[colours],  # type: ignore[arg-type]
        width=GRID.columns,
    )
    return "".join(f"{strip.render(console)}\n" for strip in strips)


def _png(image: "Image") -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()
