"""Pictures of a prompt: resized once, encoded once, known by their content.

A picture is identified by the pixels that the model sees. What the vision tower makes of them is
kept, so that an earlier picture is neither decoded nor encoded again while its features are held.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from typing import Any, NamedTuple

import mlx.core as mx
from PIL import Image

from ..errors import ImageError
from ..images import IsStopped, ReadPixels, WantedPixels
from .engine import PromptImage
from .kv.prefix import ImageSpan
from .mlx_vlm_names import fit_image
from .vision_tower import without_waste


class PictureSize(NamedTuple):
    """Pixels across and down as the model sees them, and image tokens."""

    width: int
    height: int
    tokens: int


@dataclass(frozen=True)
class Picture:
    """A picture as it stands in a prompt."""

    source: PromptImage
    sha256: str
    """Of the resized pixels and their size."""
    rows: int
    """Image tokens down."""
    columns: int
    """Image tokens across."""


class _Seen(NamedTuple):
    """What is known of a picture's file without opening it."""

    sha256: str
    """Of the resized pixels and their size."""
    rows: int
    columns: int


class Features(NamedTuple):
    """What the vision tower makes of one picture, a row for each image token."""

    embeddings: Any
    """Takes the place of the placeholder tokens' embeddings."""
    deepstack: list[Any]
    """Is added to the hidden states after the first decoder layers, one array a layer."""

    @property
    def nbytes(self) -> int:
        """Memory that they hold."""
        return int(self.embeddings.nbytes + sum(layer.nbytes for layer in self.deepstack))


