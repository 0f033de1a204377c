"""A settings file that changes while clients are there, on a real store with a scripted engine."""

import asyncio

import pytest

from seeshell.core.client_environment import ClientEnvironment
from seeshell.core.messages.events import Notice
from seeshell.core.messages.model_events import ModelLoaded, ModelLoading
from seeshell.core.messages.model_requests import LoadModel
from seeshell.core.messages.queue_requests import ResumeQueue
from seeshell.core.messages.requests import GetStatus
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths

from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, submit

ENVIRONMENT = ClientEnvironment(keys={"BIG_KEY": "sk-big"})


def notices(client: Listener) -> list[str]:
    return [event.sentence for event in client.heard if isinstance(event, Notice)]


async def do(what: str, sessions: Sessions, engine: ScriptedEngine, client: Listener) -> None:
    match what:
        case "connect":
            sessions.add_client(Listener())
        case "load":
            await carry_out(sessions, LoadModel(model="scripted"), client)
        case "submit":
            engine.enqueue("Yes")
            await end_of(client, await submit(sessions, client, "?"))


@pytest.mark.parametrize("what", ["connect", "load", "submit"])
async def test_what_a_client_does_brings_a_look_at_the_file(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, paths: Paths, what: str
) -> None:
    paths.config_file.write_text("max_tokens = 7\npixel_budget = 9\n")
    await do(what, sessions, engine, client)
    [told] = notices(client)
    assert told.startswith("pixel_budget has changed in config.toml: it counts once the core")
    assert sessions.settings.now.max_tokens == 7
    await do(what, sessions, engine, client)
    assert len(notices(client)) == 1


async def test_limits_of_an_answer_count_from_the_next_turn(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, paths: Paths
) -> None:
    await do("submit", sessions, engine, client)
    assert engine.options[-1].max_tokens == 2048
    paths.config_file.write_text("max_tokens = 7\ntemperature = 0\n")
    await do("submit", sessions, engine, client)
    assert (engine.options[-1].max_tokens, engine.options[-1].temperature) == (7, 0.0)


async def test_a_file_that_can_not_be_used_is_told_and_changes_nothing(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, paths: Paths
) -> None:
    paths.config_file.write_text("max_tokens = 7\n")
    await do("connect", sessions, engine, client)
    paths.config_file.write_bytes(b"max_tokens = 9\n# caf\xe9\n")
    for what in ("submit", "connect", "load"):
        await do(what, sessions, engine, client)
    [told] = notices(client)
    assert "config.toml, line 2: this is not UTF-8" in told
    assert sessions.settings.now.max_tokens == 7


async def test_another_model_in_the_file_is_loaded(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, paths: Paths
) -> None:
    paths.config_file.write_text('model = "better"\n')
    newcomer = Listener()
    sessions.add_client(newcomer, environment=ENVIRONMENT)
    await newcomer.until(ModelLoaded, model="better")
    assert (engine.loads, engine.environments) == (["better"], [ENVIRONMENT])


async def test_another_adapter_in_the_file_is_put_on_and_taken_off_again(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, paths: Paths
) -> None:
    await carry_out(sessions, LoadModel(model="big"), client)
    await client.until(ModelLoaded, model="big")
    paths.config_file.write_text('adapter = "/lora/cats"\n')
    await do("connect", sessions, engine, client)
    await client.until(ModelLoaded, adapter="/lora/cats")
    paths.config_file.write_text("max_tokens = 7\n")
    await do("connect", sessions, engine, client)
    await client.until(ModelLoaded, adapter="", where=lambda _: engine.model.adapter == "")
    assert engine.loads == ["big", "big+/lora/cats", "big"]


async def test_a_model_that_a_client_names_wins_over_the_file(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, paths: Paths
) -> None:
    paths.config_file.write_text('model = "better"\n')
    await carry_out(sessions, LoadModel(model="best"), client)
    await client.until(ModelLoaded, model="best")
    assert engine.loads == ["best"]


async def test_an_endpoint_that_moves_is_loaded_again_before_the_next_turn(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, paths: Paths
) -> None:
    paths.config_file.write_text('[endpoints.big]\nurl = "http://one"\n')
    await carry_out(sessions, LoadModel(model="big"), client)
    await client.until(ModelLoaded, model="big")
    paths.config_file.write_text('[endpoints.big]\nurl = "http://two"\n')
    engine.enqueue("Yes")
    queued = await submit(sessions, client, "?")
    await end_of(client, queued)
    assert engine.loads == ["big", "big"]
    # The same server: nothing is loaded again, and no cache is lost.
    paths.config_file.write_text('[endpoints.big]\nurl = "http://two"\n[endpoints.b]\nurl="h:1"\n')
    await do("submit", sessions, engine, client)
    assert engine.loads == ["big", "big"]


