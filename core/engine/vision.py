"""Pictures of a prompt: read once, encoded once, known by their content.

A picture is identified by the pixels that the model sees. What the vision half makes of them is
kept, so that an earlier picture is neither decoded nor encoded again while its features are held.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import mlx.core as mx
from PIL import Image

from ..errors import ImageError
from ..images import ImageSize
from ..stored_pixels import IsStopped, ReadPixels, WantedPixels
from .engine import PromptImage
from .family.family import Family, Features
from .kv.prefix import ImageSpan
from .picture import Picture, PictureSize


class _Seen(NamedTuple):
    """What is known of a picture's file without opening it."""

    sha256: str
    """Of the fitted pixels and their size."""
    rows: int
    columns: int
    length: int


class Pixels:
    """Reads pictures and brings them to what the family and the pixel budget allow."""

    def __init__(
        self, family: Family, pixel_budget: int, max_pixels: int, read_pixels: ReadPixels
    ) -> None:
        """Makes a reader.

        Args:
            family: of the model.
            pixel_budget: most tokens of a picture.
            max_pixels: of a file.
            read_pixels: decodes pictures.
        """
        self._family = family
        self._budget = pixel_budget
        self._max_pixels = max_pixels
        self._read_pixels = read_pixels

    @property
    def fits_by_arithmetic(self) -> bool:
        """Whether `fit` may be called by any thread."""
        return self._family.fits_by_arithmetic

    def fit(self, width: int, height: int, name: str, pixel_budget: int = 0) -> PictureSize:
        """Returns the size that the model sees of a picture of this size.

        Args:
            width: of the picture.
            height: of the picture.
            name: for the error.
            pixel_budget: most tokens of it; 0 for the reader's own limit.

        Raises:
            ImageError: it is of a shape that the model can't take.
        """
        try:
            return self._family.fit(width, height, pixel_budget or self._budget)
        except ValueError as error:
            raise ImageError(
                f"{name} has {width}x{height} pixels, which is too narrow for the model; crop it."
            ) from error

    def wanted(self, image: PromptImage) -> WantedPixels:
        """Returns what is read of a picture's file; may be called by any thread."""
        name = image.name or image.path.name
        fit = _Fit(self, name, image.pixel_budget) if self.fits_by_arithmetic else ImageSize
        return WantedPixels(image.path, image.sha256, name, self._max_pixels, fit, image.excerpt)

    def read(self, image: PromptImage, is_stopped: IsStopped) -> Image.Image | None:
        """Returns the picture at the size that the model sees, or None once it is stopped.

        Raises:
            ImageError: the file can't be read, or is not the one that was attached.
        """
        wanted = self.wanted(image)
        pixels = self._read_pixels(wanted, is_stopped)
        if pixels is None or self.fits_by_arithmetic:
            return pixels
        size = self.fit(*pixels.size, wanted.name, image.pixel_budget)[:2]
        return pixels if size == pixels.size else pixels.resize(size, Image.Resampling.BICUBIC)

    def describe(self, image: PromptImage, pixels: Image.Image) -> Picture:
        """Returns how the fitted picture stands in a prompt."""
        digest = hashlib.sha256(f"{pixels.width}x{pixels.height}:".encode())
        digest.update(pixels.tobytes())
        return Picture(image, digest.hexdigest(), *self._family.shape(*pixels.size))


@dataclass(frozen=True)
class _Fit:
    """The size that a model sees of a named picture; equal for the same model, name and budget."""

    pixels: Pixels
    name: str
    pixel_budget: int

    def __call__(self, width: int, height: int) -> tuple[int, int]:
        """Returns the width and height."""
        size = self.pixels.fit(width, height, self.name, self.pixel_budget)
        return size.width, size.height


