"""Pictures as grids of image tokens, sized by the arithmetic of Qwen's image processors."""

from typing import Any, Final

import mlx.core as mx
from PIL import Image

from ..mlx_vlm_names import fit_image
from ..picture import PictureShape, PictureSize

_NEEDED: Final = ("_resolved_size", "max_pixels", "merge_size", "min_pixels", "patch_size")


def has_grid(image_processor: Any) -> bool:
    """Whether an image processor makes grids by this arithmetic."""
    return all(hasattr(image_processor, name) for name in _NEEDED)


class Grid:
    """Brings pictures to a size in whole image tokens, within the pixel budget."""

    def __init__(self, image_processor: Any) -> None:
        self._processor = image_processor
        self.token_side: int = image_processor.patch_size * image_processor.merge_size
        """Pixels across and down of an image token."""
        self._token_patches: int = image_processor.merge_size**2

    def fit(self, width: int, height: int, budget: int) -> PictureSize:
        """Returns the size at which the model sees a picture of this size.

        Args:
            width: pixels across.
            height: pixels down.
            budget: most image tokens.

        Raises:
            ValueError: more than 200 times as long as wide, which the model can't take.
        """
        least, most = self._processor.min_pixels, self._processor.max_pixels
        budget_pixels = budget * self.token_side**2
        if budget_pixels < most:
            # Small pictures are enlarged to the least size in whole tokens: leave room for that.
            least, most = min(least, budget_pixels // 4), budget_pixels
        limits = {"min_pixels": least, "max_pixels": most}
        fitted = fit_image(self._processor, height, width, limits)
        return PictureSize(fitted[1], fitted[0], fitted[0] * fitted[1] // self.token_side**2)

    def shape(self, width: int, height: int) -> PictureShape:
        """Returns the rows and columns of image tokens of a picture of a fitted size."""
        return PictureShape(height // self.token_side, width // self.token_side)

    def patch_count(self, shape: PictureShape) -> int:
        """Returns how many patches the vision tower gets of a picture."""
        return shape.rows * shape.columns * self._token_patches

    def patches(self, pixels: Image.Image) -> tuple[Any, Any]:
        """Returns the vision tower's input for a picture of a fitted size: patches, their grid."""
        area = pixels.width * pixels.height
        inputs = self._processor(images=[pixels], min_pixels=1, max_pixels=area)
        return mx.array(inputs["pixel_values"]), mx.array(inputs["image_grid_thw"])
