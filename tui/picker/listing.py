"""What the picker's list shows of a folder: filtered and in order. Pure."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...core.excerpt import Excerpt
from ...core.formats.kinds import is_picture_name
from .folder import Entry, filter_entries, put_newest_first
from .picked import Picked
from .tree import TreeRow, tree_rows


@dataclass(frozen=True)
class Listing:
    """A folder, what lies in it, and how it is looked at."""

    folder: Path
    """A file where its pages are looked through."""
    entries: tuple[Entry, ...] = ()
    """Everything that lies there, in the order of names."""
    siblings: tuple[str, ...] = ()
    """Names of the folders beside it, itself included."""
    problem: str = ""
    """Why the folder can't be read."""
    typed: str = ""
    """The filter."""
    pages: int = 0
    """Of the file that is looked into; 0 for a folder."""
    with_hidden: bool = False
    is_newest_first: bool = False

    @cached_property
    def shown(self) -> tuple[Entry, ...]:
        """What the filter leaves, in the order wanted."""
        shown = filter_entries(self.entries, self.typed, with_hidden=self.with_hidden)
        return put_newest_first(shown) if self.is_newest_first else shown

    @property
    def first_name(self) -> str:
        """Where the cursor begins: the first picture; empty where none is shown."""
        return next((entry.name for entry in self.shown if not entry.is_folder), "")

    @property
    def place(self) -> Path:
        """The folder that is shown, or around the file whose pages are."""
        return self.folder.parent if self.pages else self.folder

    def picture_of(self, entry: Entry) -> Picked:
        """Returns the picture that an entry stands for."""
        if entry.page:
            return Picked(self.folder, Excerpt(entry.page))
        return Picked(self.folder / entry.name)

    @property
    def found_folder(self) -> Path | None:
        """The first folder that the filter leaves."""
        name = next((entry.name for entry in self.shown if entry.is_folder), None)
        return self.folder / name if name is not None else None

    @property
    def tree(self) -> tuple[TreeRow, ...]:
        """The folders around and in it."""
        children = (entry.name for entry in self.entries if entry.is_folder)
        siblings = self.siblings or (self.folder.name,)
        return tree_rows(self.folder, siblings, children, with_hidden=self.with_hidden)

    @property
    def note(self) -> str:
        """What stands where nothing is shown."""
        if self.problem:
            return self.problem
        if self.typed.lower().startswith(("http://", "https://")):
            return "This is an address: paste it, and it is fetched."
        if "://" in self.typed:
            return "This is an address: download the picture first, then pick the file."
        if "/" in self.typed and is_picture_name(self.typed):
            # Only a paste brings one: typed, it opens a folder.
            return "This path is not on this machine: copy the picture over, as with scp."
        if self.typed:
            return "No matching pages." if self.pages else "No matching pictures."
        return "No pictures to attach here; {picker.places} shows places to go."
