"""`python -m tests.bench.looks [FOLDER]`: how well copies of pictures are told from other pictures.

The samples, generated scenes and the photographs of a folder are changed as pictures are on their
way: saved again, scaled, coloured, cut. It prints how many copies are found and how many different
pictures are taken for copies, beside a difference hash (dHash) of as many bits.
"""

import sys
from collections.abc import Callable, Sequence
from io import BytesIO
from itertools import combinations
from pathlib import Path

from PIL import Image, ImageEnhance, ImageFilter

from seeshell.core.demo import SAMPLES_PATH
from seeshell.core.look import ALIKE_BITS, LOOK_SIDE, look_of

from ..box_scenes import sample_box_scenes

_SCENES = 60
_LONGEST_SIDE = 800


def _saved(format_name: str, quality: int) -> Callable[[Image.Image], Image.Image]:
    def save(picture: Image.Image) -> Image.Image:
        buffer = BytesIO()
        picture.save(buffer, format_name, quality=quality)
        return Image.open(buffer).convert("RGB")

    return save


def _scaled(part: int) -> Callable[[Image.Image], Image.Image]:
    return lambda it: it.resize((max(1, it.width // part), max(1, it.height // part)))


def _cut(percent: int) -> Callable[[Image.Image], Image.Image]:
    def cut(it: Image.Image) -> Image.Image:
        across, down = it.width * percent // 100, it.height * percent // 100
        return it.crop((across, down, it.width - across, it.height - down))

    return cut


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "JPEG, quality 90": _saved("JPEG", 90),
    "JPEG, quality 40": _saved("JPEG", 40),
    "WebP, quality 50": _saved("WEBP", 50),
    "64 colours": lambda it: it.quantize(64).convert("RGB"),
    "half as large": _scaled(2),
    "a fifth as large": _scaled(5),
    "blurred": lambda it: it.filter(ImageFilter.GaussianBlur(max(it.size) / 300)),
    "grey": lambda it: it.convert("L").convert("RGB"),
    "brighter by a quarter": lambda it: ImageEnhance.Brightness(it).enhance(1.25),
    "less contrast": lambda it: ImageEnhance.Contrast(it).enhance(0.7),
    "1 % cut off each side": _cut(1),
    "2 % cut off each side": _cut(2),
    "5 % cut off each side": _cut(5),
}


def _look(picture: Image.Image) -> int:
    side = (LOOK_SIDE, LOOK_SIDE)
    return look_of(picture.convert("L").resize(side, Image.Resampling.LANCZOS).tobytes())


def _differences(picture: Image.Image) -> int:
    """Returns the dHash: which pixels are brighter than their neighbours on the right."""
    grey = picture.convert("L").resize((9, 8), Image.Resampling.LANCZOS).tobytes()
    places = [9 * row + column for row in range(8) for column in range(8)]
    return sum(1 << bit for bit, place in enumerate(places) if grey[place] > grey[place + 1])


def _read_pictures(folders: Sequence[str]) -> list[Image.Image]:
    files = sorted(SAMPLES_PATH.iterdir())
    files += [file for folder in folders for file in sorted(Path(folder).iterdir())]
    pictures = [Image.open(file).convert("RGB") for file in files]
    pictures += [scene.picture.convert("RGB") for scene in sample_box_scenes(5, _SCENES)]
    for picture in pictures:
        picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    return pictures


def main() -> int:
    """Prints both hashes' figures."""
    pictures = _read_pictures(sys.argv[1:])
    methods = {"look": _look, "dHash": _differences}
    hashes = {name: [method(it) for it in pictures] for name, method in methods.items()}
    print(f"{'of ' + str(len(pictures)):26}{''.join(f'{name:>10}' for name in methods)}")
    for name, change in CHANGES.items():
        copies = [change(it) for it in pictures]
        found = [
            sum(_is_alike(a, method(copy)) for a, copy in zip(hashes[kind], copies, strict=True))
            for kind, method in methods.items()
        ]
        print(f"{name:26}{''.join(f'{it:10}' for it in found)}")
    pairs = len(pictures) * (len(pictures) - 1) // 2
    wrong = [sum(_is_alike(*it) for it in combinations(found, 2)) for found in hashes.values()]
    print(f"{f'wrong, of {pairs:,} pairs':26}{''.join(f'{it:10}' for it in wrong)}")
    return 0


def _is_alike(one: int, other: int) -> bool:
    return (one ^ other).bit_count() <= ALIKE_BITS


if __name__ == "__main__":
    sys.exit(main())
