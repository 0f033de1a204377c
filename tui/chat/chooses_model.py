"""What answers the next questions, as the user chooses it: model, adapter and preset."""

from textual import work
from textual.screen import Screen

from ...core.settings import Paths
from ..keys.focus import KeepsFocus
from ..keys.way_back import GoesBack
from ..session.session import ChatSession


class ChoosesModel(KeepsFocus, GoesBack, Screen[None]):
    """A screen above which lists are shown to choose from."""

    session: ChatSession
    _paths: Paths

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now."""
        status = self.session.model.status
        match action:
            case "cancel_load":
                return status.load is not None
            case "unload_model":
                return bool(status.name)
            case "choose_adapter":
                return not status.server
            case _:
                return super().check_action(action, parameters)

    @work
    async def action_load_model(self) -> None:
        """Lets the user choose a model, which the conversation on screen keeps from now on."""
        from .model_chooser import ModelChooser

        if source := await self.app.push_screen_wait(ModelChooser(self.session)):
            await self.session.kept.load(source)

    @work
    async def action_choose_adapter(self) -> None:
        """Lets the user choose an adapter, which the conversation on screen keeps from now on."""
        from .adapter_chooser import AdapterChooser

        status, kept = self.session.model.status, self.session.kept
        cost = await kept.tell_cost()
        chooser = AdapterChooser(self._paths, status.adapter, cost)
        folder: str | None = await self.app.push_screen_wait(chooser)
        if folder is not None:
            await kept.load_adapter(folder)

    @work
    async def action_cancel_load(self) -> None:
        """Gives up the model that is being downloaded or loaded; what was downloaded stays."""
        await self.session.model.cancel_load()

    @work
    async def action_unload_model(self) -> None:
        """Frees the model; the next question loads it again."""
        await self.session.model.unload()

    @work
    async def action_choose_preset(self) -> None:
        """Lets the user choose how the next questions are answered."""
        from .preset_chooser import PresetChoice, PresetChooser

        preset, source = self.session.preset, self.session.model.status.source
        choice = PresetChoice(preset.presets, preset.chosen, source, preset.tell_cost)
        name: str | None = await self.app.push_screen_wait(PresetChooser(choice))
        if name is not None:
            await preset.choose(name)
        preset.look()

    @work
    async def action_use_preset(self, name: str) -> None:
        """Has the next questions answered as a preset says; empty for the model's default one."""
        await self.session.preset.choose(name)
