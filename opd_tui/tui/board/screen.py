"""Screen 1: the slots of the day, with the queue of the selected slot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from textual import getters, on, work
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.widget import Widget
from textual.widgets import Static

from opd_tui.desk.outcome import Outcome
from opd_tui.desk.views import Board, Queue, QueueRow
from opd_tui.domain.errors import DeskRefusal, UnknownSlot
from opd_tui.domain.model import Slot, SlotId, SlotRecord, TokenId
from opd_tui.tui.board.activity import Activity, forms_of_entry
from opd_tui.tui.board.find import Find
from opd_tui.tui.board.queue_panel import QueuePanel
from opd_tui.tui.board.queue_rows import QueueRows
from opd_tui.tui.board.slot_grid import SlotGrid
from opd_tui.tui.board.slots_panel import SlotsPanel
from opd_tui.tui.commands import (
    ADD_DOCTOR,
    BOARD_COMMANDS,
    EMERGENCY,
    ENTER_QUEUE,
    HOLD_OR_RELEASE,
    MERGE,
    MOVING_KEYS,
    NEW,
    OPEN_SESSION,
    STEP_BACK,
    VIEW,
)
from opd_tui.tui.drawing.layout_map import refresh_layout_map
from opd_tui.tui.keys.commands import Command, Need, bindings, needs_token
from opd_tui.tui.screens.chosen import NEVER, Chosen
from opd_tui.tui.screens.desk_screen import DeskScreen
from opd_tui.tui.widgets.panel import Panel
from opd_tui.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from opd_tui.desk.front_desk import FrontDesk

ACTIVITY_LINES = 20
NO_NEWS = "Nothing has happened yet."
NO_DOCTORS = "No doctors yet. Press {doctors}, then {add} to add one, or run the demo with opd-tui demo."
NO_SLOTS = "No slots on this day. Press {doctors}, choose a doctor, then {open} to open a session."

_IN_SENTENCES = {
    "add": ADD_DOCTOR,
    "open": OPEN_SESSION,
    "new": NEW,
    "emergency": EMERGENCY,
    "enter": ENTER_QUEUE,
}


def is_of_the_queue(command: Command) -> bool | None:
    """Return whether a command applies only to the queue (True) or only to the grid (False); None means both."""
    if command is ENTER_QUEUE:
        return False
    return True if needs_token(command) or command in (STEP_BACK, VIEW, MERGE, HOLD_OR_RELEASE) else None


class SlotBoardScreen(DeskScreen):
    """The slot grid, the selected slot's queue, and recent activity."""

    MODE = "board"
    INTENTS = BOARD_COMMANDS
    BINDINGS = [
        *bindings(*INTENTS),
        Binding("left,h", "other_slot(-1)", "Slot before", show=False),
        Binding("right,l", "other_slot(1)", "Slot after", show=False),
    ]
    AUTO_FOCUS = "SlotGrid"

    grid = getters.query_one(SlotGrid)
    queue = getters.query_one(QueueRows)
    activity = getters.query_one(Activity)
    newest: tuple[str, ...] = ()
    """The newest outcome as a sentence, in fewer and fewer words."""
    passed_on: tuple[TokenId | None, float] = None, NEVER
    """The token to which the cursor went by itself, and when (monotonic)."""

    def body(self) -> Iterable[Widget]:
        with Vertical(id="board"):
            yield SlotsPanel()
            with Container(id="below"):
                yield QueuePanel()
                with Panel("Just now", id="activity-panel"):
                    yield Activity(id="activity")

    def on_mount(self) -> None:
        self.host.chosen_on_board = self.chosen_id
        self.activity.empty = f" {NO_NEWS}"
        self.query_one("#no-slots").display = False

    def read_view(self, day: dt.date) -> Callable[[FrontDesk], Callable[[], None]]:
        chosen, shown, wanted = None, None, None
        if self.is_mounted:
            chosen, shown, wanted = self.grid.chosen, self.grid.board, self.grid.wanted
        now, another_day = self.host.now, shown is None or shown.date != day or not shown.slots
        no_slots, no_doctors = self.with_keys(NO_SLOTS), self.with_keys(NO_DOCTORS)

        def read(desk: FrontDesk) -> Callable[[], None]:
            board = desk.board(day)
            record = board.slot(chosen.slot.id) if chosen else None
            if another_day:
                record = (board.nearest(*wanted) if wanted else None) or board.opening_slot(now)
            queue = desk.queue(record.slot.id) if record else None
            activity = desk.activity(ACTIVITY_LINES)
            any_doctor = bool(board.slots) or bool(desk.doctor_list())
            empty = no_slots if any_doctor else no_doctors
            return lambda: self.show(board, queue, activity, empty, go_to=record if another_day else None)

        return read

    def show(
        self,
        board: Board,
        queue: Queue | None,
        activity: tuple[Outcome, ...],
        empty: str,
        go_to: SlotRecord | None,
    ) -> None:
        """Show a day; `go_to` moves the cursor and is set only when the displayed day changes."""
        no_slots = self.query_one("#no-slots", Static)
        if not board.slots:
            no_slots.update(empty)
        if self.grid.display != bool(board.slots):
            refresh_layout_map(self)
        no_slots.display = not board.slots
        comes_back, self.grid.display = bool(board.slots) and not self.grid.display, bool(board.slots)
        if comes_back and self.focused in (None, self.queue):
            self.set_focus(self.grid)  # the grid lost the focus when it was hidden
        with self.prevent(SlotGrid.Highlighted):
            self.grid.board = board
            if go_to is not None:
                self.grid.open_at(go_to)
        self.show_news(activity)
        chosen = self.grid.chosen
        if queue is not None and chosen is not None and queue.slot.slot.id == chosen.slot.id:
            self.show_queue(queue)
        else:
            self.load_queue(chosen)

    def show_news(self, outcomes: tuple[Outcome, ...]) -> None:
        """Show the latest outcomes, newest first."""
        zone, desk = self.host.zone, self.host.desk_name
        self.activity.zone, self.activity.desk = zone, desk
        self.activity.items = outcomes
        self.newest = forms_of_entry(outcomes[0], desk, zone) if outcomes else (NO_NEWS,)
        self.show_newest()

    def show_newest(self) -> None:
        """Show the newest outcome in the message line if there is no room for the panel."""
        self.message_line.news = () if self.query_one("#activity-panel").display else self.newest

    def on_resize(self) -> None:
        self.call_after_refresh(self.show_newest)  # the panel follows the new size first

    def follow_desk(self, outcome: Outcome | None) -> None:
        if outcome is not None:
            self.pass_on(outcome)
        super().follow_desk(outcome)

    async def go_to_outcome(self, outcome: Outcome) -> None:
        self.pass_on(outcome)
        await self.load_change(outcome)
        if self.queue.go_back(outcome):
            self.moved_by_itself()

    def pass_on(self, outcome: Outcome) -> None:
        """Move the cursor if the outcome closed the token under it."""
        if self.queue.pass_on(outcome):
            self.moved_by_itself()

    def moved_by_itself(self) -> None:
        """Note that no key has put the cursor on its token, which the next one may not be meant for."""
        row = self.queue.chosen
        self.passed_on = row.id if isinstance(row, QueueRow) else None, self.host.keys.clock()

    async def load_change(self, outcome: Outcome) -> None:
        """Reload only the slot of a changed token, or the whole view if other slots changed, or another desk did."""
        slot = outcome.token.slot if outcome.token else None
        changed = {slot_id for event in outcome.events for slot_id in (event.slot_id, *event.named_slots)}
        if self.news_came or slot is None or changed != {slot.id} or self.grid.board.slot(slot.id) is None:
            await super().load_change(outcome)
            return
        try:
            queue = await self.host.async_desk.read(lambda desk: desk.queue(slot.id))
        except DeskRefusal as refusal:
            self.host.notices.report(refusal)
            return
        board = self.grid.board  # a reload may have replaced it during the await
        if board.slot(slot.id) is None or self.is_stale:
            await super().load_change(outcome)
            return
        earlier = (item for item in self.activity.items if item.entry_id != outcome.entry_id)
        activity = (outcome, *earlier)[:ACTIVITY_LINES]
        self.show(board.with_slot(queue.slot), queue, activity, "", go_to=None)
        self.load_totals(slot.date)

    @on(SlotGrid.Highlighted)
    def follow(self, event: SlotGrid.Highlighted) -> None:
        """Load the queue of the newly selected slot."""
        self.load_queue(event.record)

    @work(exclusive=True, group="queue")
    async def load_queue(self, record: SlotRecord | None) -> None:
        """Load a slot's queue and show it; keys are held, so that the next ones act there, but those that move on."""
        if record is None:
            self.show_queue(None)
            return
        slot_id: SlotId = record.slot.id
        async with self.host.keys.held(self, passing=MOVING_KEYS if self.grid.has_focus else frozenset()):
            try:
                queue = await self.host.async_desk.read(lambda desk: desk.queue(slot_id))
            except UnknownSlot:
                self.show_queue(None)
            except DeskRefusal as refusal:
                self.host.notices.report(refusal)
            else:
                self.show_queue(queue)

    def show_queue(self, queue: Queue | None) -> None:
        """Show a slot's queue."""
        if queue is not None:
            self.show_room(queue.slot.doctor.id, queue.slot.slot.date, queue.inside)
        empty = self.with_keys(" No tokens yet. Press {new} for a new one, {emergency} for an emergency.")
        self.queue.zone, self.queue.hold_minutes = self.host.zone, self.host.preferences.hold_minutes
        had_tokens = bool(self.queue.items)
        self.query_one(QueuePanel).show(queue, empty)
        if bool(self.queue.items) != had_tokens:
            self.show_hints()

    def show_now(self, now: dt.datetime | None) -> None:
        self.grid.now = now
        self.query_one(QueuePanel).show_now(now)

    def show_marks(self, marks: Mapping[TokenId, str]) -> None:
        self.queue.marks = marks

    def show_token(self, token_id: TokenId) -> None:
        self.queue.move_to(token_id)

    def chosen_slot(self) -> SlotRecord | None:
        return self.grid.chosen

    def commands_here(self) -> tuple[Command, ...]:
        in_queue = self.focused is self.queue and bool(self.queue.items)
        return tuple(command for command in self.INTENTS if is_of_the_queue(command) in (in_queue, None))

    def why_none(self, need: Need) -> str:
        return self._why_no_token() if need is Need.TOKEN else self._why_no_slot()

    def _why_no_slot(self) -> str:
        return self.with_keys(
            "There is no slot on this day. Press {doctors}, choose a doctor, then {open} for a session."
        )

    def chosen_token(self) -> QueueRow | None:
        row = self.queue.chosen if self.focused is self.queue and self.queue_is_loaded else None
        return row if isinstance(row, QueueRow) else None

    def chosen(self, need: Need) -> Chosen | None:
        if need is Need.TOKEN:
            row, (passed_on, since) = self.chosen_token(), self.passed_on
            return Chosen.token(row.record, since if row.id == passed_on else NEVER) if row else None
        record = self.grid.chosen
        if record is None:
            return None
        if need is Need.DOCTOR:
            return self.chosen_doctor(record.doctor, record.slot.date, self.grid.board.of(record.doctor.id))
        return Chosen.slot(record.slot, record.doctor)

    @property
    def queue_is_loaded(self) -> bool:
        """Whether the queue that is shown is that of the chosen slot."""
        return self.grid.chosen is not None and self.queue.slot_id == self.grid.chosen.slot.id

    def _why_no_token(self) -> str:
        if self.grid.chosen is None:
            return self._why_no_slot()
        if not self.queue_is_loaded:
            return "One moment: this queue is being loaded."
        if not self.queue.items:
            return self.with_keys("This slot has no tokens yet. Press {new} for a new one.")
        return self.with_keys("Choose a token first ({enter}).")

    def with_keys(self, sentence: str) -> str:
        """Return a sentence with the user's keys in place of its placeholders."""
        keys = {name: self.host.keymap.key_of(command) for name, command in _IN_SENTENCES.items()}
        return sentence.format(doctors=self.host.key_of_mode("doctors"), **keys)

    @on(RowList.Clicked)
    def action_open_row(self) -> None:
        """Move the focus from the grid to the queue; there, show the card of the selected token."""
        if self.chosen_token() is not None:
            self.action_view_token()
        elif self.queue.items:
            self.set_focus(self.queue)
        else:
            self.host.refuse_key(self.why_none(Need.TOKEN))

    def action_step_back(self) -> None:
        """Move the focus from the queue to the grid."""
        self.set_focus(self.grid)

    def action_other_slot(self, slots: int) -> None:
        """Select the same doctor's slot at another time."""
        self.grid.action_move(0, slots)

    def action_find(self) -> None:
        self.find()

    @work(group="find")
    async def find(self) -> None:
        """Find a token or slot of the day and go to it; keys are held so that the next ones apply to the result."""
        try:
            async with self.host.keys.held(self):
                await self.find_and_go()
        except DeskRefusal as refusal:
            self.host.notices.refuse(refusal)

    async def find_and_go(self) -> None:
        """Open the find dialog and go to its result; raise a DeskRefusal if the desk cannot load it."""
        day = self.host.day
        if day is None:
            return
        async_desk = self.host.async_desk
        found = await self.host.ask(
            Find(lambda: async_desk.read(lambda desk: (desk.token_list(date=day), desk.slot_list(date=day))))
        )
        if found is not None:
            await self.go_to(found.slot, found.token)

    async def go_to(self, slot: Slot, token_id: TokenId | None = None) -> None:
        """Select a slot, and a token in its queue; raise a DeskRefusal if the queue cannot be loaded."""
        await self.load()
        for group in ("load", "queue"):  # a view that is still loading must not move the cursor away again
            self.workers.cancel_group(self, group)
        self.grid.move_to(slot.doctor_id, slot.start)
        self.show_queue(await self.host.async_desk.read(lambda desk: desk.queue(slot.id)))
        self.set_focus(self.grid if token_id is None else self.queue)
        self.queue.move_to(token_id)
