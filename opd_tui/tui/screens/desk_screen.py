"""The base of the main screens: a view of the day, its commands, and the panel for a new token."""

from __future__ import annotations

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.widgets import Static

from opd_tui.desk.outcome import Outcome
from opd_tui.desk.views import QueueRow
from opd_tui.domain.errors import DeskRefusal
from opd_tui.domain.model import Slot, SlotRecord, Source, TokenId
from opd_tui.tui.commands import IN_EVERY_FOOTER, NAME_HINTS, SOURCE_HINTS
from opd_tui.tui.keys.commands import Command, DeskCommand, Need
from opd_tui.tui.keys.key_queue import Hold
from opd_tui.tui.screens.bar_screen import TOO_SMALL
from opd_tui.tui.screens.command_flow import CommandFlow
from opd_tui.tui.screens.day_screen import DayScreen
from opd_tui.tui.screens.issuing import Issuing
from opd_tui.tui.tokens.new_token import NewToken
from opd_tui.tui.tokens.source_choice import SourceChoice


class DeskScreen(DayScreen):
    """A main screen with desk commands and the new-token panel."""

    new_token = getters.query_one(NewToken)

    @property
    def is_blocked(self) -> bool:
        panel = self.query_one_optional(NewToken)
        return panel is None or panel.is_open

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield NewToken(id="new-token")
        yield Static(TOO_SMALL, id="too-small", markup=False)

    def on_mount(self) -> None:
        self.new_token.visible = False
        self.flow = CommandFlow(self)
        self.issuing = Issuing(self, self.new_token, self.flow)
        self.watch(self.host, "day", self.issuing.forget_draft, init=False)

    @on(events.DescendantFocus)
    def follow_focus(self) -> None:
        """Show the commands for the focused widget in the footer."""
        self.show_hints()

    def hints(self) -> tuple[Command, ...]:
        if self.new_token.is_open:
            return SOURCE_HINTS if isinstance(self.focused, SourceChoice) else NAME_HINTS
        return (*self.commands_here(), *IN_EVERY_FOOTER)

    def commands_here(self) -> tuple[Command, ...]:
        """Return the screen's commands that apply to the focused widget."""
        return self.INTENTS

    def follow_desk(self, outcome: Outcome | None) -> None:
        """Show the result of an action, unless the panel is issuing a token: it closes together with the new view."""
        if self.issuing.is_under_way:
            self.news_came |= outcome is None
        elif self in self.host.screen_stack:
            self.reload()
            self.issuing.look_again()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable the screen's commands while the panel is open."""
        screen_actions = {command.action.partition("(")[0] for command in self.INTENTS}
        return not (action in screen_actions and self.is_blocked)

    def action_ask_desk(self, id: str) -> None:
        """Run one of the screen's commands."""
        self.flow.begin(next(each for each in self.INTENTS if isinstance(each, DeskCommand) and each.id == id))

    def chosen_token(self) -> QueueRow | None:
        """Return the selected token, or None."""
        return None

    async def action_view_token(self) -> None:
        """Show the selected token with its patient's details."""
        from opd_tui.tui.dialogs.details import Details

        if not self.shows_the_day():
            return
        if (row := self.chosen_token()) is None:
            self.host.refuse_key(self.why_none(Need.TOKEN))
        else:
            await self.host.push_screen(Details(row, self.host.now, self.host.zone))

    def go_to_board(self, slot: Slot, token_id: TokenId | None = None) -> None:
        """Show a slot on the board, and its token; keys are held, so that the next ones act there."""
        self.run_worker(self._go_to_board(slot, token_id, self.host.keys.held()), group="go", exclusive=True)

    async def _go_to_board(self, slot: Slot, token_id: TokenId | None, held: Hold) -> None:
        async with held:
            await self.host.switch_mode("board")
            # A dialog, or the screen that hides the names, may have opened over it.
            board = next(screen for screen in self.host.screen_stack if isinstance(screen, DeskScreen))
            try:
                await board.go_to(slot, token_id)
            except DeskRefusal as refusal:
                self.host.notices.refuse(refusal)

    async def go_to(self, slot: Slot, token_id: TokenId | None = None) -> None:
        """Select a slot, and a token in its queue, on a screen that shows slots."""

    def chosen_slot(self) -> SlotRecord | None:
        """Return the slot for a new token, or None."""
        return None

    def action_new_token(self, source: str = Source.WALKIN.name) -> None:
        """Open the panel for the selected slot."""
        if not self.shows_the_day():
            return
        if (record := self.chosen_slot()) is None:
            self.host.refuse_key(self.why_none(Need.SLOT))
        else:
            self.issuing.open(record, Source[source])

    @on(NewToken.PreviewWanted)
    @work(exclusive=True, group="preview")
    async def preview_new_token(self, event: NewToken.PreviewWanted) -> None:
        await self.issuing.show_forecast(event.action)

    @on(NewToken.Submitted)
    def issue_token(self, event: NewToken.Submitted) -> None:
        held = self.host.keys.held(self, finishes=True)
        self.run_worker(self.issuing.issue(event.action, held), group="issue")

    @on(NewToken.Closed)
    def close_panel(self) -> None:
        self.issuing.leave()
