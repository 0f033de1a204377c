"""Pictures and who needs them: rows and files; every method blocks, on the store's thread.

A file is deleted only here, right behind the transaction that found it unneeded, and a picture is
recorded only here, while its file is there. Both are on the one thread, so that neither can come
between the two steps of the other.
"""

import time
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from ..conversation import Attachment
from .claim_table import ClaimTable
from .database import Database
from .memory_files import MemoryFiles
from .picture_files import PictureFiles
from .picture_table import PictureTable

UNHELD_SECONDS: Final = 86_400.0
"""How long a picture stays that nothing holds, and a file that nothing names."""

MOST_ALIKE: Final = 200
"""Pictures that are named as looking like another one."""

CLAIM_SECONDS: Final = 30 * 86_400.0
"""How long a claim lasts that its window does not renew."""


class StoredPictures:
    """The pictures of one data folder.

    Raises:
        StoreError: from every method, when the disk or the file does not let it work.
    """

    def __init__(self, database: Database, files: PictureFiles | MemoryFiles) -> None:
        self._database = database
        self._files = files
        self._table = PictureTable(database.connection)
        self._claims = ClaimTable(database.connection)

    def check_database(self) -> None:
        """Returns if the database is in its place, so that files may be put beside it."""
        with self._database.reading():
            pass

    def record(self, picture: Attachment, look: int, window: str) -> bool:
        """Records a picture and its look, and claims it for a window, unless that is empty.

        Returns:
            whether it could: its file may have been swept just before, and is to be added again.
        """
        with self._database.transaction():
            if not self._files.is_there(picture.sha256):
                return False
            self._table.add(picture, look)
            if window:
                self._claims.add(window, [picture.key])
            return True

    def claim(self, window: str, keys: Iterable[str]) -> None:
        """Says which pictures are unsent in a window, in place of all that it claimed before."""
        with self._database.transaction():
            self._claims.replace(window, keys)

    def held(self, keys: Iterable[str]) -> set[str]:
        """Returns those of the keys that are recorded here."""
        with self._database.reading():
            return {key for key in keys if self._table.is_recorded(key)}

    def find(self, keys: Iterable[str]) -> list[Attachment]:
        """Returns recorded pictures, each under the name it was attached with last.

        Raises:
            NotStored: there is no such picture.
        """
        with self._database.reading():
            return [self._table.find(key) for key in keys]

    def find_alike(self, key: str) -> tuple[str, ...]:
        """Returns the keys of pictures that look like one, the newest first, 200 at most."""
        with self._database.reading():
            return tuple(self._table.find_alike(key)[:MOST_ALIKE])

    def find_without_look(self, after: str) -> Attachment | None:
        """Returns the first picture behind a key whose look is not known; None if none is left."""
        with self._database.reading():
            return self._table.find_without_look(after)

    def note_look(self, key: str, look: int) -> None:
        """Records what a picture looks like; does nothing if it is gone."""
        with self._database.transaction():
            self._table.note_look(key, look)

    def expire_claims(self) -> None:
        """Removes claims that were not renewed for long."""
        with self._database.transaction():
            self._claims.expire(time.time() - CLAIM_SECONDS)

    def delete_unheld(self, kept: AbstractSet[str], limit: int) -> bool:
        """Forgets pictures that nothing holds, with those of their files that no other one shows.

        Args:
            kept: sha256 of files that stay all the same.
            limit: most pictures to forget.

        Returns:
            whether there may be more.
        """
        with self._database.transaction():
            unheld = self._table.forget_unheld(time.time() - UNHELD_SECONDS, limit)
            unneeded = {it for it in unheld if it not in kept and not self._table.is_known(it)}
        self._files.delete(unneeded)
        return len(unheld) == limit

    def delete_unknown(self, files: Sequence[str]) -> None:
        """Deletes those of these files that no row names."""
        with self._database.reading():
            unknown = [sha256 for sha256 in files if not self._table.is_known(sha256)]
        self._files.delete(unknown)

    def began_at(self) -> float:
        """Returns when this database began: older files are not its own."""
        with self._database.reading():
            return self._table.began_at()