async def test_an_endpoint_that_the_file_names_no_more_stays_in_use_and_that_is_told(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, paths: Paths
) -> None:
    paths.config_file.write_text('[endpoints.big]\nurl = "http://one"\n')
    await carry_out(sessions, LoadModel(model="big#m"), client)
    await client.until(ModelLoaded, model="big#m")
    paths.config_file.write_text("max_tokens = 7\n")
    for _ in range(2):
        await do("submit", sessions, engine, client)
    [told] = notices(client)
    assert told.startswith("config.toml names no endpoint big any more: it stays in use until you")
    assert engine.loads == ["big#m"]


async def test_endpoints_are_nothing_to_a_model_of_this_machine(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, paths: Paths
) -> None:
    paths.config_file.write_text('[endpoints.big]\nurl = "http://one"\n')
    await do("submit", sessions, engine, client)
    assert engine.loads == []


async def test_a_load_under_way_starts_again_when_its_endpoint_moves(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, paths: Paths
) -> None:
    paths.config_file.write_text('[endpoints.big]\nurl = "http://one"\n')
    engine.load_gate = asyncio.Event()
    await carry_out(sessions, LoadModel(model="big"), client)
    await client.until(ModelLoading, stage="reading")
    paths.config_file.write_text('[endpoints.big]\nurl = "http://two"\n')
    await carry_out(sessions, LoadModel(model="big"), client)
    engine.load_gate.set()
    await client.until(ModelLoaded, model="big")
    assert engine.loads == ["big", "big"]


async def test_a_look_costs_nothing_where_nothing_is_asked(
    sessions: Sessions, client: Listener, paths: Paths
) -> None:
    paths.config_file.write_text("max_tokens = 7\n")
    await carry_out(sessions, GetStatus(), client)
    assert sessions.settings.now.max_tokens == 2048


async def test_resuming_a_queue_looks_too(
    sessions: Sessions, client: Listener, engine: ScriptedEngine, paths: Paths
) -> None:
    await do("submit", sessions, engine, client)
    paths.config_file.write_text("max_tokens = 7\n")
    await carry_out(sessions, ResumeQueue(conversation=1), client)
    assert sessions.settings.now.max_tokens == 7


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ("", "config.toml names no endpoint big any more: it stays in use"),
        ('model = "big"\n', "config.toml names no model any more: the one in use stays"),
    ],
)
async def test_an_endpoint_that_is_taken_out_of_the_file_stays_in_use_and_is_told_once(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    paths: Paths,
    model: str,
    sentence: str,
) -> None:
    paths.config_file.write_text(model + '[endpoints.big]\nurl = "http://one"\n')
    await carry_out(sessions, LoadModel(model="big"), client)
    await client.until(ModelLoaded, model="big")
    paths.config_file.unlink()
    await do("submit", sessions, engine, client)
    [told] = notices(client)
    assert told.startswith(sentence)
    assert engine.loads == ["big"]


async def test_a_window_is_told_of_a_key_that_the_file_names_since_it_was_opened(
    sessions: Sessions, engine: ScriptedEngine, paths: Paths
) -> None:
    here, there, command, newcomer = Listener(), Listener(), Listener(), Listener()
    sessions.add_client(here, window="one")
    sessions.add_client(there, window="two", environment=ENVIRONMENT)
    sessions.add_client(command)
    paths.config_file.write_text('[endpoints.big]\nurl = "http://h"\nkey_variable = "BIG_KEY"\n')
    sessions.add_client(newcomer, window="three")
    await do("submit", sessions, engine, here)
    [told] = notices(here)
    assert told.endswith("open it again to use BIG_KEY.")
    assert [notices(it) for it in (there, command, newcomer)] == [[], [], []]
    # Nothing is new about a key that was named before.
    paths.config_file.write_text('[endpoints.big]\nurl = "http://g"\nkey_variable = "BIG_KEY"\n')
    await do("submit", sessions, engine, here)
    assert len(notices(here)) == 1
