"""Makes a small copy of a picture, or of a part of it, to look at."""

import io
import os
from math import ceil, sqrt

import msgspec
from PIL import Image

from ..excerpt import Excerpt, Region
from ..images import ImageSize, hash_file, opened_image
from .fed_pixels import copy_fed
from .jobs import Finished, ThumbnailJob, as_path
from .kept_page import Part, may_keep
from .overlay import draw_overlay
from .parent import Parent, limit_computing


def shrink_picture(job: ThumbnailJob, parent: Parent) -> tuple[Finished, bytes]:
    """Returns the copy, as RGB or as PNG; no bytes of a file that is as it was.

    Raises:
        ImageError: the file can't be read.
    """
    part = _part_of_kept(job, parent) or _read_part(job, parent)
    if not part.size.width:
        return part.told, b""
    small, region = _within(part.small, job.pixels), job.excerpt.region
    if job.overlay:
        origin = (max(region.x, 0), max(region.y, 0)) if region else (0, 0)
        small = draw_overlay(small, job.overlay, Region(*origin, *part.size))
    payload = _palette_png(small) if job.form == "png" else small.tobytes()
    finished = msgspec.structs.replace(
        part.told, size=part.size, is_kept=bool(parent.kept.held_bytes)
    )
    return finished.carrying(ImageSize(*small.size), payload)


def _part_of_kept(job: ThumbnailJob, parent: Parent) -> Part | None:
    """Returns what is wanted, if that is of the page that is kept; None where it is not."""
    region = job.excerpt.region
    if region is None or job.known != (0, 0):
        return None
    limit_computing(parent.decode_seconds)
    return parent.kept.part(job, _longest_side(job.pixels, region.width, region.height))


def _read_part(job: ThumbnailJob, parent: Parent) -> Part:
    """Returns what is wanted; nothing of a file that is as it was, which is known already."""
    path = as_path(job.path)
    excerpt = job.fed.excerpt if job.fed else job.excerpt
    with opened_image(path, job.max_pixels, name=job.name, excerpt=excerpt) as picture:
        status = os.fstat(picture.file.fileno())
        told = Finished(state=(status.st_mtime_ns, status.st_size))
        if told.state == job.known:
            return Part(Image.new("RGB", (1, 1)), ImageSize(0, 0), told)
        parent.wait_for_memory(picture, job)
        told = msgspec.structs.replace(told, sha256=hash_file(path), pages=picture.pages)
        side = _longest_side(job.pixels, *picture.wanted_size)
        if may_keep(job, picture.header, side) and (part := _keep_page(job, told, side, parent)):
            return part
        if job.fed:
            small, size = copy_fed(picture, job.fed, job.excerpt.region, job.pixels)
        else:
            small, size = picture.thumbnail(side, side)
        return Part(small, size, msgspec.structs.replace(told, note=picture.note))


def _keep_page(job: ThumbnailJob, told: Finished, side: int, parent: Parent) -> Part | None:
    """Decodes all of a page, keeps it and returns the part; None if not all of that lies in it."""
    whole = Excerpt(job.excerpt.page)
    with opened_image(as_path(job.path), job.max_pixels, name=job.name, excerpt=whole) as picture:
        pixels = picture.upright_rgb()
        parent.kept.keep(job, pixels, msgspec.structs.replace(told, note=picture.note))
    return parent.kept.part(job, side)


def _longest_side(pixels: int, width: int, height: int) -> int:
    """Returns how long a copy of so many pixels may be: of a strip, as long as two squares."""
    longer, shorter = max(width, height), min(width, height)
    return min(2 * round(sqrt(pixels)), ceil(sqrt(pixels * longer / shorter)))


def _within(small: Image.Image, pixels: int) -> Image.Image:
    """Returns the picture with its pixels within the budget, whatever its aspect ratio."""
    excess = small.width * small.height / pixels
    if excess <= 1:
        return small
    scale = 1 / sqrt(excess)
    size = (max(1, int(small.width * scale)), max(1, int(small.height * scale)))
    return small.resize(size, Image.Resampling.LANCZOS)


def _palette_png(small: Image.Image) -> bytes:
    """Returns 256 colours without dither: half the bytes of 24-bit colours, at 1 to 5 ms."""
    buffer = io.BytesIO()
    palette = small.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette.save(buffer, "PNG", compress_level=9)
    return buffer.getvalue()
