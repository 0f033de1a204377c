"""Looks at exported pages in a real headless Chromium: `make check-html`.

It needs `chromium` and `chromedriver` (Debian: chromium, chromium-driver) and `npm`, by which it
fetches axe-core; `--axe PATH` names an axe.min.js that is there already. Each page is opened at 390
and 1,440 pixels, light and dark. It fails where the page asks for anything but itself, where the
browser refuses something that the page wants, where a script got in, where something is wider than
the window, and where axe finds a violation. Screenshots lie in the folder of `--to`.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import msgspec

from seeshell.core.kept import KeptConversation
from seeshell.core.settings import find_paths

from .browser import NEEDED, Browser, opened_browser
from .sample import album, attacks, branched, code, everything, long, right_to_left

WIDTHS: Final = (390, 1440)
HEIGHT: Final = 1000
_MOST_PIXELS: Final = 6000
"""Down a page that a screenshot shows."""
SCHEMES: Final = ("light", "dark")

_AXE: Final = """
return axe.run(document, {resultTypes: ["violations"]}).then(found => found.violations.map(
    it => `${it.id}: ${it.help} (${it.nodes.length}x) ${it.nodes[0].html.slice(0, 200)}`));
"""
_OPEN: Final = "for (const it of document.querySelectorAll('details')) it.open = true;"
"""Shows what is folded, so that it is looked at too."""
_SCRIPTS: Final = """
const handlers = [...document.querySelectorAll("*")].filter(it =>
    [...it.attributes].some(at => at.name.startsWith("on")));
return document.scripts.length + handlers.length + document.querySelectorAll(
    "iframe, object, embed, form, base, link:not([rel=icon]), [src], [srcset]").length;
"""
_WIDTH: Final = "return document.documentElement.scrollWidth;"
_BACKWARDS: Final = """
return [...document.querySelectorAll("pre, code")].filter(
    it => getComputedStyle(it).direction != "ltr").length;
"""
_DRAWN: Final = """
return [...document.querySelectorAll("svg[role=img]")].filter(it => {
    const box = it.getBoundingClientRect();
    return box.width < 1 || box.height < 1;
}).length;
"""


def main(arguments: Sequence[str]) -> int:
    """Returns 0 if every page is as it should be."""
    options = _read(arguments)
    needed = NEEDED if options.axe else (*NEEDED, "npm")
    if missing := [it for it in needed if not shutil.which(it)]:
        print(f"check-html needs {' and '.join(missing)} (Debian: chromium, chromium-driver, npm).")
        return 2
    folder = Path(options.to)
    folder.mkdir(parents=True, exist_ok=True)
    axe = Path(options.axe).read_text() if options.axe else _fetch_axe()
    with tempfile.TemporaryDirectory() as home:
        paths = find_paths({"SEESHELL_HOME": home})
        for name, kept in (
            ("everything", [everything(paths)]),
            ("branches", [branched()]),
            ("hostile", attacks()),
            ("album", [album(paths, options.pictures)]),
            ("right-to-left", [right_to_left()]),
            ("code", [code()]),
            ("long", [long(options.turns)]),
        ):
            _write(Path(home), kept, folder / f"{name}.html")
    problems: list[str] = []
    with _served(folder) as address, opened_browser() as browser:
        for page in sorted(folder.glob("*.html")):
            problems += _look(browser, address, page, axe)
    for it in problems:
        print(it)
    print("Every page is as it should be." if not problems else f"{len(problems)} problems.")
    return min(len(problems), 1)


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="check-html")
    parser.add_argument("--to", default=f"{tempfile.gettempdir()}/seeshell-pages")
    parser.add_argument("--axe", help="an axe.min.js; else npm fetches it")
    parser.add_argument("--pictures", type=int, default=200, help="in the album")
    parser.add_argument("--turns", type=int, default=100, help="of the long conversation")
    return parser.parse_args(arguments)


def _fetch_axe() -> str:
    with tempfile.TemporaryDirectory() as folder:
        packing = ["npm", "pack", "axe-core@4"]
        fetched = subprocess.run(packing, cwd=folder, capture_output=True, text=True)
        if fetched.returncode:
            last = fetched.stderr.strip().splitlines()[-1:]
            raise SystemExit(f"npm could not fetch axe-core; give one by --axe: {' '.join(last)}")
        (packed,) = Path(folder).glob("*.tgz")
        with tarfile.open(packed) as archive:
            file = archive.extractfile("package/axe.min.js")
            assert file
            return file.read().decode()


def _write(home: Path, kept: Sequence[KeptConversation], target: Path) -> None:
    source = home / "conversations.json"
    source.write_bytes(msgspec.json.encode(kept))
    subprocess.run(
        [sys.executable, "-m", "tests.pages.write", source, target],
        env=os.environ | {"SEESHELL_HOME": str(home)},
        check=True,
    )


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """Serves the pages on this machine: a browser asks a server for more than a file."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def _look(browser: Browser, address: str, page: Path, axe: str) -> Iterator[str]:
    """Yields what is wrong with a page."""
    for width in WIDTHS:
        for scheme in SCHEMES:
            browser.emulate(width, HEIGHT, scheme=scheme)
            began = time.monotonic()
            browser.open(f"{address}/{page.name}")
            seconds = time.monotonic() - began
            where = f"{page.stem} at {width}, {scheme}"
            asked = [it for it in browser.requests() if not it.startswith("data:")]
            yield from (f"{where}: asked for {it}" for it in asked[1:])
            yield from (f"{where}: {it}" for it in browser.complaints())
            browser.run(_OPEN)
            if found := browser.run(_SCRIPTS):
                yield f"{where}: {found} elements that could run or fetch something"
            if (found := browser.run(_WIDTH)) > width:
                yield f"{where}: {found} pixels wide"
            if found := browser.run(_BACKWARDS):
                yield f"{where}: {found} pieces of code from right to left"
            if found := browser.run(_DRAWN):
                yield f"{where}: {found} pictures without a size"
            picture = page.with_name(f"{page.stem}-{width}-{scheme}.png")
            browser.screenshot(picture, width, _MOST_PIXELS)
            began = time.monotonic()
            browser.run(axe)
            yield from (f"{where}: {it}" for it in browser.run(_AXE))
            checked = time.monotonic() - began
            print(f"{where}: opened in {seconds:.1f} s, looked through in {checked:.1f} s")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
