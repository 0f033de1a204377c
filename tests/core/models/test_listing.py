"""Which models are here, and everything that their files tell."""

import errno
import json
import shutil
from pathlib import Path

import pytest

from seeshell.core.demo import MODEL_PATH
from seeshell.core.errors import ModelNotFound
from seeshell.core.models import facts
from seeshell.core.models.facts import ModelFacts
from seeshell.core.models.known_reuse import KnownReuse, write_known
from seeshell.core.models.licence import read_licence
from seeshell.core.models.listing import Shelf, complete_name, find_here, list_models, names_here
from seeshell.core.settings import EndpointSettings, Paths, Settings


def place_model(folder: Path) -> Path:
    return Path(shutil.copytree(MODEL_PATH, folder))


def names(shelf: Shelf) -> list[str]:
    return [model.name for model in list_models(shelf)]


@pytest.fixture
def shelf(paths: Paths, tmp_path: Path) -> Shelf:
    """Two folders, one of them with an owner's, an endpoint, and the demonstration model."""
    place_model(paths.models_dir / "made-4bit")
    place_model(tmp_path / "models" / "owner" / "seeing-8bit")
    (tmp_path / "models" / "notes").mkdir()
    settings = Settings(
        model_folders=(str(tmp_path / "models"),),
        endpoints={"big": EndpointSettings("http://host:1/v1", context=8192)},
    )
    return Shelf(settings, paths)


def test_everything_is_listed(shelf: Shelf, tmp_path: Path) -> None:
    made = str(shelf.paths.models_dir / "made-4bit")
    assert names(shelf) == ["demo", made, str(tmp_path / "models/owner/seeing-8bit"), "big"]
    assert names(shelf) == names_here(shelf)


def test_a_folder_that_was_loaded_stays_listed(shelf: Shelf, tmp_path: Path) -> None:
    folder = place_model(tmp_path / "elsewhere" / "loaded")
    write_known(shelf.paths.cache_dir, "1", KnownReuse("full", source=str(folder)))
    assert str(folder) in names(shelf)
    shutil.rmtree(folder)
    assert str(folder) not in names(shelf)


def test_the_demonstration_model_from_its_files(shelf: Shelf) -> None:
    model = find_here(shelf, "demo")
    assert (model.kind, model.family, model.quantisation) == ("demo", "qwen3_vl", "bfloat16")
    assert (model.licence, model.context_length, model.problem) == ("apache-2.0", 4096, "")
    assert model.parameters == 1_967_360
    footprint = model.footprint
    assert footprint is not None
    assert list(model.memory) == [4096]
    assert model.memory[4096] == footprint.nbytes(4096) > footprint.weights_bytes


def test_what_the_core_found_out_counts_first(shelf: Shelf) -> None:
    before = find_here(shelf, "demo")
    assert before.known is None
    found = KnownReuse("full", "", "demo", kv_token_bytes=999, loaded_bytes=10**6)
    write_known(shelf.paths.cache_dir, before.revision, found)
    model = find_here(shelf, "demo")
    assert model.known is not None
    assert model.footprint is not None
    assert (model.known.reuse, model.footprint.kv_token_bytes) == ("full", 999)
    assert model.footprint.weights_bytes == 10**6


def test_a_model_that_can_not_be_run_says_why(shelf: Shelf) -> None:
    folder = shelf.paths.models_dir / "made-4bit"
    config = json.loads((folder / "config.json").read_bytes())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "sam3"}))
    model = find_here(shelf, "made-4bit")
    assert "of the family 'sam3'" in model.problem
    assert model.footprint is None
    assert model.memory == {}


def test_a_folder_that_may_not_be_read_is_listed_with_the_reason(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(facts, "identify_folder", refuse)
    model = find_here(shelf, "made-4bit")
    assert model.problem == f"{model.name} can't be read: Permission denied; check its permissions."


def test_an_endpoint_has_no_files(shelf: Shelf) -> None:
    expected = ModelFacts("big", "endpoint", "http://host:1/v1", context_length=8192)
    assert find_here(shelf, "big") == expected


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("de", "demo"),
        ("SEEING", "owner/seeing-8bit"),
        ("8bit", "owner/seeing-8bit"),
        ("big", "big"),
        ("bit", "bit"),
        ("", ""),
        ("nothing", "nothing"),
    ],
)
def test_a_part_of_a_name_is_enough_where_it_means_one_model(
    shelf: Shelf, typed: str, meant: str
) -> None:
    assert complete_name(shelf, typed).endswith(meant)
    assert bool(complete_name(shelf, typed)) == bool(meant)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dmeo", "did you mean demo?"),
        ("seeing-4bit", "owner/seeing-8bit"),
        ("Other/Model", "`seeshell models pull Other/Model` downloads it"),
        ("xyz", "`seeshell models` lists those that are"),
    ],
)
def test_a_name_that_is_not_here_says_what_is_near(shelf: Shelf, name: str, words: str) -> None:
    with pytest.raises(ModelNotFound) as caught:
        find_here(shelf, name)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlicense: apache-2.0\ntags: [a]\n---\n# Text", "apache-2.0"),
        ('---\nlicense: "mit"\n---\n', "mit"),
        ("---\nlicense: other\nlicense_name: qwen\n---\n", "qwen"),
        ("---\ntags: []\n---\nlicense: mit\n", ""),
        ("license: mit\n", ""),
        ("---\nlicense: mit", "mit"),
        ("", ""),
    ],
)
def test_the_licence_is_that_of_the_card(tmp_path: Path, card: str, licence: str) -> None:
    (tmp_path / "README.md").write_text(card)
    assert read_licence(tmp_path) == licence


def test_a_model_knows_the_sources_that_mean_it(tmp_path: Path) -> None:
    cached = ModelFacts("Owner/Name", "hub", str(tmp_path))
    folder = ModelFacts("~/models/tiny", "folder", str(Path("~/models/tiny").expanduser()))
    for model, source in (
        (cached, "owner/name"),
        (cached, "https://huggingface.co/Owner/Name"),
        (cached, str(tmp_path)),
        (folder, "~/models/tiny/"),
        (folder, folder.source),
        (ModelFacts("demo", "demo", "/demo"), "demo"),
    ):
        assert model.is_meant_by(source), source
        assert not model.is_meant_by("other/name"), source
