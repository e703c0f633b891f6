"""The same day by keyboard alone: every step as the keys of a receptionist, who finds tokens and slots by keys too."""

from __future__ import annotations

from typing import Any

from opd_tui.clock import FixedClock
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.model import SlotId, TokenId, TokenRecord
from tests.day.script import Step
from tests.day.ways import tables_of
from tests.support.pilot import Receptionist

TOKEN_KEYS = {
    "check_in_token": "i",
    "call_token": "o",
    "return_token": "b",
    "release_token": "w",
    "tell_patient": "f",
    "cancel_token": "c",
    "mark_no_show": "x",
    "complete_token": "d",
    "reinstate_token": "a",
}
SLOT_KEYS = {"close_slot": "ctrl+k", "reopen_slot": "ctrl+k", "carry_over": "ctrl+o"}


class Typist:
    """Types steps of the day; `desk` looks at the same database."""

    def __init__(self, meera: Receptionist, desk: FrontDesk, clock: FixedClock) -> None:
        self.meera = meera
        self.desk = desk
        self.clock = clock

    async def do(self, step: Step) -> None:
        """Press the keys of a step, answer its question, and see that the tables are right."""
        self.clock.instant = step.at
        before = self.last_entry
        await self.press(step.action)
        meera = self.meera
        await meera.until(lambda: self.last_entry > before or meera.question, f"{step.action}")
        if self.last_entry == before:
            await meera.press("y")
            await meera.until(lambda: self.last_entry > before, f"{step.action}")
        await meera.settle()
        if meera.dialogs:  # after the third return a no-show is offered
            await meera.press("escape")
        assert tables_of(self.desk) == step.after, step.action

    @property
    def last_entry(self) -> int:
        """The journal's last entry."""
        return max((entry.entry_id for entry in self.desk.activity(1)), default=0)

    async def press(self, action: Any) -> None:
        """Press the keys of an action, up to its question."""
        verb, meera = action.verb, self.meera
        if verb in TOKEN_KEYS:
            await self.go_to_token(action.token)
            await meera.press(TOKEN_KEYS[verb])
        elif verb in SLOT_KEYS:
            await self.go_to_slot(action.slot)
            await meera.press(SLOT_KEYS[verb])
        elif verb in ("undo", "redo"):
            await meera.press("1", "u" if verb == "undo" else "ctrl+y")
        else:
            await getattr(self, verb)(action)

    # Finding

    def record_of(self, token: TokenId) -> TokenRecord:
        return next(record for record in self.desk.token_list() if record.token.id == token)

    async def go_to_token(self, token: TokenId) -> None:
        """Find a token of the day by its number."""
        await self.meera.press("1", "/")
        number = self.record_of(token).token.number
        await self.meera.type(number)
        await self.meera.press("enter")
        await self.meera.until(lambda: number in self.meera.line_with("▸", "#queue"), f"{number} in the queue")
        await self.meera.until(lambda: self.meera.focused_id == "queue", "the queue")

    async def go_to_doctor(self, doctor: int) -> None:
        """Choose a doctor on the doctors' screen."""
        ids = [each.id for each in self.desk.doctor_list()]
        await self.meera.press("3", "home", *["down"] * ids.index(doctor))  # type: ignore[arg-type]

    async def go_to_slot(self, slot: SlotId) -> None:
        """Choose a slot on the board: from the doctor's first one to the right."""
        record = next(record for record in self.desk.slot_list() if record.slot.id == slot)
        day = [each.slot.id for each in self.desk.slot_list() if each.doctor.id == record.doctor.id]
        await self.go_to_doctor(record.doctor.id)
        await self.meera.press("enter")
        await self.meera.settle()
        await self.meera.press(*["right"] * day.index(slot))

    async def fill(self, *values: str | None) -> None:
        """Type over the fields of a form, and send it; None leaves one as it is."""
        for n, value in enumerate(values):
            if n:
                await self.meera.press("tab")
            if value is not None:
                await self.meera.type(value)
        await self.meera.press("enter")

    # Tokens and patients

    async def issue_token(self, action: Any) -> None:
        patient, meera = action.patient, self.meera
        known = getattr(patient, "id", None)
        names = (each.token.patient.name for each in self.desk.token_list() if each.token.patient_id == known)
        await self.go_to_slot(action.slot)
        await meera.press("n")
        await meera.type(next(names) if known else patient.name)
        await meera.settle()
        await meera.press(*(("down", "enter") if known else ("tab",)), action.source.name[0].lower(), "enter")

    async def hold_token(self, action: Any) -> None:
        await self.go_to_token(action.token)
        await self.meera.press("w", action.reason.name[0].lower())

    async def change_source(self, action: Any) -> None:
        await self.go_to_token(action.token)
        reason = [action.reason.name[0].lower()] if action.source.name == "EMERGENCY" else []
        await self.meera.press("p", action.source.name[0].lower(), *reason)

    async def move_token(self, action: Any) -> None:
        await self.go_to_token(action.token)
        await self.meera.press("m", *(["tab"] if action.keep_place else []))
        await self.choose_slot(action.slot)

    async def choose_slot(self, slot: SlotId) -> None:
        """Choose a slot in the list of those to which a token can move."""
        record = next(record for record in self.desk.slot_list() if record.slot.id == slot)
        await self.meera.type(f"{record.doctor.name.split()[-1].lower()} {record.slot.start:%H:%M}")
        await self.meera.settle()
        await self.meera.press("enter")

    async def edit_patient(self, action: Any) -> None:
        await self.go_to_token(action.token)
        await self.meera.press("f2")
        await self.fill(action.name)

    async def merge_patients(self, action: Any) -> None:
        await self.go_to_token(action.keep)
        await self.meera.press("f5")
        await self.meera.type(self.record_of(action.merge).token.patient.name)
        await self.meera.settle()
        await self.meera.press("enter")

    # Slots and doctors

    async def resize_slot(self, action: Any) -> None:
        await self.go_to_slot(action.slot)
        await self.meera.press("s")
        await self.fill(str(action.capacity))

    async def complete_and_call_next(self, action: Any) -> None:
        await self.go_to_doctor(action.doctor)
        await self.meera.press("space")

    call_next = complete_and_call_next

    async def delay_doctor(self, action: Any) -> None:
        await self.go_to_doctor(action.doctor)
        await self.meera.press("ctrl+d")
        await self.fill(str(action.minutes))

    async def doctor_leaves(self, action: Any) -> None:
        """Plan where every patient goes, from the first row to the last."""
        await self.go_to_doctor(action.doctor)
        await self.meera.press("ctrl+e")
        await self.fill(f"{action.from_:%H:%M}")
        if not action.plan:
            return
        await self.meera.sees("Enter carry out")
        for line in action.plan:
            if line.slot is not None:
                await self.meera.press("m")
                await self.choose_slot(line.slot)
                await self.meera.sees("Enter carry out")
            elif "cancelled" not in self.meera.line_with("▸", "PlanRows"):
                await self.meera.press("c")
            await self.meera.press("down")
        await self.meera.press("enter")

    async def add_doctor(self, action: Any) -> None:
        await self.meera.press("3", "a")
        await self.fill(action.name, action.specialty, action.code, None)

    async def edit_doctor(self, action: Any) -> None:
        await self.go_to_doctor(action.doctor)
        await self.meera.press("e")
        await self.fill(None, None, action.room)

    async def retire_doctor(self, action: Any) -> None:
        await self.go_to_doctor(action.doctor)
        await self.meera.press("x")

    async def open_session(self, action: Any, every: int = 60) -> None:
        await self.go_to_doctor(action.doctor)
        await self.meera.press("s")
        end = f"{action.end:%H:%M}"
        await self.fill(None, f"{action.start:%H:%M}", end, str(action.capacity), str(every))

    open_slot = open_session
