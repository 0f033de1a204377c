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
from .picture_files import PictureFiles
from .picture_table import PictureTable

UNHELD_SECONDS: Final = 86_400.0
"""How long a picture stays that nothing holds, and a file that nothing names."""

CLAIM_SECONDS: Final = 30 * 86_400.0
"""How long a claim lasts that its window does not renew."""


class StoredPictures:
    """The pictures of one data folder.

    Raises:
        StoreError: from every method, when the disk or the file does not let it work.
    """

    def __init__(self, database: Database, files: PictureFiles) -> None:
        self._database = database
        self._files = files
        self._table = PictureTable(database.connection)
        self._claims = ClaimTable(database.connection)

    def check_database(self) -> None:
        """Returns if the database is in its place, so that files may be put beside it."""
        with self._database.reading():
            pass

    def record(self, picture: Attachment, window: str) -> bool:
        """Records a picture and claims it for a window, unless that is empty.

        Returns:
            whether it could: its file may have been swept just before, and is to be added again.
        """
        with self._database.transaction():
            if not self._files.is_there(picture.sha256):
                return False
            self._table.add(picture)
            if window:
                self._claims.add(window, [picture.sha256])
            return True

    def claim(self, window: str, hashes: Iterable[str]) -> None:
        """Says which pictures are unsent in a window, in place of all that it claimed before."""
        with self._database.transaction():
            self._claims.replace(window, hashes)

    def find(self, hashes: Iterable[str]) -> list[Attachment]:
        """Returns recorded pictures, each under the name it was attached with last.

        Raises:
            NotStored: there is no such picture.
        """
        with self._database.reading():
            return [self._table.find(sha256) for sha256 in hashes]

    def expire_claims(self) -> None:
        """Removes claims that were not renewed for long."""
        with self._database.transaction():
            self._claims.expire(time.time() - CLAIM_SECONDS)

    def delete_unheld(self, kept: AbstractSet[str], limit: int) -> bool:
        """Forgets pictures that nothing holds, with their files.

        Args:
            kept: pictures whose files stay all the same.
            limit: most pictures to forget.

        Returns:
            whether there may be more.
        """
        with self._database.transaction():
            unheld = self._table.forget_unheld(time.time() - UNHELD_SECONDS, limit)
        self._files.delete(sha256 for sha256 in unheld if sha256 not in kept)
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
