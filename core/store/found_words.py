"""What holds the words that were searched for, as conditions of SQL."""

from typing import Final

from ..search_query import SearchQuery
from .condition import Condition
from .word_index import matching

_ALL: Final = Condition("1")
_NOTHING: Final = Condition("0")


def messages_condition(query: SearchQuery) -> Condition:
    """Returns the condition that a message holds all terms; a blank query lets all through."""
    if not query.terms:
        return _ALL if query.is_blank else _NOTHING
    table, condition, values = matching("message", query)
    return Condition(f"message.id IN (SELECT rowid FROM {table} WHERE {condition})", values)  # noqa: S608


def words_condition(words: str) -> Condition:
    """Returns the condition that a conversation's title, or one of its messages, has the words.

    Without any, all conversations do; with signs alone that can't be searched for, none.

    Raises:
        BadRequest: that is too much to search for.
    """
    query = SearchQuery(words)
    if not query.terms:
        return messages_condition(query)
    titles, messages = matching("title", query), matching("message", query)
    return Condition(
        f"(id IN (SELECT rowid FROM {titles.table} WHERE {titles.condition}) "  # noqa: S608
        # CROSS JOIN keeps the order of the tables: SQLite would sort what was found first.
        f"OR id IN (SELECT conversation_id FROM {messages.table} "
        f"CROSS JOIN message ON message.id = {messages.table}.rowid "
        f"WHERE {messages.condition} AND message.deleted_at IS NULL))",
        {**titles.values, **messages.values},
    )
