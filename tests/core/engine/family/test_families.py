"""Every family answers as mlx-vlm does from nothing, and computes no more than it must."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seeshell.core.demo import MODEL_PATH
from seeshell.core.engine.adapters.lora import Lora
from seeshell.core.engine.adapters.lora_folder import read_lora
from seeshell.core.engine.engine import PromptImage, PromptMessage
from seeshell.core.engine.family import generic
from seeshell.core.engine.kv.prefix import common_length, reusable_length
from seeshell.core.engine.kv.spill_folder import SpillFolder
from seeshell.core.engine.limits import Limits
from seeshell.core.engine.loading import Checkpoint, load_checkpoint
from seeshell.core.engine.mlx_engine import MlxEngine
from seeshell.core.engine.picture import Picture
from seeshell.core.engine.prefill_pace import PrefillPace
from seeshell.core.errors import ImageError, ModelUnsupported
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.models.known_reuse import read_known
from seeshell.core.models.sources import find_model

from ....families.shapes import SHAPES, shrink_phi3_tower
from ....families.writing import write_checkpoint
from ..adapters.writing import linear_layers, matrices, write_mlx
from ..asking import Asker, make_asker
from .plain import PlainFamily, assert_as_cold, logit_difference

# Some families warn when loaded; raised, that is to mlx-vlm a processor that is missing.
pytestmark = pytest.mark.filterwarnings("default")

COLD = {"llava_next", "paligemma"}
TEXT = {"gemma4 seeing ahead"}
WITH_STATES = {"lfm2_vl", "qwen3_5"}
OPTIONS = GenerationOptions(temperature=0.0, max_tokens=4)
NEAR = 16
"""Tokens that are computed again where states can't be cut back to each."""

Load = Callable[[str], Checkpoint]
Draw = Callable[..., PromptImage]


def user(text: str, *images: PromptImage) -> PromptMessage:
    return PromptMessage.of("user", text, images)


def reply(text: str) -> PromptMessage:
    return PromptMessage.of("assistant", text)


@pytest.fixture(scope="module")
def write(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Path]]:
    """Writes the checkpoint of a family, once."""
    folder = tmp_path_factory.mktemp("families")
    with pytest.MonkeyPatch.context() as patch:
        shrink_phi3_tower(patch.setattr)

        def write_once(family: str) -> Path:
            path = folder / family
            return path if path.exists() else write_checkpoint(path, SHAPES[family]())

        yield write_once


@pytest.fixture(scope="module")
def load(write: Callable[[str], Path]) -> Load:
    """Loads the checkpoint of a family, once."""
    loaded: dict[str, Checkpoint] = {}

    def load_once(family: str) -> Checkpoint:
        if family not in loaded:
            loaded[family] = load_checkpoint(find_model(str(write(family)), print))
        return loaded[family]

    return load_once


@dataclass
class Conversation:
    """Asks the engine and mlx-vlm the same, and compares what both answer."""

    family: str
    checkpoint: Checkpoint
    ask: Asker

    def turn(self, *messages: PromptMessage) -> Any:
        """The figures of a turn whose answer is the cold one."""
        answer = self.ask(*messages, options=OPTIONS, conversation=1)
        cold = PlainFamily(self.checkpoint)(*messages)
        assert_as_cold(
            answer, cold, float(cold.logits.std()) if self.family in WITH_STATES else 1.0
        )
        return answer.stats

    def shared(self, before: tuple[PromptMessage, ...], now: tuple[PromptMessage, ...]) -> int:
        """Tokens that a prompt has in common with an earlier one."""
        one, other = (self._run(messages) for messages in (before, now))
        return min(common_length(one, other), reusable_length(one, other))

    def _run(self, messages: tuple[PromptMessage, ...]) -> Any:
        pictures = self.ask.resident.pictures.look_up(
            [image for message in messages for image in message.images], lambda: False
        )
        return self.ask.resident.prompts.build(messages, pictures or [])


@pytest.mark.parametrize("family", sorted(SHAPES.keys() - COLD))
def test_a_conversation_computes_what_is_new_and_no_more(
    family: str, load: Load, draw: Draw, tmp_path: Path
) -> None:
    checkpoint = load(family)
    spills = tmp_path / "spills"
    spills.mkdir()
    ask = make_asker(checkpoint, SpillFolder(spills, 2**30), block_tokens=16)
    talk = Conversation(family, checkpoint, ask)
    one, two = draw("circle", "red"), draw("square", "blue", size=(96, 64))
    first = (user("What is it?", one),)
    follow_up = (*first, reply("A circle."), user("Is it large?"))
    new_picture = (*follow_up, reply("No."), user("And here?", two))
    edited = (*first, reply("A circle."), user("Here too?", two))
    slack = NEAR if family in WITH_STATES else 0
    is_full = family not in TEXT

    assert talk.turn(*first).images_encoded == 1

    stats = talk.turn(*follow_up)
    assert stats.images_encoded == 0
    assert stats.reused_tokens >= talk.shared(first, follow_up) - slack
    assert stats.recomputed == ""

    again = talk.turn(*follow_up)
    assert again.images_encoded == 0
    assert again.prefilled_tokens <= 1 + slack

    stats = talk.turn(*new_picture)
    assert stats.images_encoded == (1 if is_full else 2)
    assert stats.reused_tokens >= talk.shared(follow_up, new_picture) - slack
    assert stats.recomputed == ("" if is_full else checkpoint.family.reuse.reason)

    stats = talk.turn(*edited)
    assert stats.images_encoded == (0 if is_full else 2)
    assert stats.reused_tokens >= talk.shared(first, edited) - slack

    ask.resident.spill()
    talk.ask = make_asker(checkpoint, SpillFolder(spills, 2**30), block_tokens=16)
    last = (*edited, reply("Yes."), user("Sure?"))
    stats = talk.turn(*last)
    assert stats.images_encoded == 0
    assert stats.reused_tokens >= talk.shared(edited, last) - slack - 1


