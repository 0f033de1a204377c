"""Keys that the user has chosen, in the whole app."""

import pytest
from textual.events import Key, Paste

from seeshell.core.errors import SettingsError
from seeshell.core.settings import Paths, Settings
from seeshell.tui.app import SeeshellApp
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.probe import TerminalFacts

from ...running_core import RunningCore
from ..conftest import OpenApp
from ..scripted_client import ScriptedClient


async def test_chosen_keys_work_and_are_shown_wherever_keys_are(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    keys = {
        "chat.edit": ("f10",),
        "prompt.send": ("ctrl+b",),
        "prompt.new_line": ("enter",),
        "screen.chats": ("f13",),
        "app.commands": ("f11",),
        "screen.preview": (),
    }
    async with open_app(shared_demo_core, keys=keys) as user:
        await user.sees("f13   ", "f11 commands", "enter new line")
        assert "preview" not in user.screen
        await user.press("a", "enter", "b", "ctrl+b")
        await user.until(lambda: len(user.messages) == 2 and user.messages[1].finish_reason)
        assert user.messages[0].text == "a\nb"
        # A letter's command can have another key, also from the prompt.
        await user.press("f10")
        await user.sees("editing question 1", "ctrl+b resends, esc cancels")
        await user.press("escape", "f11")
        await user.sees("Edit the question and ask it again", "f10", "Show or hide the preview")
        await user.press("escape")
        user.app.post_message(Paste("~/Desktop/a.png"))
        await user.sees("a.png is not on this machine", "ctrl+b twice sends")
        await user.press("ctrl+b")
        await user.sees("press ctrl+b again")
        await user.press("ctrl+x", "f1")
        await user.sees("no key")
        await user.press("pagedown")
        await user.sees("enter                          New line")


async def test_what_is_typed_behind_a_chosen_key_waits_for_it_too(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core, keys={"screen.chats": ("ctrl+b",)}) as user:
        await user.ask("hello")
        for key in ("ctrl+b", "slash", "h", "e"):
            character = {"slash": "/", "ctrl+b": None}.get(key, key)
            user.app.post_message(Key(key, character))
        await user.until(lambda: user.chat.panels.is_filtering)
        await user.sees("he")
        assert user.chat.prompt.text == ""


def test_a_key_that_can_t_be_used_is_named_at_the_start(paths: Paths) -> None:
    settings = Settings(keys={"chat.edit": ("f",)})
    with pytest.raises(SettingsError) as refused:
        SeeshellApp(paths, settings, TerminalFacts(), LaunchOptions())
    assert str(refused.value).startswith(f"{paths.config_file}: [keys] gives chat.edit the key f")


async def test_theme_and_mouse_of_the_palette_last_until_their_setting_changes(
    paths: Paths,
) -> None:
    def app(settings: Settings) -> SeeshellApp:
        app = SeeshellApp(paths, settings, TerminalFacts(images="none"), LaunchOptions())

        async def connect(_replace_core: bool) -> ScriptedClient:
            return ScriptedClient()

        app._connect = connect  # type: ignore[method-assign, assignment]
        return app

    paths.data_dir.mkdir(parents=True, exist_ok=True)
    first = app(Settings())
    async with first.run_test() as pilot:
        assert (first.theme, first.choices.mouse) == ("dark", True)
        await first.run_action("use_theme('light')")
        await first.run_action("turn_mouse(False)")
        assert not first.check_action("turn_mouse", (False,))
        await pilot.pause()
    again = app(Settings())
    assert (again.theme, again.choices.mouse) == ("light", False)
    changed = app(Settings(theme="light", mouse=False))
    assert (changed.theme, changed.choices.mouse) == ("light", False)
    assert app(Settings(mouse=False)).theme == "light"
    for chosen, instead_of in (("light", "light"), ("gone", "dark")):
        kept = f'{{"theme": {{"chosen": "{chosen}", "instead_of": "{instead_of}"}}}}'
        (paths.data_dir / "choices.json").write_text(kept)
        assert app(Settings()).theme == "dark"
