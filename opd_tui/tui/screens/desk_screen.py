"""The base of the main screens: a view of the day, its commands, and the panel for a new token."""

from __future__ import annotations

from dataclasses import replace

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.widgets import Static

from opd_tui.desk.outcome import Outcome
from opd_tui.desk.views import QueueRow
from opd_tui.domain.errors import DeskRefusal
from opd_tui.domain.events import TokenReturned
from opd_tui.domain.model import Slot, SlotRecord, Source, Status, TokenId
from opd_tui.tui.commands import CLOSE_SLOT, HOLD, HOLD_OR_RELEASE, IN_EVERY_FOOTER, MERGE, NO_SHOW, RELEASE, SLIP
from opd_tui.tui.drawing.text import ordinal
from opd_tui.tui.hints import (
    DETAIL_HINTS,
    HIT_HINTS,
    KNOWN_NAME_HINTS,
    KNOWN_SOURCE_HINTS,
    NAME_HINTS,
    OPEN_TOKEN_HINT,
    SOURCE_HINTS,
)
from opd_tui.tui.keys.commands import Command, DeskCommand, Need, needs_token
from opd_tui.tui.keys.key_queue import Hold
from opd_tui.tui.screens.bar_screen import TOO_SMALL
from opd_tui.tui.screens.chosen import Chosen
from opd_tui.tui.screens.command_flow import CommandFlow
from opd_tui.tui.screens.day_screen import DayScreen
from opd_tui.tui.screens.issuing import Issuing
from opd_tui.tui.screens.request import Request
from opd_tui.tui.tokens.new_token import NewToken
from opd_tui.tui.tokens.source_choice import SourceChoice

