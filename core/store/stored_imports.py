"""Conversations from elsewhere, stored in SQLite: every method blocks, on the store's thread."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from ..conversation import Attachment, Part, TextPart
from ..errors import NotStored
from ..kept import KeptConversation
from .conversation_table import ConversationTable
from .database import Database
from .import_rows import ImportRows
from .message_tree import MessageTree
from .part_table import PartTable
from .staged_extensions import StagedExtensions

_MESSAGES: Final = """
SELECT message.id, message.uuid, message.role, message.conversation_id, parent.uuid AS parent,
    message.is_queued OR message.deleted_at IS NOT NULL AS is_hidden,
    message.deleted_at IS 0 AS is_rest
FROM message LEFT JOIN message AS parent ON parent.id = message.parent_id
WHERE message.uuid IN (SELECT value FROM json_each(?))
"""

_IS_AT_WORK: Final = """
SELECT EXISTS (SELECT 1 FROM message WHERE conversation_id = :conversation
    AND (is_queued OR (role = 'assistant' AND finish_reason IS NULL AND error = '')))
"""


class Known(NamedTuple):
    """What of a conversation from elsewhere is there already."""

    conversation: int | None
    """Its id; None if it is not there."""
    missing: frozenset[str]
    """Uuids of messages that are not there, and can be added."""
    incomplete: frozenset[str] = frozenset()
    """Uuids of messages in which a text stands in the place of a picture."""
    differs: bool = False
    """Whether a message that is there has another content."""
    is_deleted: bool = False
    """Whether it is in the bin."""
    is_being_removed: bool = False
    """Whether only a rest of it is here, which nobody can restore."""
    unplaced: int = 0
    """Messages that follow one which was deleted here."""

    @property
    def has_more(self) -> bool:
        """Whether the conversation brings something that is not there."""
        return bool(self.missing or self.incomplete)


class Imported(NamedTuple):
    """What came of storing a conversation."""

    conversation: int
    outcome: Literal["added", "extended", "known"]


class StoredImports:
    """Adds conversations, and messages to conversations; each in one transaction.

    What is being removed of a conversation counts as not there: it has to be gone before.

    Raises:
        StoreError: from every method, when the disk or the file does not let it work.
        NotStored: a message of the conversation belongs to another one here.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = database.connection
        self._table = ConversationTable(database.connection)
        self._tree = MessageTree(database.connection)
        self._parts = PartTable(database.connection)
        self._rows = ImportRows(database.connection)
        self._staged = StagedExtensions(database)

    def compare(self, kept: KeptConversation) -> Known:
        """Returns what of the conversation is there."""
        with self._database.reading():
            return self._compare(kept, self._find_messages(kept))

    def store(self, kept: KeptConversation) -> Imported:
        """Stores what of the conversation is not there; what is there stays as it is.

        The pictures of its messages are recorded already. Where nothing is at work in it, it shows
        the added messages if they go on from what it shows now.

        Raises:
            NotStored: it was deleted meanwhile.
        """
        with self._database.transaction():
            found = self._find_messages(kept)
            known = self._compare(kept, found)
            if known.is_deleted:
                raise NotStored(f"“{kept.title}” was deleted while it was imported.")
            if known.conversation is not None and not known.has_more:
                return Imported(known.conversation, "known")
            is_new = known.conversation is None
            conversation = (
                self._rows.add_conversation(kept)
                if known.conversation is None
                else known.conversation
            )
            ids = {uuid: row["id"] for uuid, row in found.items() if not row["is_hidden"]}
            for message in kept.messages:
                if message.uuid in known.missing:
                    ids[message.uuid] = self._rows.add_message(conversation, message, ids)
                elif message.uuid in known.incomplete:
                    self._tree.put_parts(ids[message.uuid], message.parts)
            self._move_head(conversation, kept, ids, is_new=is_new)
            if not is_new:
                self._touch(conversation, kept)
        return Imported(conversation, "added" if is_new else "extended")

    def show_staged(self, conversation: int, kept: KeptConversation, staged: int) -> Imported:
        """Shows messages that were added to a conversation step by step, as `store` does.

        Args:
            conversation: where.
            kept: what they are of.
            staged: how many there are.

        Raises:
            NotStored: something of it was removed meanwhile.
        """
        with self._database.transaction():
            self._staged.check(conversation, kept, staged)
            self._staged.show(conversation)
            ids = {
                uuid: row["id"]
                for uuid, row in self._find_messages(kept).items()
                if not row["is_hidden"]
            }
            self._move_head(conversation, kept, ids, is_new=False)
            self._touch(conversation, kept)
        return Imported(conversation, "extended")

    def _touch(self, conversation: int, kept: KeptConversation) -> None:
        updated_at = max(kept.updated_at, self._table.find(conversation).updated_at)
        self._table.touch(conversation, updated_at)

    def _find_messages(self, kept: KeptConversation) -> dict[str, sqlite3.Row]:
        uuids = json.dumps([message.uuid for message in kept.messages])
        return {row["uuid"]: row for row in self._connection.execute(_MESSAGES, (uuids,))}

    def _compare(self, kept: KeptConversation, found: Mapping[str, sqlite3.Row]) -> Known:
        row = self._connection.execute(
            "SELECT id, deleted_at FROM conversation WHERE uuid = ?", (kept.uuid,)
        ).fetchone()
        conversation = None if row is None else row["id"]
        if any(it["conversation_id"] != conversation for it in found.values()):
            raise NotStored(f"“{kept.title}” is left out: its messages are in another one here.")
        found = {uuid: it for uuid, it in found.items() if not it["is_rest"]}
        hidden = {uuid for uuid, it in found.items() if it["is_hidden"]}
        unplaced = 0
        for message in kept.messages:
            if message.parent in hidden and message.uuid not in found:
                hidden.add(message.uuid)
                unplaced += 1
        present = hidden | found.keys()
        incomplete, differs = self._compare_words(kept, found)
        return Known(
            conversation,
            frozenset(it.uuid for it in kept.messages if it.uuid not in present),
            incomplete,
            differs,
            row is not None and row["deleted_at"] is not None,
            row is not None and row["deleted_at"] == 0,
            unplaced,
        )

    def _compare_words(
        self, kept: KeptConversation, found: Mapping[str, sqlite3.Row]
    ) -> tuple[frozenset[str], bool]:
        """Returns which messages that are there lack a picture, and whether any differs else."""
        parts = self._parts.read_all([row["id"] for row in found.values()])
        incomplete: set[str] = set()
        differs = False
        for message in kept.messages:
            row = found.get(message.uuid)
            if row is None or row["is_hidden"]:
                continue
            stored = parts.get(row["id"], ())
            is_elsewhere = (row["role"], row["parent"]) != (message.role, message.parent)
            if is_elsewhere or not _is_same(stored, message.parts):
                differs = True
            elif any(map(_lacks_picture, stored, message.parts)):
                incomplete.add(message.uuid)
        return frozenset(incomplete), differs

    def _move_head(
        self, conversation: int, kept: KeptConversation, ids: Mapping[str, int], *, is_new: bool
    ) -> None:
        """Shows what the conversation showed elsewhere, if that goes on from what is shown here."""
        if kept.head is None or kept.head not in ids:
            return
        shown = self._tree.head(conversation)
        is_at_work = self._connection.execute(
            _IS_AT_WORK, {"conversation": conversation}
        ).fetchone()[0]
        if is_new or (not is_at_work and shown in _branch(kept, ids)):
            self._tree.move_head(conversation, ids[kept.head])


