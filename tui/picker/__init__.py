"""The file picker and the preview pane.

Its modules in reading order:

    picker      The file picker: a folder's pictures beside a preview of the one under the cursor.
    file_list   The picker's list: one Line API widget, so that 5,000 files cost as much as fifty.
    folder      Folders as the picker lists them: subfolders and pictures, read off the interface's
                loop.
    preview     The preview pane: one picture as large as fits, and what is known of it below.
    last_visit  How the picker was left, kept for the next time.
"""

from .picker import FilePicker
from .preview import PreviewPane

__all__ = ["FilePicker", "PreviewPane"]