RETURNS_BEFORE_NO_SHOW = 3
"""After so many returns to the queue a patient is probably not there."""


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
        self.host.patient_forgotten.subscribe(self, lambda _: self.issuing.forget_draft())

    @on(events.DescendantFocus)
    def follow_focus(self) -> None:
        """Show the commands for the focused widget in the footer."""
        self.show_hints()

    def hints(self) -> tuple[Command, ...]:
        if self.new_token.is_open:
            return self.panel_hints()
        return (*self.commands_here(), *IN_EVERY_FOOTER)

    def panel_hints(self) -> tuple[Command, ...]:
        """Return the hints for the focused field of the new-token panel."""
        panel, focused = self.new_token, self.focused
        if isinstance(focused, SourceChoice):
            hints = SOURCE_HINTS if panel.details.fields else KNOWN_SOURCE_HINTS
            return (OPEN_TOKEN_HINT, *hints) if panel.open_token else hints
        if focused is panel.hits:
            return HIT_HINTS
        if focused is panel.field:
            return KNOWN_NAME_HINTS if panel.hits.items else NAME_HINTS
        return DETAIL_HINTS

    def commands_here(self) -> tuple[Command, ...]:
        """Return the screen's commands that apply to the focused widget."""
        return self.INTENTS

    def follow_desk(self, outcome: Outcome | None) -> None:
        """Show the result of an action, unless the panel or a command of this screen will show it."""
        if self.issuing.is_under_way:
            self.news_came |= outcome is None
        elif self in self.host.screen_stack and not (outcome and self.flow.will_show(outcome)):
            self.reload()
            self.issuing.look_again()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable the screen's commands while the panel is open."""
        screen_actions = {command.action.partition("(")[0] for command in self.INTENTS}
        return not (action in screen_actions and self.is_blocked)

    def action_ask_desk(self, id: str) -> None:
        """Run one of the screen's commands."""
        command = next(each for each in self.INTENTS if isinstance(each, DeskCommand) and each.id == id)
        self.flow.begin(self.as_preferred(command))

    def as_preferred(self, command: DeskCommand) -> DeskCommand:
        """Return a command with what the settings propose in its form."""
        return command

    def action_hold_or_release(self) -> None:
        """Put the selected token on hold, or release it."""
        row = self.chosen_token()
        self.flow.begin(RELEASE if row and row.record.token.held_at else HOLD)

    async def offer_after(self, outcome: Outcome) -> Request | None:
        """Offer to mark a patient as a no-show who was sent back to the queue several times, and still has a seat."""
        if outcome.changed(TokenReturned) is None or outcome.token is None:
            return None
        token = outcome.token.token
        times = await self.host.async_desk.read(lambda desk: desk.returns_of(token.id))
        if times < RETURNS_BEFORE_NO_SHOW or token.status is not Status.ACTIVE:
            return None
        offer = replace(NO_SHOW, note=f"It is the {ordinal(times)} time that this token went back to the queue.")
        return Request(offer, Chosen.token(outcome.token))

    def chosen_token(self) -> QueueRow | None:
        """Return the selected token, or None."""
        return None

    def row_commands(self) -> tuple[Command, ...]:
        """Return the commands that act on the selected token."""
        return tuple(each for each in self.INTENTS if each in (MERGE, HOLD_OR_RELEASE, SLIP) or needs_token(each))

    def row_of_key(self) -> QueueRow | None:
        """Return the selected token, or None after refusing the key that needs one."""
        if not self.shows_the_day():
            return None
        if (row := self.chosen_token()) is None:
            self.host.refuse_key(self.why_none(Need.TOKEN))
        return row

    def action_view_token(self) -> None:
        """Show the card of the selected token."""
        if (row := self.row_of_key()) is not None:
            self.run_worker(self.view_token(row, self.host.keys.held(self)), group="card", exclusive=True)

    async def view_token(self, row: QueueRow, held: Hold) -> None:
        """Read a token's history and show its card; keys typed ahead go to the card."""
        from opd_tui.tui.dialogs.details import Details

        async with held:
            try:
                card = await self.host.async_desk.read(lambda desk: desk.token_card(row.id))
            except DeskRefusal as refusal:
                self.host.notices.refuse(refusal)
            else:
                await self.host.push_screen(Details(row, card, self.host, self.row_commands(), self.chosen_token))

    def action_show_slip(self) -> None:
        """Show the slip of the selected token, which the dialog prints."""
        if (row := self.row_of_key()) is not None:
            self.run_worker(self.show_slip(row, self.host.keys.held(self)), group="slip", exclusive=True)

    async def show_slip(self, row: QueueRow, held: Hold) -> None:
        """Read a token's slip and show it; keys typed ahead go to the dialog."""
        from opd_tui.tui.dialogs.slip import SlipDialog

        slips = self.host.slips
        async with held:
            try:
                slip = await self.host.async_desk.read(lambda desk: desk.slip(row.id))
            except DeskRefusal as refusal:
                self.host.notices.refuse(refusal)
                return
            if await self.host.ask(SlipDialog(slip, slips.layout, slips.printer)):
                slips.print(slip.record.token, asked_for=True)

    def action_merge_patients(self) -> None:
        """Merge the record of the selected token's patient with another record."""
        from opd_tui.tui.screens.merging import merge_patients

        if (row := self.row_of_key()) is not None:
            self.flow.begin_task(lambda: merge_patients(self.host, self.flow, row.record))

    def action_to_tell(self) -> None:
        """Show whom to tell of a change."""
        if self.shows_the_day():
            self.run_worker(self._show_to_tell(self.host.keys.held(self)), group="to tell", exclusive=True)

    async def _show_to_tell(self, held: Hold) -> None:
        from opd_tui.tui.dialogs.to_tell import ToTell

        async with held:
            if (day := self.host.day) is None:
                return
            try:
                tokens = await self.host.async_desk.read(lambda desk: desk.whom_to_tell(day))
            except DeskRefusal as refusal:
                self.host.notices.refuse(refusal)
                return
            if (record := await self.host.ask(ToTell(day, tokens))) is not None:
                self.go_to_board(record.slot, record.token.id)

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
        elif record.slot.closed_at is not None:
            self.host.refuse_key(self.why_closed(record))
        else:
            self.issuing.open(record, Source[source])

    def why_closed(self, record: SlotRecord) -> str:
        """Return why a slot gets no new token, and the key that reopens it."""
        key, where = self.host.keymap.key_of(CLOSE_SLOT), "" if CLOSE_SLOT in self.INTENTS else " on the board"
        return f"{record.doctor.name} {record.slot.window} is closed to new tokens. Press {key}{where} to reopen it."

    @on(NewToken.SearchWanted)
    def search_patients(self, event: NewToken.SearchWanted) -> None:
        if event.then:  # a search for which keys wait also delivers them, and no other search may cut that off
            self.run_worker(self.issuing.search(event, self.host.keys.held(self)), group="choose", exclusive=True)
        else:
            self.search_while_typing(event)

    @work(exclusive=True, group="search")
    async def search_while_typing(self, event: NewToken.SearchWanted) -> None:
        await self.issuing.search(event, None)

    @on(NewToken.OpenTokenWanted)
    def show_open_token(self, event: NewToken.OpenTokenWanted) -> None:
        self.issuing.close()
        self.go_to_board(event.record.slot, event.record.token.id)

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
