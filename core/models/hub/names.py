"""Repositories as people name them: `owner/name`, or the address of its page."""

import re
from typing import Final

from ...errors import ModelNotFound

_REPOSITORY: Final = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)

_PAGE: Final = re.compile(
    r"(?:(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)|hf:/)/+(?P<path>[^?#]*).*",
    re.IGNORECASE | re.DOTALL,
)

_NO_OWNERS: Final = (
    *("api", "blog", "collections", "datasets", "docs", "join", "learn", "login", "models"),
    *("organizations", "papers", "posts", "settings", "spaces", "tasks"),
)
"""What stands in an address of the hub where a model's has its owner."""


def is_repository(name: str) -> bool:
    """Whether the name has the form `owner/name`."""
    return _REPOSITORY.fullmatch(name) is not None and ".." not in name


def parse_repository(source: str) -> str:
    """Returns the repository that a source means, as `owner/name`; empty if it means none.

    Args:
        source: as the user wrote it: spaces around, a slash at the end, or the address of the
            model's page, of its files or of one of them.

    Raises:
        ModelNotFound: it is an address of the hub, and no model's.
    """
    source = source.strip()
    page = _PAGE.fullmatch(source)
    if page is None:
        name = source.rstrip("/")
        return name if is_repository(name) else ""
    owner, name, _, revision, *_ = (*filter(None, page["path"].split("/")), "", "", "", "")
    repository = f"{owner}/{name}"
    if not is_repository(repository) or owner.lower() in _NO_OWNERS:
        raise ModelNotFound(
            f"{source} is not the page of a model; give the model's name, as owner/name."
        )
    if revision not in ("", "main"):
        raise ModelNotFound(
            f"{source} is another version than main, the only one that is used; give {repository}, "
            "or download that version with `hf download` and give its folder."
        )
    return repository
