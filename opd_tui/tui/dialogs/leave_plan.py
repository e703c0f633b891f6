"""The dialog in which the plan for a doctor who leaves is reviewed, and changed row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Sequence

from rich.style import Style
from textual import getters, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from opd_tui.desk.outcome import Outcome
from opd_tui.desk.places import LeavePlan, PlannedToken
from opd_tui.domain.errors import AnswerLost, DeskRefusal, PlanDoesNotFit
from opd_tui.domain.model import SlotRecord
from opd_tui.tui.dialogs.choose_slot import ChooseSlot
from opd_tui.tui.drawing.cells import Line, fit, joined
from opd_tui.tui.drawing.doctor_names import short_name
from opd_tui.tui.drawing.text import count
from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.keys.key_queue import Hold
from opd_tui.tui.widgets.row_list import RowList

NUMBER_WIDTH, SOURCE_WIDTH = 7, 9
KINDS = TO_SLOT, TO_DOCTOR, TO_DAY, CANCELLED = "to another slot", "to another doctor", "to another day", "cancelled"
Submit = Callable[[object], Awaitable[Outcome | None]]
"""Performs a plan: returns None if the user declines, raises a DeskRefusal if the desk refuses."""
NOT_DONE = "Not done; the plan is as you left it. Enter asks again."
CHANGED = "Another desk changed who is here, so look at the plan again. Your changes are kept."
HINT = "m another slot   c cancel, or not   Enter carry out   Esc close"


class PlanRows(RowList[PlannedToken]):
    """The tokens of a doctor who leaves, one per row: where each is now, and where it goes."""

    plan: LeavePlan

    def show(self, plan: LeavePlan) -> None:
        """Show a plan; the cursor stays on its token."""
        self.plan = plan
        self.items = plan.tokens
        self.refresh()  # a slot that is overfull concerns other rows too

    def key_of(self, item: PlannedToken) -> Hashable | None:
        return item.record.token.id

    def draw(self, item: PlannedToken, width: int) -> Line:
        token, slot = item.record.token, item.record.slot
        pointer = "▸" if item is self.chosen else " "
        room = width - 2 - NUMBER_WIDTH - 1 - SOURCE_WIDTH - 1 - len("00:00 → ")
        name = max(room * 2 // 5, 8)
        return joined(
            (f"{pointer} ", self.part("dim")),
            (f"{fit(token.number, NUMBER_WIDTH)} ", self.part("strong")),
            (f"{fit(token.patient.name, name)} ", Style()),
            (f"{fit(token.source.label, SOURCE_WIDTH)} ", self.part(token.source.label.lower())),
            (f"{slot.expected_start} → ", self.part("dim")),
            (fit(self.goes_to(item), max(room - name - 1, 0)), self.part("alert") if item.place is None else Style()),
        )

    def goes_to(self, item: PlannedToken) -> str:
        """Return where a token goes: `10:00 KUR T. Kurian`, with the date of another day, or `✗ cancelled`."""
        place = item.place
        if place is None:
            return "✗ cancelled"
        date = "" if place.slot.date == item.record.slot.date else f"{place.slot.date:%a %d %b} "
        full = "full! " if self.plan.is_overfull(place) else ""
        return f"{full}{date}{place.slot.expected_start} {place.doctor.code} {short_name(place.doctor)}"


class ReviewPlan(ModalScreen[Outcome | AnswerLost | None]):
    """A plan with one row for each patient; Enter carries it out, and it stays open until that is done."""

    BINDINGS = [
        Binding("escape", "leave", "Close", show=False),
        Binding("enter", "carry_out", "Carry out", show=False),
        Binding("m,right", "change", "Another slot", show=False),
        Binding("c", "cancel", "Cancel the token, or not", show=False),
    ]

    host = getters.app(DeskHost)
    rows = getters.query_one(PlanRows)

    def __init__(self, title: str, plan: LeavePlan, read: Callable[[], Awaitable[LeavePlan]], submit: Submit) -> None:
        super().__init__()
        self.plan_title = title
        self.plan = plan
        self.read = read
        """Returns a new plan for the same doctor and time."""
        self.submit = submit

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog find") as dialog:
            dialog.border_title = Content(self.plan_title)
            yield Static(id="plan-summary", markup=False)
            yield PlanRows()
            yield Static(id="plan-wrong", markup=False, classes="wrong")
            yield Static(HINT, markup=False, classes="hint")

    def on_mount(self) -> None:
        self.show(self.plan)

    def show(self, plan: LeavePlan) -> None:
        """Show a plan."""
        self.plan = plan
        self.say("")
        self.rows.show(plan)
        self.query_one("#plan-summary", Static).update(f"{count(len(plan.tokens), 'patient')}: {summary(plan.tokens)}")

    def action_change(self) -> None:
        """Choose another slot for the selected token."""
        self.change(self.rows.chosen, self.host.keys.held(self))

    @work
    async def change(self, planned: PlannedToken | None, held: Hold) -> None:
        """Let the user choose a slot for a token; the keys behind are held until its dialog is open."""
        async with held:
            if planned is None:
                return

            async def read_places() -> Sequence[SlotRecord]:
                return self.plan.places_for(planned.record)

            found = await self.host.ask(ChooseSlot(planned.record, read_places, asks_place=False))
            if found is not None:
                self.show(self.plan.with_place(planned.record, found.slot.id))

    def action_cancel(self) -> None:
        """Cancel the selected token, or take that back."""
        if (planned := self.rows.chosen) is not None:
            proposal = None if planned.place else self.plan.proposal(planned.record)
            self.show(self.plan.with_place(planned.record, proposal.slot.id if proposal else None))

    def action_carry_out(self) -> None:
        self.carry_out(self.host.keys.held(self, finishes=True))

    @work
    async def carry_out(self, held: Hold) -> None:
        """Perform the plan and close with its outcome, or say why it was not done."""
        async with held:
            try:
                outcome = await self.submit(self.plan.lines)
            except AnswerLost as lost:
                self.dismiss(lost)
            except PlanDoesNotFit:
                self.show((await self.read()).with_places_of(self.plan))
                self.say(CHANGED)
            except DeskRefusal as refusal:
                self.say(self.host.message_of(refusal))
            else:
                self.dismiss(outcome) if outcome else self.say(NOT_DONE)

    def say(self, text: str) -> None:
        """Show why the plan was not carried out, or hide it if the text is empty."""
        said = self.query_one("#plan-wrong", Static)
        said.update(text)
        said.display = bool(text)

    def action_leave(self) -> None:
        self.dismiss(None)


def summary(tokens: Sequence[PlannedToken]) -> str:
    """Return how many go where: `2 to another slot, 1 to another doctor, 1 cancelled`."""
    kinds = Counter(map(kind_of, tokens))
    return ", ".join(f"{kinds[kind]} {kind}" for kind in KINDS if kinds[kind])


def kind_of(planned: PlannedToken) -> str:
    """Return where a token goes, in kind."""
    record, place = planned.record, planned.place
    if place is None:
        return CANCELLED
    if place.slot.date != record.slot.date:
        return TO_DAY
    return TO_SLOT if place.doctor.id == record.doctor.id else TO_DOCTOR
