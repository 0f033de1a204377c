"""A decoder of sixels that is as strict as xterm: a colour that is defined is not yet chosen."""

import re

from PIL import Image

_PICTURE = re.compile(r'P[\d;]*q"1;1;(\d+);(\d+)(.*)', re.DOTALL)
_PIECE = re.compile(r"#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)([?-~])|([?-~])|([$-])")


def decode_sixels(control: str) -> Image.Image:
    """Returns the picture of a control string without its escapes; black where unpainted."""
    found = _PICTURE.fullmatch(control)
    assert found, control[:40]
    image = Image.new("RGB", (int(found[1]), int(found[2])))
    pixels = image.load()
    assert pixels is not None
    palette: dict[int, tuple[int, int, int]] = {}
    x = y = position = 0
    color = (0, 0, 0)
    while position < len(found[3]):
        piece = _PIECE.match(found[3], position)
        assert piece, found[3][position : position + 20]
        position = piece.end()
        if piece[1]:
            red, green, blue = (round(int(piece[at]) * 255 / 100) for at in (2, 3, 4))
            palette[int(piece[1])] = red, green, blue
        elif piece[5]:
            color = palette[int(piece[5])]
        elif piece[9]:
            x, y = 0, y + 6 * (piece[9] == "-")
        else:
            count, bits = int(piece[6] or 1), ord(piece[7] or piece[8]) - 0x3F
            for column in range(x, x + count):
                for row in range(6):
                    if bits >> row & 1 and column < image.width and y + row < image.height:
                        pixels[column, y + row] = color
            x += count
    return image
