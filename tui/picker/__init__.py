"""The file picker and the preview pane.

Its modules in reading order:

    picker       The file picker: a folder's pictures beside a preview of the one under the cursor.
    picked       What is picked: a file or an address, and what of it.
    browser      Walking through folders and the pages of files, and marking what is there.
    file_list    The picker's list: one Line API widget, so that 5,000 files cost as much as fifty.
    file_grid    The picker's grid: what the list shows as thumbnails, drawn as they come into view.
    listing      What the picker's list shows of a folder: filtered and in order. Pure.
    folder       Folders as the picker lists them: subfolders and pictures, read off the interface's
                 loop.
    reader       Reads folders in a thread: a disk may answer late, or never.
    folder_pane  The picker's folders: places to go by a digit, above the tree around the folder
                 shown.
    places       Where pictures often are: the user's own folders, the samples, and those picked
                 from last.
    tree         The folders around one as rows of a tree: those above, those beside, those in it.
    path_row     The picker's first row: where it is, what was typed, and how much there is.
    preview      The preview pane: one picture as large as fits, and what is known of it below.
    looking      A folder's pictures on the whole screen: the viewer as the picker opens it.
    last_visit   How the picker was left, kept for the next time.
"""

from .picker import FilePicker
from .preview import PreviewPane

__all__ = ["FilePicker", "PreviewPane"]
