"""Pages of PDF files are pictures; a file that can't be shown is one sentence."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from PIL import Image

from seeshell.core.errors import ImageError
from seeshell.core.excerpt import Excerpt, Region
from seeshell.core.formats.pdf_file import PdfFile
from seeshell.core.images import ImageSize, opened_image

LIMIT = 200_000_000
A4 = (595.28, 841.89)


def pdf(
    pages: Iterable[tuple[tuple[float, float], bytes]],
    objects: Iterable[bytes] = (),
    trailer: bytes = b"",
    *,
    form: bytes = b"",
    page: bytes = b"",
) -> bytes:
    """A PDF of pages of these sizes in points and contents; other objects follow from number 3 on.

    Args:
        pages: size and content stream of each.
        objects: beside the pages; the first one has number 3.
        trailer: more of the trailer.
        form: more of the catalogue.
        page: more of each page.
    """
    bodies = [b"", b"", *objects]
    kids = []
    for (width, height), content in pages:
        stream = b"<</Length %d>>stream\n%s\nendstream" % (len(content), content)
        bodies.append(stream)
        more = page + (b"/Annots[3 0 R]" if form else b"")
        bodies.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %f %f]/Contents %d 0 R%s>>"
            % (width, height, len(bodies), more)
        )
        kids.append(b"%d 0 R" % len(bodies))
    bodies[0] = b"<</Type/Catalog/Pages 2 0 R%s>>" % form
    bodies[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(kids), len(kids))
    content = b"%PDF-1.7\n"
    offsets = []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(content))
        content += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    size = b"trailer<</Root 1 0 R/Size %d%s>>\n" % (len(bodies) + 1, trailer)
    return content + head + table + size + b"startxref\n%d\n%%%%EOF\n" % len(content)


RED_CORNER = b"1 0 0 rg 0 0 72 72 re f"
"""An inch of red at the bottom left."""


def write(folder: Path, content: bytes) -> Path:
    path = folder / "report.pdf"
    path.write_bytes(content)
    return path


def read(path: Path, excerpt: Excerpt) -> tuple[Image.Image, str]:
    with opened_image(path, LIMIT, excerpt=excerpt) as picture:
        return picture.upright_rgb(), picture.note


def test_a_page_is_drawn_on_white_at_the_size_of_a_scan(tmp_path: Path) -> None:
    path = write(tmp_path, pdf([((144, 288), RED_CORNER), (A4, b"")]))
    page, note = read(path, Excerpt())
    assert page.size == (400, 800)
    assert (page.mode, note) == ("RGB", "page 1 of 2")
    assert page.getpixel((100, 700)) == (255, 0, 0)
    assert page.getpixel((300, 700)) == page.getpixel((100, 500)) == (255, 255, 255)
    with opened_image(path, LIMIT, excerpt=Excerpt(2)) as opened:
        assert (opened.look()[1], opened.pages) == (ImageSize(1654, 2339), 2)


def test_a_small_copy_is_drawn_small_and_knows_the_size_of_the_page(tmp_path: Path) -> None:
    path = write(tmp_path, pdf([((144, 288), RED_CORNER)]))
    with opened_image(path, LIMIT) as opened:
        small, size = opened.thumbnail(50, 50)
    assert (small.size, size) == ((25, 50), (400, 800))
    assert small.getpixel((5, 45)) == (255, 0, 0)
    with path.open("rb") as file:
        page = PdfFile(file, "it")
        page.draft("RGB", (100, 100))
        assert page.size == (100, 200)
        page.load()
        assert page.getpixel((20, 180)) == (255, 0, 0)


def test_a_rectangle_is_of_the_page_as_it_is_drawn_at_its_full_size(tmp_path: Path) -> None:
    path = write(tmp_path, pdf([((144, 288), RED_CORNER)]))
    excerpt = Excerpt(1, Region(150, 550, 100, 100))
    part, _ = read(path, excerpt)
    assert part.size == (100, 100)
    assert part.getpixel((40, 60)) == (255, 0, 0)
    assert part.getpixel((60, 60)) == part.getpixel((40, 40)) == (255, 255, 255)
    with opened_image(path, LIMIT, excerpt=excerpt) as opened:
        small, size = opened.thumbnail(20, 20)
    assert (small.size, size) == ((20, 20), (100, 100))
    assert small.getpixel((5, 15)) == (255, 0, 0)


def test_a_page_is_turned_and_cut_as_it_says(tmp_path: Path) -> None:
    turned = pdf([((144, 288), RED_CORNER)], page=b"/Rotate 90/CropBox[0 0 144 144]")
    page, _ = read(write(tmp_path, turned), Excerpt())
    assert page.size == (400, 400)
    assert page.getpixel((100, 100)) == (255, 0, 0)
    assert page.getpixel((100, 300)) == page.getpixel((300, 100)) == (255, 255, 255)


def test_a_poster_is_drawn_at_fewer_dots_an_inch_which_is_said(tmp_path: Path) -> None:
    path = write(tmp_path, pdf([((7200, 7200), b"")]))
    with opened_image(path, LIMIT) as opened:
        width, height = opened.header.size
        assert 49_000_000 < width * height <= 50_020_000
        assert opened.note == "drawn at 71 dots an inch"


def test_what_was_filled_into_a_form_is_seen(tmp_path: Path) -> None:
    appearance = b"<</Type/XObject/Subtype/Form/BBox[0 0 72 72]/Length 23>>stream\n" + (
        b"0 0 1 rg 0 0 72 72 re f\nendstream"
    )
    field = (
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Ann)/Rect[0 0 72 72]/F 4/AP<</N 4 0 R>>>>"
    )
    path = write(
        tmp_path,
        pdf([((144, 144), b"")], [field, appearance], form=b"/AcroForm<</Fields[3 0 R]>>"),
    )
    page, _ = read(path, Excerpt())
    blue = page.getpixel((100, 300))
    assert isinstance(blue, tuple)
    assert blue[2] > 200
    assert blue != (255, 255, 255)


PROTECTED = b"<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -4>>" % (b"00" * 32, b"11" * 32)

UNREADABLE = {
    "protected": (
        pdf([(A4, b"")], [PROTECTED], b"/Encrypt 3 0 R/ID[<00><00>]"),
        "report.pdf is a PDF that only a password opens; save it without one",
    ),
    "protected in a rare way": (
        pdf([(A4, b"")], [b"<</Filter/Other/V 9>>"], b"/Encrypt 3 0 R/ID[<00><00>]"),
        "report.pdf is a PDF that only a password opens; save it without one",
    ),
    "empty": (pdf([]), "report.pdf is a PDF that is damaged or has no pages;"),
    "broken": (b"%PDF-1.7\nand nothing", "report.pdf is a PDF that is damaged or has no pages;"),
}


@pytest.mark.parametrize(("content", "sentence"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_pdf_that_can_not_be_shown_is_one_sentence(
    content: bytes, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(ImageError) as refused:
        read(write(tmp_path, content), Excerpt())
    assert str(refused.value).startswith(sentence)
    assert str(refused.value).endswith(".")


def test_a_page_that_is_not_there_is_refused_with_how_many_there_are(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"^report\.pdf has 2 pages: there is no page 3; "):
        read(write(tmp_path, pdf([(A4, b"")] * 2)), Excerpt(3))


def test_a_head_before_the_pdf_does_not_hide_it(tmp_path: Path) -> None:
    page, _ = read(write(tmp_path, b"\x1b%-12345X@PJL\n" + pdf([((72, 72), b"")])), Excerpt())
    assert page.size == (200, 200)
