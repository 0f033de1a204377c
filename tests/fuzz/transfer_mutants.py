"""Files of conversations, spoiled at random: bytes, names in zip files, values in JSON."""

import io
import json
import random
import stat
import zipfile
from collections.abc import Callable
from typing import Any, Final, NamedTuple

Files = list[tuple[zipfile.ZipInfo, bytes]]

_VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    -1,
    0,
    2**31,
    2**63,
    10**30,
    1e300,
    "",
    "\0",
    "../../evil",
    "/tmp/evil",
    "\x1b[2J\x1b]52;c;eA==\x07",
    "\u202egnp.exe",
    "x" * 100_000,
    "00000000-0000-4000-8000-000000000000",
    "f" * 64,
    [],
    {},
    [[[[[[[[]]]]]]]],
    {"type": "picture", "sha256": "../../evil", "name": "x", "width": 1, "height": 1},
    {"type": "nothing"},
)

_NAMES: Final = (
    "../../evil",
    "/tmp/seeshell-evil",
    "conversations/../../evil.json",
    "pictures/../../../evil",
    "pictures/" + "0" * 64,
    "manifest.json",
    "C:\\evil",
    "~/evil",
    "\0",
    "a" * 5000,
)


class Spoiled(NamedTuple):
    """A file, and how it was spoiled."""

    content: bytes
    how: str


def spoil_bytes(content: bytes, chance: random.Random) -> Spoiled:
    """Flips, cuts, doubles or fills up bytes."""
    spoiled = bytearray(content)
    how = chance.choice(["flip", "cut", "double", "zero", "insert"])
    at = chance.randrange(len(spoiled) or 1)
    length = chance.choice([1, 4, 100, 5000])
    match how:
        case "flip":
            for _ in range(chance.choice([1, 3, 30])):
                spoiled[chance.randrange(len(spoiled))] ^= 1 << chance.randrange(8)
        case "cut":
            del spoiled[at : at + chance.choice([1, 100, len(spoiled)])]
        case "double":
            spoiled[at:at] = spoiled[at : at + length]
        case "zero":
            spoiled[at : at + length] = bytes(len(spoiled[at : at + length]))
        case "insert":
            spoiled[at:at] = chance.randbytes(length)
    return Spoiled(bytes(spoiled), f"{how} at {at}")


def spoil_json(document: bytes, chance: random.Random) -> Spoiled:
    """Puts other values into a JSON document, or takes some out."""
    value = json.loads(document)
    how = []
    for _ in range(chance.choice([1, 1, 2, 5])):
        places = list(_places(value))
        if not places:
            break
        holder, key = chance.choice(places)
        match chance.choice(["replace", "remove", "swap", "nest"]):
            case "replace":
                holder[key] = chance.choice(_VALUES)
            case "remove":
                del holder[key]
            case "swap":
                other, other_key = chance.choice(places)
                holder[key], other[other_key] = other[other_key], holder[key]
            case "nest":
                holder[key] = [holder[key]] * chance.choice([1, 50])
        how.append(str(key))
    try:
        return Spoiled(json.dumps(value).encode(), f"JSON at {', '.join(how)}")
    except (ValueError, RecursionError):
        return Spoiled(b'{"a":' * 100_000, "JSON without end")


def spoil_zip(content: bytes, chance: random.Random) -> Spoiled:
    """Changes names, kinds, sizes and contents of the files in a zip file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files: Files = [(it, archive.read(it)) for it in archive.infolist()]
    kinds: tuple[Callable[[Files, random.Random], str], ...] = (
        _rename,
        _double,
        _link,
        _pack,
        _drop,
        _swap,
        _spoil_document,
        _spoil_document,
        _spoil_document,
        _spoil_picture,
    )
    how = chance.choice(kinds)(files, chance)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for entry, body in files:
            archive.writestr(entry, body, entry.compress_type)
    return Spoiled(buffer.getvalue(), how)


def spoil_any_zip(content: bytes, chance: random.Random) -> Spoiled:
    """Spoils a zip file's bytes, or what is in it."""
    if chance.random() < 0.3:
        return spoil_bytes(content, chance)
    return spoil_zip(content, chance)


def _pick(files: Files, chance: random.Random) -> int:
    return chance.randrange(len(files))


def _rename(files: Files, chance: random.Random) -> str:
    at = _pick(files, chance)
    entry = zipfile.ZipInfo(chance.choice(_NAMES))
    files[at] = (entry, files[at][1])
    return f"renamed to {entry.filename[:40]!r}"


def _double(files: Files, chance: random.Random) -> str:
    at = _pick(files, chance)
    files.append((zipfile.ZipInfo(files[at][0].filename), b"other"))
    return "a name twice"


def _link(files: Files, chance: random.Random) -> str:
    at = _pick(files, chance)
    entry = zipfile.ZipInfo(files[at][0].filename)
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    files[at] = (entry, b"/etc/passwd")
    return "a link"


def _pack(files: Files, chance: random.Random) -> str:
    at = _pick(files, chance)
    entry = zipfile.ZipInfo(files[at][0].filename)
    entry.compress_type = zipfile.ZIP_DEFLATED
    files[at] = (entry, bytes(chance.choice([10, 30_000_000])))
    return "a bomb"


def _drop(files: Files, chance: random.Random) -> str:
    entry, _ = files.pop(_pick(files, chance))
    return f"without {entry.filename}"


def _swap(files: Files, chance: random.Random) -> str:
    one, other = _pick(files, chance), _pick(files, chance)
    files[one], files[other] = (files[one][0], files[other][1]), (files[other][0], files[one][1])
    return "contents swapped"


def _spoil_document(files: Files, chance: random.Random) -> str:
    documents = [at for at, (entry, _) in enumerate(files) if entry.filename.endswith(".json")]
    if not documents:
        return "nothing"
    at = chance.choice(documents)
    spoil = chance.choice([spoil_json, spoil_json, spoil_json, spoil_bytes])
    content, how = spoil(files[at][1], chance)
    files[at] = (files[at][0], content)
    return f"{files[at][0].filename[:20]}: {how}"


def _spoil_picture(files: Files, chance: random.Random) -> str:
    at = _pick(files, chance)
    files[at] = (files[at][0], spoil_bytes(files[at][1] or b"x", chance).content)
    return f"{files[at][0].filename[:20]}: bytes"


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Returns each list or object in a JSON value, which may hold itself, with each of its keys."""
    found: list[tuple[Any, Any]] = []
    waiting, seen = [value], set[int]()
    while waiting:
        it = waiting.pop()
        if id(it) in seen:
            continue
        seen.add(id(it))
        keys = it.keys() if isinstance(it, dict) else range(len(it)) if isinstance(it, list) else ()
        for key in keys:
            found.append((it, key))
            waiting.append(it[key])
    return found
