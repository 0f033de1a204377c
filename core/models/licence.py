"""Under which licence a model's files are, as the card beside them says."""

import re
from pathlib import Path
from typing import Final

CARD_FILE: Final = "README.md"
"""The card; its first lines between two `---` are YAML."""

_LONGEST_HEADER: Final = 20_000

_FIELD: Final = re.compile(r"^(license|license_name):\s*([^\s#].*?)\s*$", re.MULTILINE)


def read_licence(folder: Path) -> str:
    """Returns the licence that the folder's card states; empty if there is none."""
    try:
        with (folder / CARD_FILE).open(encoding="utf-8", errors="replace") as card:
            text = card.read(_LONGEST_HEADER)
    except OSError:
        return ""
    if not text.startswith("---"):
        return ""
    header = text[3:].partition("\n---")[0]
    fields: dict[str, str] = {}
    for match in _FIELD.finditer(header):
        fields[match[1]] = match[2].strip("\"'[]")
    licence = fields.get("license", "")
    return fields.get("license_name", licence) if licence == "other" else licence
