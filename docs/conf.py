"""How Sphinx builds the documentation; `make docs` runs it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from from_the_program import write_pages

from seeshell import __version__

write_pages(Path(__file__).parent / "generated")

project = "seeshell"
copyright = "the founders of seeshell"  # noqa: A001 - Sphinx's name
version = release = __version__
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["generated/*", "terminals/*"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = f"seeshell {version}"
html_show_copyright = False
nitpicky = True
today = f"seeshell {version}"
man_pages = [("man", "seeshell", "chat about pictures in the terminal", [], 1)]
