"""Asks the web whether the addresses are there that pages link and that code names as sources.

Run by `make docs-links`. Links within the pages are checked by `make docs` and by the tests.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from typing import Final, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

ROOT: Final = Path(__file__).parents[1]
_LINK: Final = re.compile(r"(?:\]\(|<)(https?://[^\s)>#]+)")
_SOURCE: Final = re.compile(r"Source\b.*?(https?://[^\s,;\"#]+)")
_PATIENCE_SECONDS: Final = 20
_AT_ONCE: Final = 8
_REFUSES_PROGRAMS: Final = (403, 429)
"""What servers that are there say to whoever is no browser."""


class Found(NamedTuple):
    """What came of asking for an address."""

    was_reached: bool
    problem: str
    """What is wrong with it; empty for nothing."""


def find_addresses() -> Mapping[str, Sequence[str]]:
    """Returns the addresses, each with the files that name it."""
    found = defaultdict(list)
    for pattern, files in (
        (_LINK, [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("training/*.md")]),
        (
            _SOURCE,
            [it for room in ("core", "tui", "training") for it in ROOT.glob(f"{room}/**/*.py")],
        ),
    ):
        for path in files:
            for address in pattern.findall(path.read_text("utf-8")):
                found[address].append(str(path.relative_to(ROOT)))
    return found


def ask(address: str) -> Found:
    """Returns whether there is anything at an address."""
    request = Request(address, headers={"User-Agent": "Mozilla/5.0 (a check of links)"})  # noqa: S310
    try:
        with urlopen(request, timeout=_PATIENCE_SECONDS):  # noqa: S310 - http and https alone
            return Found(was_reached=True, problem="")
    except HTTPError as error:
        is_there = error.code in _REFUSES_PROGRAMS
        return Found(was_reached=True, problem="" if is_there else f"{error.code} {error.reason}")
    except (OSError, HTTPException) as error:
        return Found(was_reached=False, problem=str(getattr(error, "reason", error)))


def problems(addresses: Mapping[str, Sequence[str]], found: Sequence[Found]) -> Iterator[str]:
    """Yields a sentence for each address that is not there."""
    for (address, files), it in zip(addresses.items(), found, strict=True):
        if it.problem:
            yield f"{', '.join(files)}: {address}: {it.problem}"


def main() -> None:
    """Ends with a sentence if anything is missing, or if nothing could be asked."""
    addresses = find_addresses()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(pool.map(ask, addresses))
    if not any(it.was_reached for it in found):
        raise SystemExit(
            f"None of {len(addresses)} outside addresses could be checked, for this machine "
            f"reaches no server: {found[0].problem}."
        )
    if missing := list(problems(addresses, found)):
        raise SystemExit("\n".join(missing))


if __name__ == "__main__":
    main()
