"""The search in what was asked before."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from seeshell.tui.chat.past_questions import PastQuestions

ASKED = ("what colour is\nthe roof?", "how many lemons?", "how [b]old[/b]?")


class SearchApp(App[None]):
    """Shows the search and keeps its result."""

    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[str | None] = []

    async def on_mount(self) -> None:
        self.push_screen(PastQuestions(self.find), self.chosen.append)

    async def find(self, words: str) -> tuple[str, ...]:
        return tuple(text for text in ASKED if words in text)


@asynccontextmanager
async def open_search() -> AsyncIterator[tuple[SearchApp, Pilot[None]]]:
    app = SearchApp()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        yield app, pilot


def rows(app: SearchApp) -> list[str]:
    strips = app.screen._compositor.render_strips()
    return [strip.text.strip() for strip in strips if strip.text.strip()]


async def test_the_newest_questions_are_listed_a_row_each() -> None:
    async with open_search() as (app, _):
        assert rows(app)[:4] == [
            "Search your prompts",
            "what colour is the roof?",
            "how many lemons?",
            "how [b]old[/b]?",
        ]


async def test_words_narrow_the_list_and_enter_takes_the_one_at_the_cursor() -> None:
    async with open_search() as (app, pilot):
        await pilot.press(*"how", "down", "enter")
        await pilot.pause()
        assert app.chosen == ["how [b]old[/b]?"]


async def test_the_key_that_opened_it_goes_on_to_older_ones() -> None:
    async with open_search() as (app, pilot):
        await pilot.press("ctrl+s", *["ctrl+s"] * 5, "up", "enter")
        await pilot.pause()
        assert app.chosen == ["how many lemons?"]


async def test_nothing_found_is_said_and_nothing_is_chosen() -> None:
    async with open_search() as (app, pilot):
        await pilot.press(*"xyz", "enter")
        await pilot.pause()
        assert "Nothing was asked with these words." in rows(app)
        assert app.screen.query_one(Input).value == "xyz"
        await pilot.press("escape")
        await pilot.pause()
        assert app.chosen == [None]