class Pixels:
    """Fits pictures into what the checkpoint's image processor and the pixel budget allow."""

    def __init__(
        self, image_processor: Any, pixel_budget: int, max_pixels: int, read_pixels: ReadPixels
    ) -> None:
        self._read_pixels = read_pixels
        self._processor = image_processor
        self._token_side: int = image_processor.patch_size * image_processor.merge_size
        self._token_patches: int = image_processor.merge_size**2
        self._limits = {
            "min_pixels": image_processor.min_pixels,
            "max_pixels": image_processor.max_pixels,
        }
        budget = pixel_budget * self._token_side**2
        if budget < image_processor.max_pixels:
            # Small pictures are enlarged to the least size in whole tokens: leave room for that.
            least = min(image_processor.min_pixels, budget // 4)
            self._limits = {"min_pixels": least, "max_pixels": budget}
        self._max_pixels = max_pixels

    def fit(self, width: int, height: int, name: str) -> PictureSize:
        """Returns the size that the model sees of a picture of this size.

        Raises:
            ImageError: more than 200 times as long as wide, which the model can't take.
        """
        try:
            fitted = fit_image(self._processor, height, width, self._limits)
        except ValueError as error:
            raise ImageError(
                f"{name} has {width}x{height} pixels, which is too narrow for the model; crop it."
            ) from error
        return PictureSize(fitted[1], fitted[0], fitted[0] * fitted[1] // self._token_side**2)

    def read(self, image: PromptImage, is_stopped: IsStopped) -> Image.Image | None:
        """Returns the picture at the size that the model sees, or None once it is stopped.

        Raises:
            ImageError: the file can't be read, or is not the one that was attached.
        """
        name = image.name or image.path.name
        fit = _Fit(self, name)
        wanted = WantedPixels(image.path, image.sha256, name, self._max_pixels, fit)
        return self._read_pixels(wanted, is_stopped)

    @property
    def token_side(self) -> int:
        """Pixels across and down of an image token."""
        return self._token_side

    def patches_of(self, rows: int, columns: int) -> int:
        """Returns how many patches the vision tower gets of `rows` x `columns` image tokens."""
        return rows * columns * self._token_patches

    def describe(self, image: PromptImage, pixels: Image.Image) -> Picture:
        """Returns how the resized picture stands in a prompt."""
        digest = hashlib.sha256(f"{pixels.width}x{pixels.height}:".encode())
        digest.update(pixels.tobytes())
        rows, columns = pixels.height // self._token_side, pixels.width // self._token_side
        return Picture(image, digest.hexdigest(), rows, columns)

    def patches(self, pixels: Image.Image) -> tuple[Any, Any]:
        """Returns the vision tower's input for resized pixels: patches and their grid."""
        area = pixels.width * pixels.height
        inputs = self._processor(images=[pixels], min_pixels=1, max_pixels=area)
        return mx.array(inputs["pixel_values"]), mx.array(inputs["image_grid_thw"])


@dataclass(frozen=True)
class _Fit:
    """The size that a model sees of a named picture; equal for the same model and name."""

    pixels: Pixels
    name: str

    def __call__(self, width: int, height: int) -> tuple[int, int]:
        """Returns the width and height."""
        size = self.pixels.fit(width, height, self.name)
        return size.width, size.height


class Pictures:
    """The pictures that one loaded model has seen."""

    def __init__(self, vision_tower: Any, pixels: Pixels, budget_bytes: int) -> None:
        self._tower = without_waste(vision_tower)
        self._budget_bytes = budget_bytes
        self._pixels = pixels
        self._known: dict[str, _Seen] = {}
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
            known = self._known.get(image.sha256) or self._see(image, is_stopped)
            if known is None:
                return None
            pictures.append(Picture(image, *known))
        return pictures

    def add_known(self, file: str, span: ImageSpan) -> None:
        """Notes that a file of this sha256 holds the picture of a span.

        It was found to do so when the same model saw it before.
        """
        self._known[file] = _Seen(span.sha256, span.rows, span.columns)

    def file_of(self, sha256: str) -> str:
        """Returns the sha256 of a file with these pixels; empty if none is known."""
        return next((file for file, seen in self._known.items() if seen.sha256 == sha256), "")

    def features(self, picture: Picture, is_stopped: IsStopped) -> Features | None:
        """Returns the picture's features, from the vision tower if they are not held.

        None if it is stopped while the file has to be read again.

        Raises:
            ImageError: the file has to be read again and can't be.
        """
        held = self._features.get(picture.sha256)
        if held is None:
            pixels = self._fresh.pop(picture.sha256, None)
            pixels = pixels or self._pixels.read(picture.source, is_stopped)
            if pixels is None:
                return None
            held = self._features[picture.sha256] = self._encode(picture, pixels)
            self.nbytes += held.nbytes
            self._evict()
        self._features.move_to_end(picture.sha256)
        return held

    def is_held(self, picture: Picture) -> bool:
        """Whether the picture's features need no computing."""
        return picture.sha256 in self._features

    def one_block(self, pixels: Image.Image) -> Any:
        """Returns what a single block of the vision tower makes of a picture, not evaluated."""
        single = copy(self._tower)
        single.blocks = [self._tower.blocks[len(self._tower.blocks) // 2]]
        return self._run(single, pixels)

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
        """Frees resized pictures that were looked up and not needed."""
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
        seen = _Seen(picture.sha256, picture.rows, picture.columns)
        self._known[image.sha256] = seen
        self._fresh[picture.sha256] = pixels
        return seen

    def _encode(self, picture: Picture, pixels: Image.Image) -> Features:
        embeddings, deepstack = self._run(self._tower, pixels)
        mx.eval(embeddings, deepstack)
        self.encoded_count += 1
        self.encoded_again_count += picture.sha256 in self._encoded
        self._encoded.add(picture.sha256)
        return Features(embeddings, deepstack)

    def _run(self, tower: Any, pixels: Image.Image) -> Any:
        patches, grid = self._pixels.patches(pixels)
        return tower(patches.astype(tower.patch_embed.proj.weight.dtype), grid)

    def _evict(self) -> None:
        while self.nbytes > self._budget_bytes and len(self._features) > 1:
            _, dropped = self._features.popitem(last=False)
            self.nbytes -= dropped.nbytes
