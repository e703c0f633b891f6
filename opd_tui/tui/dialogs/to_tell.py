"""The list of patients to phone, each of whom is ticked off by a key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable

from rich.style import Style
from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from opd_tui.desk.actions import TellPatient
from opd_tui.desk.outcome import Outcome
from opd_tui.desk.views import UntoldPatient
from opd_tui.domain.errors import DeskRefusal
from opd_tui.domain.model import Slot, Status, Token, TokenRecord
from opd_tui.domain.text import with_initials
from opd_tui.tui.commands import TO_TELL, TOLD
from opd_tui.tui.drawing.cells import Line, joined
from opd_tui.tui.drawing.columns import Column
from opd_tui.tui.drawing.doctor_names import short_name
from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.host.notices import BEGINS
from opd_tui.tui.keys.key_queue import Hold
from opd_tui.tui.widgets.column_list import ColumnList
from opd_tui.tui.widgets.row_list import Heading

NUMBER_WIDTH = 7
NOBODY = "  Nobody has to be told of a change on this day."


class ToTellRows(ColumnList[UntoldPatient | Heading]):
    """The patients to tell, one per row: the phone, or that they are here, and how the token stands now."""

    COLUMNS = (
        Column("NUMBER", size=NUMBER_WIDTH),
        Column("PATIENT", least=10, rank=1),
        Column("PHONE"),
        Column("STANDS NOW"),
        Column("DOCTOR", least=8, rank=2),
    )

    date = dt.date.min
    """The day on which they are phoned."""

    def key_of(self, item: UntoldPatient | Heading) -> Hashable | None:
        return item.record.token.id if isinstance(item, UntoldPatient) else None

    def cells(self, item: UntoldPatient | Heading) -> tuple[str, ...]:
        """Return the columns of a row."""
        assert isinstance(item, UntoldPatient)
        token, slot, doctor = item.record.token, item.record.slot, item.record.doctor
        return (
            *(token.number, token.patient.name, reached_by(token)),
            *(stands(token.status, slot, self.date), with_initials(short_name(doctor))),
        )

    def draw(self, item: UntoldPatient | Heading, width: int) -> Line:
        cells = self.columns(item, width - 2)
        if isinstance(item, Heading):
            return joined((f"  {''.join(cells)}", self.part("head")))
        number, name, phone, *rest = cells
        pointer = "▸" if item is self.chosen else " "
        return joined(
            (f"{pointer} ", self.part("dim")),
            (number, self.part("strong")),
            (name, Style()),
            (phone, self.part("good") if item.record.token.is_here else Style()),
            ("".join(rest), self.part("dim")),
        )


class ToTell(ModalScreen[TokenRecord | None]):
    """The patients from a day on who have to be told of a change; Enter goes to the token on the board."""

    BINDINGS = [
        Binding("escape", "leave", "Close", show=False),
        Binding("enter", "go", "Go to the token", show=False),
        Binding(TOLD.keys, "told", "Told", show=False, id=TOLD.id),
        Binding(TO_TELL.keys, "leave", "Close", show=False, id=TO_TELL.id),
    ]

    host = getters.app(DeskHost)
    rows = getters.query_one(ToTellRows)

    def __init__(self, date: dt.date, tokens: list[UntoldPatient]) -> None:
        super().__init__()
        self.date = date
        self.tokens = tokens

    def compose(self) -> ComposeResult:
        told = self.host.keymap.key_of(TOLD)
        with Vertical(classes="dialog find") as dialog:
            dialog.border_title = "Whom to tell"
            yield Static(id="to-tell-count", markup=False)
            yield ToTellRows()
            yield Static(id="known", markup=False, classes="hint")
            yield Static(f"{told} told   Enter go there   Esc close", markup=False, classes="hint")

    def on_mount(self) -> None:
        self.rows.empty = NOBODY
        self.rows.date = self.date
        self.show(self.tokens)
        self.host.desk_changed.subscribe(self, self.follow_desk)

    def show(self, tokens: list[UntoldPatient]) -> None:
        """Show the patients who are still to be told."""
        self.rows.show(tuple(tokens), tuple(tokens))
        self.query_one("#to-tell-count", Static).update(f"{len(tokens)} to tell, the longest wait first")
        self.show_known()

    @on(ToTellRows.Highlighted)
    def show_known(self) -> None:
        """Show what the selected patient knows of the token."""
        chosen = self.rows.chosen
        text = known(chosen, self.date) if isinstance(chosen, UntoldPatient) else ""
        self.query_one("#known", Static).update(text, layout=False)

    def follow_desk(self, outcome: Outcome | None) -> None:
        """Read the list again after any action."""
        self.reload()

    @work(exclusive=True, group="load")
    async def reload(self) -> None:
        """Read the list again; the next reload cancels this one."""
        await self.load()

    async def load(self) -> None:
        """Read the list again."""
        try:
            self.show(await self.host.async_desk.read(lambda desk: desk.whom_to_tell(self.date)))
        except DeskRefusal as refusal:
            self.host.notices.report(refusal)

    def action_told(self) -> None:
        """Note that the selected patient was told."""
        if isinstance(chosen := self.rows.chosen, UntoldPatient):
            self.tell(chosen.record, self.host.keys.held(self))

    @work
    async def tell(self, record: TokenRecord, held: Hold) -> None:
        """Note that a patient was told; the next key acts on the list without that patient."""
        async with held:
            try:
                if await self.host.is_meant(f"{TOLD.label}: {record.token.patient.name}"):
                    await self.host.perform(TellPatient(token=record.token.id))
            except DeskRefusal as refusal:
                self.host.notices.refuse(refusal)
            finally:
                self.host.notices.withdraw(BEGINS)
            await self.load()

    def action_go(self) -> None:
        chosen = self.rows.chosen
        self.dismiss(chosen.record if isinstance(chosen, UntoldPatient) else None)

    def action_leave(self) -> None:
        self.dismiss(None)


def reached_by(token: Token) -> str:
    """Return how a patient is told: `here` if the patient is at hand, or else the phone."""
    return "here" if token.is_here else token.patient.phone or "no phone"


def stands(status: Status, slot: Slot, date: dt.date) -> str:
    """Return how a token stands in a slot, as the patient is told: `seat 10:20 +20′`, with another day."""
    late = f" +{slot.delay_minutes}′" if slot.delay_minutes and status.is_open else ""
    words = {Status.ACTIVE: "seat", Status.WAITING: "waits"}.get(status, status.value)
    begins = slot.expected_start if status.is_open else f"{slot.start:%H:%M}"
    day = "" if slot.date == date else f"{slot.date:%a %d %b} "
    return f"{words} {day}{begins}{late}"


def known(item: UntoldPatient, date: dt.date) -> str:
    """Return what a patient knows of the token: `Knows of: seat 09:00 · Dr Anil Rao`."""
    if item.knows is None:
        return "Knows of no time yet."
    status, slot, doctor = item.knows
    return f"Knows of: {stands(status, slot, date)} · {doctor.name}"