@pytest.mark.parametrize("family", sorted(COLD))
def test_a_cold_family_computes_all_and_says_why(family: str, load: Load, draw: Draw) -> None:
    checkpoint = load(family)
    talk = Conversation(family, checkpoint, make_asker(checkpoint))
    one, two = draw("circle", "red"), draw("square", "blue")
    first = user("What is it?", one)
    reason = checkpoint.family.reuse.reason
    assert talk.turn(first).recomputed == ""
    assert talk.turn(first).recomputed == reason
    briefly = PromptMessage.of("system", "Be brief.")
    assert talk.ask(briefly, first, options=OPTIONS, conversation=2).stats.recomputed == ""

    stats = talk.turn(first, reply("A circle."), user("Is it large?"))

    assert (stats.reused_tokens, stats.images_encoded) == (0, 1)
    assert stats.recomputed == reason != ""
    assert talk.ask.resident.pool.branches == ()
    with pytest.raises(ImageError, match="takes 1 picture in a conversation"):
        talk.ask(first, reply("A circle."), user("And here?", two))


@pytest.mark.parametrize("family", sorted(SHAPES))
def test_every_option_is_kept_to(family: str, load: Load, draw: Draw) -> None:
    digits = {"type": "array", "items": {"enum": [0, 1]}, "minItems": 2, "maxItems": 2}
    schema = {"type": "object", "properties": {"größe": digits}, "required": ["größe"]}
    options = GenerationOptions(
        temperature=1.0,
        top_p=0.9,
        top_k=50,
        min_p=0.01,
        repetition_penalty=1.1,
        presence_penalty=0.5,
        seed=3,
        max_tokens=90,
        thinking=True,
        thinking_budget=4,
        schema=json.dumps(schema | {"additionalProperties": False}),
    )
    ask, question = make_asker(load(family)), user("What is it?", draw())

    one, again = ask(question, options=options), ask(question, options=options)

    assert len(json.loads(one.text)["größe"]) == 2
    assert again.text == one.text