class Pictures:
    """The pictures that one loaded model has seen."""

    def __init__(self, family: Family, pixels: Pixels, budget_bytes: int) -> None:
        self._family = family
        self._budget_bytes = budget_bytes
        self._pixels = pixels
        self._known: dict[str, _Seen] = {}
        """By `PromptImage.key`."""
        self._features: OrderedDict[str, Features] = OrderedDict()
        self._fresh: dict[str, Image.Image] = {}
        self._used: set[str] = set()
        self._encoded: set[str] = set()
        self.encoded_count = 0
        """Pictures that went through the vision tower so far."""
        self.encoded_again_count = 0
        """Of these, pictures that had gone through it before."""
        self.nbytes = 0
        """Memory of the features held; may be read by any thread."""

    def look_up(self, images: Iterable[PromptImage], is_stopped: IsStopped) -> list[Picture] | None:
        """Returns the pictures, or None once it is stopped.

        The file of each is opened only the first time that it is seen.

        Raises:
            ImageError: a file can't be read, or is not the one that was attached.
        """
        pictures = []
        for image in images:
            if is_stopped():
                return None
            known = self._known.get(image.key) or self._see(image, is_stopped)
            if known is None:
                return None
            pictures.append(Picture(image, *known))
        return pictures

    def is_known(self, image: PromptImage) -> bool:
        """Whether its file needs no reading to be looked up; may be asked by any thread."""
        return image.key in self._known

    def add_known(self, file: str, span: ImageSpan) -> None:
        """Notes that a file with this `PromptImage.key` holds the picture of a span.

        It was found to do so when the same model saw it before.
        """
        self._known[file] = _Seen(span.sha256, span.rows, span.columns, span.length)

    def file_of(self, sha256: str) -> str:
        """Returns the `PromptImage.key` of a file with these pixels; empty if none is known."""
        return next((file for file, seen in self._known.items() if seen.sha256 == sha256), "")

    def features(self, picture: Picture, is_stopped: IsStopped) -> Features | None:
        """Returns the picture's features, from the vision tower if they are not held.

        None if it is stopped while the file has to be read again.

        Raises:
            ImageError: the file has to be read again and can't be.
        """
        held = self._features.get(picture.sha256)
        if held is None:
            pixels = self._read(picture, is_stopped)
            if pixels is None:
                return None
            held = self._features[picture.sha256] = self._encode(picture, pixels)
            self.nbytes += held.nbytes
            self._evict()
        self._features.move_to_end(picture.sha256)
        return held

    def pixels(self, picture: Picture, is_stopped: IsStopped) -> Image.Image | None:
        """Returns the picture itself, to be encoded with its prompt; None once it is stopped.

        Raises:
            ImageError: the file has to be read again and can't be.
        """
        pixels = self._read(picture, is_stopped)
        self.encoded_count += pixels is not None
        return pixels

    def is_held(self, picture: Picture) -> bool:
        """Whether the picture's features need no computing."""
        return picture.sha256 in self._features

    def mark_used(self, hashes: Iterable[str]) -> None:
        """Notes that a turn uses these pictures: from now on `drop` leaves them alone."""
        self._used.update(hashes)

    def drop(self, sha256: str) -> None:
        """Forgets a picture unless a turn used it."""
        if sha256 in self._used:
            return
        self._known = {file: it for file, it in self._known.items() if it.sha256 != sha256}
        self._fresh.pop(sha256, None)
        self._encoded.discard(sha256)
        features = self._features.pop(sha256, None)
        if features is not None:
            self.nbytes -= features.nbytes

    def drop_pixels(self) -> None:
        """Frees fitted pictures that were looked up and not needed."""
        self._fresh.clear()

    def clear(self) -> None:
        """Frees all features and pixels."""
        self._features.clear()
        self._fresh.clear()
        self.nbytes = 0

    def _see(self, image: PromptImage, is_stopped: IsStopped) -> _Seen | None:
        pixels = self._pixels.read(image, is_stopped)
        if pixels is None:
            return None
        picture = self._pixels.describe(image, pixels)
        seen = _Seen(picture.sha256, *picture.shape)
        self._known[image.key] = seen
        self._fresh[picture.sha256] = pixels
        return seen

    def _read(self, picture: Picture, is_stopped: IsStopped) -> Image.Image | None:
        pixels = self._fresh.pop(picture.sha256, None)
        return pixels or self._pixels.read(picture.source, is_stopped)

    def _encode(self, picture: Picture, pixels: Image.Image) -> Features:
        features = self._family.encode(pixels)
        mx.eval(features.embeddings, *features.deepstack)
        self.encoded_count += 1
        self.encoded_again_count += picture.sha256 in self._encoded
        self._encoded.add(picture.sha256)
        return features

    def _evict(self) -> None:
        while self.nbytes > self._budget_bytes and len(self._features) > 1:
            _, dropped = self._features.popitem(last=False)
            self.nbytes -= dropped.nbytes
