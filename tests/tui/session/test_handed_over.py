"""What a window hands over to the core of its environment."""

from typing import Any

import pytest

from seeshell.core.client_environment import ClientEnvironment
from seeshell.core.ipc.client import CoreClient
from seeshell.tui.session.launch_options import LaunchOptions

from ...running_core import RunningCore
from ..chat.test_no_core import OpenAnyhow, open_anyhow
from ..conftest import OpenApp

__all__ = ["open_anyhow"]


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> list[ClientEnvironment]:
    """What was handed over at each connection, the oldest first."""
    environments: list[ClientEnvironment] = []
    connect = CoreClient.connect

    async def record(*places: Any, **options: Any) -> CoreClient:
        environments.append(options["environment"])
        return await connect(*places, **options)

    monkeypatch.setattr(CoreClient, "connect", record)
    return environments


async def test_a_window_hands_its_environment_over_each_time_it_connects(
    open_app: OpenApp,
    demo_core: RunningCore,
    handed_over: list[ClientEnvironment],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")
    monkeypatch.setenv("BIG_KEY", "sk-big")
    config = demo_core.paths.config_file
    async with open_app(demo_core) as user:
        # What the app was started with knew nothing of the table.
        config.write_text('[endpoints.big]\nurl = "https://h/v1"\nkey_variable = "BIG_KEY"\n')
        demo_core.kill()
        await user.sees("The core has ended.")
        await user.press("f5")
        await user.until(lambda: user.chat.session.is_ready)
    assert ["BIG_KEY" in it.keys for it in handed_over] == [False, True]
    assert all(it.keys["OPENAI_API_KEY"] == "sk-openai" for it in handed_over)


async def test_a_window_comes_back_to_a_core_whatever_has_become_of_the_settings(
    open_app: OpenApp,
    shared_demo_core: RunningCore,
    handed_over: list[ClientEnvironment],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")
    config = shared_demo_core.paths.config_file
    config.write_bytes(b"\xff")
    try:
        async with open_app(shared_demo_core):
            assert handed_over[0].keys["OPENAI_API_KEY"] == "sk-openai"
    finally:
        config.unlink()


async def test_a_key_that_can_not_be_handed_over_is_told_in_place_of_the_core(
    open_anyhow: OpenAnyhow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai" * 9000)
    async with open_anyhow(LaunchOptions()) as user:
        await user.sees("OPENAI_API_KEY is too long, 81,000 characters")
        assert "sk-openai" not in user.screen
