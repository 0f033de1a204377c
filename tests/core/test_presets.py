"""The file `presets.toml`: presets, default presets of models, and templates."""

import os
from pathlib import Path

import pytest

from seeshell.core.current_presets import CurrentPresets
from seeshell.core.errors import PresetNotFound, SettingsError
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.presets import BUILT_IN_TEMPLATES, Preset, Presets, Template, read_presets

WHOLE = '''
# mine
[presets.terse]
about = "one sentence"
system = """Answer in one sentence.
No more."""
temperature = 0.2
top_p = 0.9
top_k = 40
min_p = 0.05
repetition_penalty = 1.1
presence_penalty = 0.5
seed = 7
max_tokens = 100
pixel_budget = 256
thinking = false
thinking_budget = 500

[presets."as it is"]

[models."~/models/qwen/"]
preset = "terse"

[models.studio]
preset = "as it is"
'''


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "presets.toml"


def test_a_preset_holds_every_option(file: Path) -> None:
    file.write_text(WHOLE)
    terse, as_it_is = read_presets(file).presets
    options = GenerationOptions(
        system="Answer in one sentence.\nNo more.",
        temperature=0.2,
        top_p=0.9,
        top_k=40,
        min_p=0.05,
        repetition_penalty=1.1,
        presence_penalty=0.5,
        seed=7,
        max_tokens=100,
        pixel_budget=256,
        thinking=False,
        thinking_budget=500,
    )
    assert terse == Preset("terse", "one sentence", options)
    assert as_it_is == Preset("as it is")


def test_a_model_has_its_default_preset_by_whatever_names_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    file.write_text(WHOLE)
    presets = read_presets(file)
    named = {
        source: preset.name if (preset := presets.default_of(source)) else ""
        for source in ("/home/me/models/qwen", "studio", "studio#large", "demo", "")
    }
    assert list(named.values()) == ["terse", "as it is", "as it is", "", ""]


def test_without_a_file_there_are_the_usual_templates(file: Path) -> None:
    assert read_presets(file) == Presets()
    keys = [template.key for template in BUILT_IN_TEMPLATES]
    assert "".join(keys) == "dmacf"


def test_templates_are_added_changed_and_taken_away(file: Path) -> None:
    file.write_text(
        '[templates]\ncompare = ""\ndescribe = "What is this?"\nmeter = "Read the meter."\n'
        '[templates.mood]\nkey = "m"\ntext = "What mood is {} in?"\n[templates.find]\nkey = "w"\n'
    )
    by_name = {template.name: template for template in read_presets(file).templates}
    assert "compare" not in by_name
    assert by_name["describe"] == Template("describe", "What is this?", "d")
    assert by_name["mood"] == Template("mood", "What mood is {} in?", "m")
    assert by_name["find"].key == "w"
    assert by_name["find"].text == "Where is {}? Give its box."
    keys = [template.key for template in by_name.values()]
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 1 for key in keys)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[presets.a]\ntemperature = 3", "temperature in [presets.a] is 3, but must be a number"),
        ("[presets.a]\ntemperature = nan", "not a number"),
        ("[presets.a]\nrepetition_penalty = 0", "a number above 0 and up to 10"),
        ("[presets.a]\nthinking = 1", "true or false"),
        ("[presets.a]\nseed = -1", "a whole number from 0"),
        ("[presets.a]\nsystem_prompt = 'x'", "no line system_prompt; system is meant perhaps"),
        ("[presets.a]\nabout = 'x\\ny'\nsystem = 5", "system in [presets.a] is 5"),
        ("[presets]\na = 5", "presets.a is no table: write [presets.a]"),
        ("presets = 5", "presets is no table: write [presets.NAME]"),
        ("[presets.'']", "choose another one"),
        ("[presets.' a']", "choose another one"),
        ("[preset.a]", "there is no table [preset]; presets is meant perhaps"),
        ("temperature = 1", "temperature belongs to one preset: write [presets.NAME] above it"),
        ("[models.demo]", 'lacks its preset: write preset = "NAME" under it'),
        ("[models.demo]\npreset = 'b'", "names the preset b, which there is not"),
        ("[templates]\na = 5", "the template a is 5, but must be text"),
        ("[templates.a]\nkey = 'ab'\ntext = 'x'", 'a single small letter or digit, such as "r"'),
        (
            "[templates.a]\nkey = 'x'\ntext='1'\n[templates.b]\nkey = 'x'\ntext='2'",
            'the templates a and b have the same key "x"',
        ),
        ("[presets.a\n", "line 1"),
    ],
)
def test_what_cant_be_used_is_named_in_one_sentence(file: Path, text: str, words: str) -> None:
    file.write_text(text)
    with pytest.raises(SettingsError) as refused:
        read_presets(file)
    assert words in str(refused.value)
    assert str(file) in str(refused.value)
    assert str(refused.value).endswith(".")


def test_a_change_counts_at_the_next_look_and_a_broken_file_changes_nothing(file: Path) -> None:
    current = CurrentPresets(file)
    assert not current.look()
    file.write_text("[presets.a]\nseed = 1")
    assert current.look()
    assert not current.look()
    before = current.now
    file.write_text("[presets.a]\nseed = 'x'")
    os.utime(file, ns=(1, 1))
    assert current.look()
    assert current.now is before
    assert "seed in [presets.a]" in current.problem
    file.unlink()
    assert current.look()
    assert (current.now, current.problem) == (Presets(), "")


def test_a_preset_that_is_not_there_is_told_of_with_what_to_do(file: Path) -> None:
    current = CurrentPresets(file)
    assert current.choose("", "demo") is None
    with pytest.raises(PresetNotFound, match=r"There is no preset a in .*: choose another one, or"):
        current.choose("a", "demo")
    file.write_text("x = 1")
    current.look()
    with pytest.raises(PresetNotFound, match=r"The preset a can't be used, because .* no table"):
        current.choose("a", "demo")
