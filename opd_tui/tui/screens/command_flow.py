"""The one way of every command that asks something of the desk.

Ask for what is missing, preview, confirm where somebody loses something, perform what was shown, show what came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from opd_tui.desk.actions import Action
from opd_tui.desk.outcome import Forecast, Outcome
from opd_tui.domain.errors import AnswerLost, DeskBusy, DeskRefusal, MovesChanged
from opd_tui.tui.dialogs.action_form import ActionForm
from opd_tui.tui.dialogs.confirm import Confirm
from opd_tui.tui.keys.commands import DeskCommand
from opd_tui.tui.keys.key_queue import Hold
from opd_tui.tui.screens.chosen import Chosen
from opd_tui.tui.screens.day_screen import DayScreen

FASTER = "Another desk was faster, so this has changed. "


class CommandFlow:
    """Takes commands from a key to what came of them, one at a time."""

    def __init__(self, screen: DayScreen) -> None:
        self.screen = screen
        self.host = screen.host

    def begin(self, command: DeskCommand) -> None:
        """Begin a command about what is chosen, or say why there is nothing to begin with."""
        chosen = None
        if command.needs is not None:
            if not self.screen.shows_the_day():
                return
            if (chosen := self.screen.chosen(command.needs)) is None:
                self.host.notices.say(self.screen.why_none(command.needs))
                return
        self.begin_with(command, chosen)

    def begin_with(self, command: DeskCommand, chosen: Chosen | None) -> None:
        """Begin a command, unless another one is still asking."""
        if not self.host.is_asking:
            self.host.is_asking = True
            held = self.host.keys.held(self.screen, finishes=True)
            self.screen.run_worker(self.run(command, chosen, held), group="command")

    async def run(self, command: DeskCommand, chosen: Chosen | None, held: Hold) -> None:
        """Go through with a command; every refusal is said."""
        try:
            async with held:
                if outcome := await self.ask_desk(command, chosen):
                    await self.screen.go_to_outcome(outcome)
        except DeskBusy as busy:
            self.host.notices.busy(busy, lambda: self.begin_with(command, chosen))
        except DeskRefusal as refusal:
            self.host.notices.refuse(refusal)
        finally:
            self.host.is_asking = False

    async def ask_desk(self, command: DeskCommand, chosen: Chosen | None) -> Outcome | None:
        """Make the action and have it performed; None where the person left it. Raises a DeskRefusal."""
        known = {command.needs.value: chosen.thing.id} if command.needs and chosen else {}
        name = chosen.name if chosen else ""

        async def submit(fields: Mapping[str, object]) -> Outcome | None:
            action = command.makes.from_mapping({**known, **fields})
            return await self.confirm_and_perform(action, lambda forecast: question(action, forecast))

        def question(action: Action, forecast: Forecast) -> str | None:
            text = action.question(forecast, name)
            return f"{text} {command.note}".rstrip() if text else None

        if not command.asked:
            return await submit({})
        title = " · ".join(filter(None, (command.title or command.label, name)))
        answer = await self.host.ask(ActionForm(title, command.asked, self.presets(command, chosen), submit))
        if isinstance(answer, AnswerLost):
            raise answer
        return answer

    def presets(self, command: DeskCommand, chosen: Chosen | None) -> dict[str, str]:
        """What the form suggests: what the command says, else what the chosen thing has now, else the day shown."""
        day = {"date": self.host.day.isoformat()} if self.host.day else {}
        return {**day, **(chosen.presets(command.asked) if chosen else {}), **command.presets}

    async def confirm_and_perform(self, action: Action, question: Callable[[Forecast], str | None]) -> Outcome | None:
        """Preview, ask if there is a question, perform; ask again where another desk changed who would move.

        Returns None if the answer is no; raises a DeskRefusal.
        """
        again = ""
        while True:
            forecast = await self.host.preview(action)
            text = question(forecast)
            if text and not await self.host.ask(Confirm(text if text.startswith(again) else again + text, action.yes)):
                return None
            try:
                return await self.host.perform(action, expect=forecast.outcome.moves)
            except MovesChanged:
                again = FASTER
