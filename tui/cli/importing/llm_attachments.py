"""Attachments in the logs of `llm`: in the database, as files on this disk, or addresses."""

import sqlite3
from hashlib import sha256
from pathlib import Path
from typing import Final

from ....core.conversation import Part, TextPart
from ....core.errors import TransferError
from ....core.transfer.handed_in import open_handed_in
from .collected import Collected, base_name, text_of
from .database import Row

_KIND: Final = "an attachment of the kind {}, which is no picture"


class LlmAttachments:
    """The attachments of one database, each read when a message needs it.

    Raises:
        sqlite3.Error: from every method.
    """

    def __init__(self, database: sqlite3.Connection, out: Collected) -> None:
        self._database = database
        self._out = out

    def of_response(self, response: str, title: str) -> list[Part]:
        """Returns what is attached to a prompt in the older tables, in its order."""
        rows = self._database.execute(
            "SELECT attachments.* FROM prompt_attachments "
            "JOIN attachments ON attachments.id = attachment_id "
            'WHERE response_id = ? ORDER BY "order"',
            (response,),
        )
        return [self._read(row, title) for row in rows.fetchall()]

    def find(self, identifier: str, title: str) -> Part:
        """Returns the attachment of that id, or a text in its place."""
        row = self._database.execute(
            "SELECT * FROM attachments WHERE id = ?", (identifier,)
        ).fetchone()
        if row is None:
            self._out.count("an attachment that the database lacks", title)
            return TextPart("[attachment missing]")
        return self._read(row, title)

    def _read(self, row: Row, title: str) -> Part:
        kind, path, address = (text_of(row[it]) for it in ("type", "path", "url"))
        name = base_name(path or address) or "picture"
        if kind and not kind.startswith(("image/", "application/pdf")):
            self._out.count(_KIND.format(kind[:60]), title)
        elif isinstance(row["content"], bytes) and row["content"]:
            return self._out.add_picture(name, row["content"])
        elif path:
            return self._read_file(Path(path), text_of(row["id"]), title)
        else:
            self._out.count("a picture of which llm keeps the address alone", title)
            return TextPart(f"[picture: {address}]")
        return TextPart(f"[attachment missing: {name[:200]}]")

    def _read_file(self, path: Path, digest: str, title: str) -> Part:
        """Returns the picture of which llm keeps the path alone, if it is still the one it was."""
        missing = TextPart(f"[picture missing: {path.name[:200]}]")
        try:
            with open_handed_in(path) as file:
                content = file.read()
        except (TransferError, OSError):
            self._out.count("a picture whose file is gone, of which llm keeps no copy", title)
            return missing
        if sha256(content).hexdigest() != digest:
            self._out.count(
                "a picture whose file has changed since, of which llm keeps no copy", title
            )
            return missing
        return self._out.add_picture(path.name, content)
