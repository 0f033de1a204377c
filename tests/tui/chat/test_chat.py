"""The app on the real core with a real model, as its user meets it."""

from pathlib import Path

import pytest
from textual.events import Key, Paste

from seeshell.tui.chat.status_bar import StatusBar
from seeshell.tui.picker.last_visit import LastVisit
from seeshell.tui.session.draft import DraftPicture
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.state_file import write_state

from ...running_core import RunningCore, StartCore
from ..conftest import OpenApp

PICTURE = "red-circle-blue-square.png"


async def test_a_picture_is_picked_asked_about_and_found_again(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(samples)
    async with open_app(shared_demo_core) as user:
        await user.press("ctrl+o")
        await user.sees("type to filter")
        await user.type("red-circle")
        await user.sees(" 1 of ")
        await user.press("enter")
        await user.sees(f"[1] {PICTURE}", "tok")
        await user.ask("what is in the picture?")
        await user.sees("what is in the picture?", "red circle", "first token", "tokens/s")
        await user.ask("what color is the square?")
        await user.sees("blue")
        stats = user.chat.session.turns.stats
        assert stats is not None
        assert stats.images_encoded == 0
        assert stats.reused_tokens > stats.prefilled_tokens
    async with open_app(shared_demo_core) as user:
        await user.press("f2")
        await user.sees("what is in the picture?", "now")
        await user.press("enter")
        await user.sees("what color is the square?", "red circle", "context")


async def test_a_model_notice_and_three_lines_greet_a_fresh_start(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.sees("ctrl+o", "enter", "f2", "demonstration model")


async def test_escape_stops_an_answer_and_keeps_what_was_said(
    open_app: OpenApp, shared_rambling_core: RunningCore, samples: Path
) -> None:
    async with open_app(
        shared_rambling_core, launch=LaunchOptions(images=(DraftPicture(samples / PICTURE),))
    ) as user:
        await user.sees(f"[1] {PICTURE}")
        await user.type("what is in the picture?")
        await user.press("enter")
        await user.until(lambda: user.answer.startswith("I see"))
        await user.sees("answering")
        await user.press("escape")
        await user.sees("stopped: alt+a finishes it · ", "ready")
        assert user.answer.startswith("I see")


async def test_a_core_killed_in_mid_answer_is_started_again_and_nothing_is_lost(
    open_app: OpenApp, start_core: StartCore, rambling_model: str, samples: Path
) -> None:
    core = start_core("--model", rambling_model)
    async with open_app(core, launch=LaunchOptions(model=rambling_model)) as user:
        await user.attach(samples / PICTURE)
        await user.type("what is in the picture?")
        await user.press("enter")
        await user.until(lambda: user.answer.startswith("I see"))
        await user.type("half a though")
        core.kill()
        await user.sees("serving on", "f5 starts it again")
        await user.press("f5")
        await user.sees("ready", "half a though")
        assert [message.role for message in user.messages] == ["user", "assistant"]
        assert user.messages[1].error
        await user.type("t")
        assert user.chat.prompt.text == "half a thought"


async def test_a_broken_picture_shows_why_and_is_not_sent(
    open_app: OpenApp, shared_demo_core: RunningCore, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n and nothing else")
    async with open_app(shared_demo_core, size=(120, 30)) as user:
        await user.attach(broken)
        await user.sees("[1] ", "broken.png")
        await user.type("what is in the picture?")
        await user.press("enter")
        await user.sees("broken.png can't be sent")
        assert user.chat.prompt.text == "what is in the picture?"
        assert not user.chat.session.turns.is_answering
        await user.press("shift+tab", "f3")
        await user.sees("not a picture" if "not a picture" in user.screen else "broken.png")
        await user.press("d")
        await user.until(lambda: "[1]" not in user.screen)
        await user.press("ctrl+underscore")
        await user.sees("[1] broken.png can't be sent")


async def test_a_path_in_the_prompt_attaches_and_leaves_the_question(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.ask(f"{samples / PICTURE} what is in the picture?")
        message = user.messages[0]
        assert [it.name for it in message.attachments] == [PICTURE]
        assert message.text == "what is in the picture?"


@pytest.mark.parametrize("panel", ["shift+tab", "f2"])
async def test_what_is_dropped_while_the_focus_is_elsewhere_goes_to_the_prompt(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path, panel: str
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.ask("how many shapes?")
        await user.press(panel)
        await user.until(lambda: not user.chat.prompt.has_focus)
        user.app.post_message(Paste(str(samples / PICTURE)))
        user.app.post_message(Paste("what is\n"))
        await user.type("it?")
        await user.until(lambda: user.chat.prompt.text == "what is\nit?")
        assert [it.label for it in user.chat.session.draft.pictures] == [PICTURE]
        await user.press("ctrl+s")
        await user.sees("Search your prompts")
        user.app.post_message(Paste("shapes"))
        await user.press("escape")
        await user.until(lambda: user.chat.prompt.has_focus)
        assert user.chat.prompt.text == "what is\nit?"


async def test_a_draft_stays_with_its_conversation(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.ask("how many shapes?")
        await user.type("first draft")
        await user.attach(samples / PICTURE)
        await user.press("ctrl+n")
        await user.until(lambda: user.chat.prompt.text == "")
        assert f"[1] {PICTURE}" not in user.screen
        await user.type("second draft")
        await user.press("f2", "enter")
        await user.until(lambda: user.chat.prompt.text == "first draft")
        assert f"[1] {PICTURE}" in user.screen
        await user.press("ctrl+n")
        await user.until(lambda: user.chat.prompt.text == "second draft")


async def test_what_was_typed_and_attached_is_there_at_the_next_start(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.attach(samples / PICTURE)
        await user.type("half a\nthought")
    async with open_app(shared_demo_core, keeps_drafts=True) as user:
        await user.sees("half a", "thought", f"[1] {PICTURE}", "tok")
        await user.ask("")
        assert [it.name for it in user.messages[0].attachments] == [PICTURE]


async def test_the_preview_shows_the_newest_picture(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core, size=(160, 45)) as user:
        await user.attach(samples / PICTURE)
        await user.press("f3")
        await user.sees("▀▀▀", "Filter conversations", "800x600")
        await user.press("f3")
        await user.until(lambda: "▀▀▀" not in user.screen)


async def test_panels_give_way_when_the_terminal_gets_narrow(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core, size=(200, 50)) as user:
        await user.attach(samples / PICTURE)
        await user.press("f3")
        await user.sees("▀▀▀", "Filter conversations")
        await user.pilot.resize_terminal(80, 24)
        await user.until(lambda: "▀▀▀" not in user.screen)
        await user.until(lambda: "Filter conversations" not in user.screen)
        await user.pilot.resize_terminal(12, 4)
        await user.pilot.resize_terminal(130, 24)
        await user.sees("Filter conversations", "Ask about a picture")


async def test_conversations_are_renamed_filtered_and_deleted_from_the_keyboard(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.ask("how many shapes?")
        await user.press("f2")
        await user.sees("r rename")
        await user.press("r")
        await user.sees("Title")
        await user.press("ctrl+u")
        await user.type("market [b]stall")
        await user.press("enter")
        await user.sees("market [b]stall")
        await user.press("slash")
        await user.type("nothing like it")
        await user.sees("No conversation has all of these words.")
        await user.press("ctrl+u")
        await user.sees("market [b]stall")
        await user.press("down", "d")
        await user.sees("deleted", "u undo delete", "New conversation")


async def test_a_deletion_is_taken_back_by_a_key_in_the_list_or_from_the_palette(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.ask("how many shapes?")
        conversation = user.chat.session.conversation
        assert conversation is not None
        before = user.messages
        await user.press("f2")
        await user.sees("d delete")
        await user.press("u")
        assert user.chat.session.conversation == conversation
        await user.press("d")
        await user.sees("u undo delete", "New conversation")
        await user.press("u")
        await user.until(lambda: user.messages == before)
        await user.until(lambda: "undo delete" not in user.screen)
        await user.press("escape")
        await user.chat.session.deletions.delete(conversation)
        await user.until(lambda: user.messages == [])
        await user.press("ctrl+p")
        await user.type("undo the")
        await user.sees("Undo the last delete")
        await user.press("enter")
        await user.until(lambda: user.messages == before)
        assert user.chat.session.conversation == conversation


async def test_control_characters_of_a_title_are_shown_and_not_sent_to_the_terminal(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.ask("how many shapes?")
        conversation = user.chat.session.conversation
        assert conversation is not None
        await user.chat.session.conversations.rename(conversation, "red \x1b[31m \x9b [red]")
        await user.press("f2")
        await user.sees("red ␛[31m", "[red]")
        assert "\x1b" not in user.screen
        assert "\x9b" not in user.screen


async def test_keys_that_arrive_behind_the_one_into_the_log_go_there(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.ask("how many shapes?")
        await user.ask("and now?")
        for key in ("shift+tab", "k", "k", "k", "e"):
            user.app.post_message(Key(key, key if len(key) == 1 else None))
        await user.sees("editing question 1")
        assert user.chat.prompt.text == "how many shapes?"


async def test_keys_that_arrive_together_act_in_their_order(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        keys = ["a", "b", "backspace", "c", "left", "d", "ctrl+j", "e", "enter", "f"]
        for key in keys:
            user.app.post_message(Key(key, key if len(key) == 1 else None))
        await user.until(lambda: len(user.messages) == 2)
        assert user.messages[0].text == "ad\nec"
        await user.until(lambda: user.chat.prompt.text == "f")


async def test_pictures_are_sent_without_a_word(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.attach(samples / PICTURE)
        await user.ask("")
        assert [it.name for it in user.messages[0].attachments] == [PICTURE]
        assert user.messages[0].text == ""
        assert user.answer
        await user.until(lambda: PICTURE.startswith(user.chat.query_one(StatusBar).title[:20]))
        await user.press("up")
        assert user.chat.prompt.text == ""


async def test_of_two_pictures_it_is_said_how_to_name_them_and_that_they_are_the_same(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.attach(samples / PICTURE)
        await user.sees("Ask about a picture")
        await user.attach(samples / PICTURE)
        await user.sees("same as [1]", "@1 and @2 put one into the text")
        await user.ask("what is it?")
        await user.attach(samples / PICTURE)
        await user.sees("same as red-circle-bl…re")


async def test_a_path_that_is_not_here_is_sent_as_text_by_a_second_enter(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.type("~/nowhere/x.jpg how many shapes?")
        await user.press("enter")
        await user.sees("Not sent: x.jpg is not on this machine.")
        assert user.chat.prompt.text == "~/nowhere/x.jpg how many shapes?"
        await user.ask("")
        assert user.messages[0].text == "~/nowhere/x.jpg how many shapes?"
        assert "Not sent" not in user.screen


async def test_chips_are_reached_from_the_prompt_and_f3_tells_why_one_was_refused(
    open_app: OpenApp, shared_demo_core: RunningCore, tmp_path: Path, samples: Path
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"nothing")
    async with open_app(shared_demo_core) as user:
        await user.attach(samples / PICTURE)
        await user.attach(broken)
        await user.press("shift+tab", "end", "f3")
        chips = user.chat.chat.composer.chips
        await user.until(lambda: user.chat.panels.preview == chips.pictures[1].error)
        await user.press("escape", "shift+tab", "end", "d", "tab")
        assert user.chat.prompt.has_focus
        await user.sees(f"[1] {PICTURE}")
        assert "[2]" not in user.screen
        await user.press("ctrl+underscore")
        await user.sees("[2] broken.png")


async def test_a_picture_that_tab_chose_goes_out_with_the_enter_behind_it(
    open_app: OpenApp, shared_demo_core: RunningCore, tmp_path: Path, samples: Path
) -> None:
    for name in ("one.png", "other.png"):
        (tmp_path / name).write_bytes((samples / PICTURE).read_bytes())
    state = shared_demo_core.paths.data_dir / "picker.json"
    write_state(state, LastVisit(str(tmp_path)))
    async with open_app(shared_demo_core) as user:
        await user.type("what is in @o")
        await user.press("tab", "tab", "tab")
        await user.ask("")
        assert user.messages[0].text == "what is in other.png"
        assert [it.name for it in user.messages[0].attachments] == ["other.png"]