@pytest.mark.parametrize("family", sorted(SHAPES.keys() - COLD))
def test_without_the_hash_of_pictures_another_one_of_the_same_size_is_taken_for_it(
    family: str, load: Load, draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = load(family)
    talk = Conversation(family, checkpoint, make_asker(checkpoint))
    span = Picture.span
    monkeypatch.setattr(Picture, "span", lambda self, start: span(self, start)._replace(sha256=""))
    talk.turn(user("What is it?", draw("circle", "red")))

    other = user("What is it?", draw("square", "blue"))
    answer = talk.ask(other, options=OPTIONS, conversation=1)

    assert answer.stats.reused_tokens > 0
    assert logit_difference(answer, PlainFamily(checkpoint)(other)) > 1e-2


@pytest.mark.parametrize("family", sorted(SHAPES))
def test_what_users_type_acts_as_no_token_of_the_template(
    family: str, load: Load, draw: Draw
) -> None:
    checkpoint = load(family)
    special = checkpoint.family.placing.masks.special_ids
    typed = "".join(checkpoint.processor.tokenizer.convert_ids_to_tokens(sorted(special))[:60])
    picture = draw()
    prompts = make_asker(checkpoint).resident.prompts
    pictures = make_asker(checkpoint).resident.pictures.look_up([picture], lambda: False) or []

    usual, spelled = (
        prompts.build([user(text, picture)], pictures).tokens
        for text in ("word", f"<image> <|image_1|> <|image_2|> {typed}")
    )

    assert [token for token in spelled if token in special or token < 0] == [
        token for token in usual if token in special or token < 0
    ]


def test_a_prompt_past_the_short_positions_takes_nothing_over(load: Load, draw: Draw) -> None:
    checkpoint = load("phi3_v")
    talk = Conversation("phi3_v", checkpoint, make_asker(checkpoint))
    one, two, three = (draw("circle", color) for color in ("red", "blue", "green"))
    short = (user("What?", one), reply("A."), user("And?", two))
    long = (*short, reply("B."), user("And?", three))
    talk.turn(*short)

    stats = talk.turn(*long)

    assert (stats.reused_tokens, stats.images_encoded) == (0, 1)
    assert "past 900 tokens" in stats.recomputed
    assert talk.turn(*long, reply("C."), user("Sure?")).reused_tokens > stats.prompt_tokens - NEAR
    assert talk.turn(*short).reused_tokens > 0


def replace_template(folder: Path, template: str) -> None:
    """Gives a checkpoint another chat template, wherever it has its own."""
    for file in folder.glob("*_config.json"):
        values = json.loads(file.read_text())
        values.pop("chat_template", None)
        file.write_text(json.dumps(values))
    for file in folder.glob("chat_template*"):
        file.unlink()
    (folder / "chat_template.jinja").write_text(template)


@pytest.mark.parametrize(
    ("family", "template", "reason"),
    [
        ("demo", "{% if %}", "Expected an expression"),
        ("demo", "Hello", "does not place pictures"),
        ("llava", "{{ raise_exception('Roles must alternate!') }}", "Roles must alternate!"),
        ("llava", "{{ 1 / 0 }}", "division by zero"),
    ],
)
async def test_a_broken_template_is_refused_in_one_sentence_and_the_model_before_stays(
    family: str, template: str, reason: str, write: Callable[[str], Path], tmp_path: Path
) -> None:
    whole = MODEL_PATH if family == "demo" else write(family)
    folder = Path(shutil.copytree(whole, tmp_path / "broken"))
    replace_template(folder, template)
    engine = MlxEngine(Limits(pixel_budget=1280, max_pixels=10_000_000))
    before = await engine.load("demo", print)

    with pytest.raises(ModelUnsupported) as refused:
        await engine.load(str(folder), print)

    assert engine.model == before
    await engine.close()
    sentence = str(refused.value)
    assert reason in sentence
    assert sentence.startswith("The model's chat template")
    assert sentence.endswith("; choose another model.")
    assert "\n" not in sentence


@pytest.mark.parametrize("is_ahead", [False, True])
async def test_the_first_two_pictures_may_show_that_less_is_reused(
    write: Callable[[str], Path],
    draw: Draw,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_ahead: bool,
) -> None:
    monkeypatch.setattr(generic, "pictures_are_independent", lambda _: False)
    engine = MlxEngine(Limits(pixel_budget=1280, max_pixels=10_000_000), known_dir=tmp_path)
    model = await engine.load(str(write("llava")), print)
    assert model.reuse == "full"
    question = (user("What differs?", draw("circle"), draw("square")),)
    if is_ahead:
        await engine.prepare(question, conversation=1)
    else:
        async for _ in engine.answer(question, OPTIONS, conversation=1):
            pass
    now = engine.model
    await engine.close()
    (known,) = read_known(tmp_path).values()

    assert now is not None
    found = (now.reuse, now.reuse_reason)
    assert found == (known.reuse, known.reason) == ("text", "its pictures are encoded together")


@pytest.mark.parametrize("family", ["gemma4 seeing ahead", "llava", "llava_next", "qwen3_5"])
async def test_the_engine_loads_it_and_says_what_it_reuses(
    family: str, write: Callable[[str], Path], draw: Draw
) -> None:
    engine = MlxEngine(Limits(pixel_budget=1280, max_pixels=10_000_000))
    model = await engine.load(str(write(family)), print)
    events = [
        event
        async for event in engine.answer((user("What is it?", draw()),), OPTIONS, conversation=1)
    ]
    await engine.close()

    kind = "cold" if family in COLD else "text" if family in TEXT else "full"
    assert model.reuse == kind
    assert bool(model.reuse_reason) == (kind != "full")
    assert events[-1].stats.images_encoded == 1  # type: ignore[union-attr]


@pytest.mark.parametrize("family", ["gemma3", "lfm2_vl", "llava", "phi3_v"])
def test_an_adapter_is_put_on_and_leaves_no_trace(
    family: str, load: Load, draw: Draw, tmp_path: Path
) -> None:
    checkpoint = load(family)
    ask, question = make_asker(checkpoint), user("What is it?", draw("circle", "red"))
    weights = matrices(linear_layers(checkpoint))
    lora = Lora(read_lora(str(write_mlx(tmp_path / "lora", weights))), checkpoint.model, family)
    before = ask(question, options=OPTIONS)
    ask.resident.switch_adapter(lora)
    with_adapter, cold = ask(question, options=OPTIONS), PlainFamily(checkpoint)(question)
    ask.resident.switch_adapter(None)
    ask.resident.pool.clear()
    # Chunks of another size round otherwise.
    ask.resident.pace = PrefillPace()
    after = ask(question, options=OPTIONS)

    assert_as_cold(with_adapter, cold, float(cold.logits.std()))
    assert not np.array_equal(with_adapter.logits, before.logits)
    assert np.array_equal(after.logits, before.logits)