def stand_in(picture: Attachment) -> TextPart:
    """Returns what stands in the place of a picture that can't be had."""
    return TextPart(f"[picture missing: {picture.name or picture.sha256[:12]}]")


def _branch(kept: KeptConversation, ids: Mapping[str, int]) -> set[int]:
    """Returns the ids of the messages that lead to the last one that was shown elsewhere."""
    parents = {message.uuid: message.parent for message in kept.messages}
    branch, uuid = set(), kept.head
    while uuid is not None and uuid in ids:
        branch.add(ids[uuid])
        uuid = parents[uuid]
    return branch


def _is_same(stored: Sequence[Part], told: Iterable[Part]) -> bool:
    """Whether a message that is here says what one from elsewhere says."""
    told = list(told)
    if len(stored) != len(told):
        return False
    return all(_is_same_part(*pair) for pair in zip(stored, told, strict=True))


def _lacks_picture(stored: Part, told: Part) -> bool:
    return isinstance(told, Attachment) and not isinstance(stored, Attachment)


def _is_same_part(stored: Part, told: Part) -> bool:
    if isinstance(told, Attachment):
        # The rectangle of one that was told may reach beyond the picture.
        is_picture = isinstance(stored, Attachment) and stored.sha256 == told.sha256
        return is_picture or stored == stand_in(told)
    return stored == told
