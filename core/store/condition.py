"""A condition on conversations, as SQL with its values."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Condition(NamedTuple):
    """What stands behind WHERE; in it `conversation` is the table."""

    sql: str
    values: Mapping[str, object] = MappingProxyType({})
    """What the names in it stand for; no two conditions of one query share a name."""
