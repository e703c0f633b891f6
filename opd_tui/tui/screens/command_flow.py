"""The steps of every desk command.

Ask for missing fields, preview, confirm if a patient would lose something, perform what was previewed, show the result.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

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
STILL_RUNNING = "One moment: the last command is still running."


class CommandFlow:
    """A runner that takes desk commands from key press to result, one at a time."""

    def __init__(self, screen: DayScreen) -> None:
        self.screen = screen
        self.host = screen.host

    def begin(self, command: DeskCommand) -> None:
        """Start a command for the selected item, or show why it cannot start."""
        chosen = None
        if command.needs is not None:
            if not self.screen.shows_the_day():
                return
            if (chosen := self.screen.chosen(command.needs)) is None:
                self.host.refuse_key(self.screen.why_none(command.needs))
                return
        self.begin_request(Request(command, chosen))

    def begin_request(self, request: Request) -> None:
        """Start a request, unless another command is running."""
        self.begin_task(lambda: self.outcome_of(request))

    def begin_task(self, task: Callable[[], Awaitable[Outcome | None]]) -> None:
        """Start a command that takes its own steps to an outcome, unless another command is running.

        Keys are held from here on; the worker releases them.
        """
        if self.host.is_asking:
            self.host.refuse_key(STILL_RUNNING)
            return
        self.host.is_asking = True
        held = self.host.keys.held(self.screen, finishes=True)
        self.screen.run_worker(self.run(task, held), group="command")

    async def run(self, task: Callable[[], Awaitable[Outcome | None]], held: Hold) -> None:
        """Run a command and report any refusal."""
        try:
            async with held:
                if outcome := await task():
                    await self.screen.go_to_outcome(outcome)
        except DeskBusy as busy:
            self.host.notices.busy(busy, lambda: self.begin_task(task))
        except DeskRefusal as refusal:
            self.host.notices.refuse(refusal)
        finally:
            self.host.is_asking = False

    async def outcome_of(self, request: Request) -> Outcome | None:
        """Show the form, if any, and perform the action; return None if the user cancels.

        Raise a DeskRefusal if the action is refused.
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
        """Preview the action, ask its question if it has one, and perform it; return None if the answer is no.

        If another desk changes who would move in the meantime, preview and ask again. Raise a DeskRefusal if the
        action is refused.
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
