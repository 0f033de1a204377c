"""The file picker and the preview pane."""

from .picker import FilePicker
from .preview import PreviewPane

__all__ = ["FilePicker", "PreviewPane"]
