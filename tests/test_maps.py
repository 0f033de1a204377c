"""The maps that packages begin with."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("package", ["core", "core/engine", "tui"])
def test_the_map_of_a_package_names_each_of_its_modules_once(package: str) -> None:
    folder = ROOT / package
    modules = [path.stem for path in folder.glob("*.py") if path.stem != "__init__"]
    modules += [f"{path.parent.name}/" for path in folder.glob("*/__init__.py")]
    rows = re.findall(r"^    (\S.*?)  ", (folder / "__init__.py").read_text(), re.MULTILINE)
    assert sorted(", ".join(rows).split(", ")) == sorted(modules)
