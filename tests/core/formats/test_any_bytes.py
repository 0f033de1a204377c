"""Whatever bytes a file holds, it is read or refused in a sentence."""

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seeshell.core.errors import ImageError
from seeshell.core.excerpt import Excerpt, Region
from seeshell.core.images import opened_image

from .made import (
    CHANGES,
    LIMIT,
    apple,
    chunks,
    cmyk_profile,
    encoded,
    icc_profile,
    noise,
    png,
    quarters,
    spoil,
    with_jpeg,
)
from .test_pages import frames, heic, pictures, several
from .test_pdf_file import RED_CORNER, pdf

PROFILE = b"p\0\0" + zlib.compress(icc_profile(b"RGB ", is_p3=True))
HEAD, *REST = chunks(encoded(quarters(), "PNG"))
RAW = {50706: b"\1\4\0\0", 256: (3000,), 257: (9,), 262: (32803,)}
WHOLE = {
    "raw": with_jpeg([{**RAW, 330: (1,)}, {}], encoded(noise(1600, 8))),
    "apple": apple(noise(40, 30).convert("RGBA"), "BGRA", 6),
    "profile": png([HEAD, (b"iCCP", PROFILE), *REST]),
    "printer": encoded(noise(40, 30).convert("CMYK"), icc_profile=cmyk_profile()),
    "progressive": encoded(noise(60, 50), progressive=True),
    **{form: several(form, pictures()) for form in ("TIFF", "MPO")},
    **{form: several(form, frames()) for form in ("GIF", "PNG", "WEBP")},
    "HEIC": heic(1),
    "PDF": pdf([((40, 30), RED_CORNER), ((20, 20), RED_CORNER)]),
    "alpha": encoded(quarters().convert("P"), "PNG", transparency=0),
}

CORNER = Region(1, 2, 9, 9)


@settings(max_examples=200, deadline=None)
@given(
    kind=st.sampled_from(sorted(WHOLE)),
    changes=CHANGES,
    kept=st.floats(0.5, 1),
    page=st.integers(1, 3),
)
def test_no_bytes_raise_anything_but_an_image_error(
    kind: str,
    changes: list[tuple[float, int]],
    kept: float,
    page: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.getbasetemp() / f"any.{kind}"
    path.write_bytes(spoil(WHOLE[kind], changes, kept))
    try:
        with opened_image(path, LIMIT, excerpt=Excerpt(page)) as picture:
            assert picture.upright_rgb().mode == "RGB"
        with opened_image(path, LIMIT, excerpt=Excerpt(page, CORNER)) as picture:
            assert picture.thumbnail(20, 20)[0].mode == "RGB"
    except ImageError as error:
        assert str(error).endswith(".")
