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
from opd_tui.tui.screens.day_screen import DayScreen
from opd_tui.tui.screens.request import Request

FASTER = "Another desk was faster, so this has changed. "


class CommandFlow:
    """Takes commands from a key to what came of them, one at a time."""

    def __init__(self, screen: DayScreen) -> None:
        self.screen = screen
        self.host = screen.host

    def begin(self, command: DeskCommand) -> None:
        """Begin a command about what is chosen, or say why it cannot begin."""
        chosen = None
        if command.needs is not None:
            if not self.screen.shows_the_day():
                return
            if (chosen := self.screen.chosen(command.needs)) is None:
                self.host.notices.say(self.screen.why_none(command.needs))
                return
        self.begin_request(Request(command, chosen))

    def begin_request(self, request: Request) -> None:
        """Begin, unless another command is still asking."""
        if not self.host.is_asking:
            self.host.is_asking = True
            held = self.host.keys.held(self.screen, finishes=True)
            self.screen.run_worker(self.run(request, held), group="command")

    async def run(self, request: Request, held: Hold) -> None:
        """Go through with a request; every refusal is said."""
        try:
            async with held:
                if outcome := await self.outcome_of(request):
                    await self.screen.go_to_outcome(outcome)
        except DeskBusy as busy:
            self.host.notices.busy(busy, lambda: self.begin_request(request))
        except DeskRefusal as refusal:
            self.host.notices.refuse(refusal)
        finally:
            self.host.is_asking = False

    async def outcome_of(self, request: Request) -> Outcome | None:
        """Have the action performed, after its form if it has one; None if the person leaves it.

        Raises a DeskRefusal.
        """

        async def submit(fields: Mapping[str, object]) -> Outcome | None:
            action = request.action(fields)
            return await self.confirm_and_perform(action, lambda forecast: request.question(action, forecast))

        if not request.command.asked:
            return await submit({})
        form = ActionForm(request.title, request.command.asked, request.presets(self.host.day), submit)
        answer = await self.host.ask(form)
        if isinstance(answer, AnswerLost):
            raise answer
        return answer

    async def confirm_and_perform(self, action: Action, question: Callable[[Forecast], str | None]) -> Outcome | None:
        """Preview, ask if there is a question, perform; ask again where another desk changed who would move.

        Returns None if the answer is no; raises a DeskRefusal.
        """
        again = ""
        while True:
            forecast = await self.host.preview(action)
            text = question(forecast)
            if again and not text:
                text = f"Now: {forecast.outcome.sentence}. Do it?"
            if text and not await self.host.ask(Confirm(text if text.startswith(again) else again + text, action.yes)):
                return None
            try:
                return await self.host.perform(action, expect=forecast.outcome.moves)
            except MovesChanged:
                again = FASTER
