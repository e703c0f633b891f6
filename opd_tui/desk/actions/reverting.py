"""Setting back what an earlier action changed, as far as it still stands, and applying the one rule anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from opd_tui.desk.actions.base import held_doctor, since_issue
from opd_tui.desk.actions.calling import refuse_occupied
from opd_tui.desk.actions.changed_since import OPEN, ChangesSince, present, tokens_of
from opd_tui.desk.actions.moving import have_told, refuse_duplicate
from opd_tui.desk.actions.present_names import PresentNames
from opd_tui.desk.actions.slots import resize
from opd_tui.domain.allocation import settle, unseat
from opd_tui.domain.errors import (
    CannotBeUndone,
    DoctorCodeTaken,
    DoctorHasSlots,
    DoctorRetired,
    PatientNotHere,
    SeatsInUse,
    SlotHasOpenTokens,
    SlotOverlap,
    TokenAlreadyClosed,
    TokenInTheRoom,
)
from opd_tui.domain.events import (
    REVERTED,
    Cause,
    DoctorWithdrawn,
    Event,
    Fields,
    PatientKept,
    SlotWithdrawn,
    Subject,
    TokenToTell,
    TokenWithdrawn,
)
from opd_tui.domain.events.doctors import EARLIER_NAME, RESTORED_NAME
from opd_tui.domain.events.patients import RESTORED, with_keys
from opd_tui.domain.events.queue import NO_HOLD
from opd_tui.domain.knowledge import TELLING, known_place
from opd_tui.domain.model import DoctorId, PatientId, Slot, SlotId, Status, Token, TokenId
from opd_tui.domain.unit_of_work import UnitOfWork

SEATED = {status.name for status in Status if status.holds_seat}
INSIDE = "inside"
"""The detail that says whether a token that has its seat again is in the room."""


@dataclass
class Reverting:
    """One action that is set back; `details` are written into the events that do it."""

    uow: UnitOfWork
    entry_id: int
    events: Sequence[Event]
    own: Sequence[Event]
    """Those of the events that are set back."""
    details: Mapping[str, Any]
    slots: dict[SlotId, Slot] = field(default_factory=dict)

    def run(self) -> None:
        """Set the action back, last change first; raise a DeskRefusal if that is not possible."""
        own = self.own
        self.slots = self.held_slots(own)
        for event in own:
            if event.subject is Subject.PATIENT:
                self.uow.hold_patient(PatientId(event.subject_id))
        for event in own:
            if event.subject is Subject.DOCTOR:
                self.uow.hold_doctor(DoctorId(event.subject_id))
        changes = ChangesSince(self.uow, self.entry_id)
        changes.refuse(own)
        telling = self.earlier_telling()
        if not [event for event in reversed(own) if self.set_back(event)]:
            raise changes.refusal(own[0].subject, own[0].subject_id, list(own[0].after))
        self.settle(own)
        self.restore_telling(telling)

    # What stands

    def held_slots(self, own: Sequence[Event]) -> dict[SlotId, Slot]:
        """Lock the days of all slots concerned: those that the events name, and those where their tokens are now."""
        named = slots_named_by(own) | {SlotId(event.subject_id) for event in own if event.subject is Subject.SLOT}
        slots: dict[SlotId, Slot] = {}
        while True:
            wanted = named | {token.slot_id for token in tokens_of(self.uow, own)}
            wanted |= {beside for slot_id in wanted for beside in self.uow.slots_beside(slot_id)}
            if wanted <= slots.keys():
                return slots
            slots = self.uow.hold_slots(wanted)

    # What patients are told

    def earlier_telling(self) -> dict[TokenId, tuple[str | None, str | None]]:
        """Return each token's status and `to_tell_since` before the action, if nobody was told since."""
        earlier: dict[TokenId, tuple[str | None, str | None]] = {}
        for token in tokens_of(self.uow, self.events):
            since = self.uow.fields(Subject.TOKEN, token.id) or {}
            events = [e for e in self.events if (e.subject, e.subject_id) == (Subject.TOKEN, token.id)]
            telling, stands_still = since.get(TELLING), events[0].before is not None
            for event in reversed(events):
                if TELLING in event.after and event.before is not None:
                    stands_still &= event.after[TELLING] == telling
                    telling = event.before.get(TELLING)
            if stands_still:
                statuses = ((event.before or {}).get("status", event.details.get("status")) for event in events)
                earlier[token.id] = next(filter(None, statuses), None), telling
        return earlier

    def restore_telling(self, earlier: Mapping[TokenId, tuple[str | None, str | None]]) -> None:
        """Set back since when patients have to be told, of tokens that stand as they stood before the action."""
        self.tell_again(earlier)
        for token_id, (status, telling) in earlier.items():
            now = self.uow.fields(Subject.TOKEN, token_id) or {}
            if now["status"] == status and now[TELLING] != telling:
                self.uow.record(TokenToTell(token_id, {TELLING: now[TELLING]}, {TELLING: telling}, now["slot_id"]))

    def tell_again(self, earlier: Collection[TokenId]) -> None:
        """Have those patients told who were told of what is set back."""
        for token in tokens_of(self.uow, self.events):
            if token.id in earlier or token.to_tell_since or not token.status.is_open or token.in_the_room:
                continue
            slot = self.uow.hold_slots([token.slot_id])[token.slot_id]
            known = known_place(self.uow.history, token.id)
            if known and not known.is_same(slot, token.status):
                have_told(self.uow, [token.id])

    # Setting back

    def set_back(self, event: Event) -> bool:
        """Set back one event; return False if nothing of it is left."""
        details = {**self.details, "kind": event.details.get("kind", event.kind)}
        if event.before is None:
            self.withdraw(event, details)
            return True
        if "kept" in event.details:
            self.set_back_details(event, details)
            return True
        now = present(self.uow, event)
        fields = {
            name: value
            for name, value in event.before.items()
            if name != TELLING or now.get(name) == event.after.get(name)
        }
        slot_id = event.slot_id
        if event.subject is Subject.TOKEN:
            slot_id = now["slot_id"]
            fields = self.token_fields(event, now, fields)
            details |= {} if "status" in fields else {"status": now["status"]}
            if fields.get("status") == Status.ACTIVE.name:
                details[INSIDE] = {**now, **fields}["called_at"] is not None
        before, private = {name: now.get(name) for name in fields}, {}
        if event.subject is Subject.DOCTOR and "name" in fields:
            private = {"name": event.details[EARLIER_NAME]}
            details |= {EARLIER_NAME: PresentNames(self.uow).doctor(event.subject_id), RESTORED_NAME: private["name"]}
        reverted = REVERTED[event.subject](event.subject_id, before, fields, slot_id, details=details, private=private)
        if event.kind == TokenToTell.kind:
            reverted = TokenToTell(event.subject_id, before, fields, slot_id, details=details)
        if "capacity" in fields:
            resize(self.uow, self.slots[SlotId(event.subject_id)], fields["capacity"], reverted)
        elif fields:
            self.refuse_taken(event, fields)
            self.uow.record(reverted)
        return bool(fields)

    def set_back_details(self, event: Event, details: dict[str, Any]) -> None:
        """Set back personal fields, which are kept in a row of their own, and keep the present ones there for redo."""
        patient_id, slot_id = PatientId(event.subject_id), event.slot_id
        assert slot_id is not None
        earlier, now = (self.uow.patient(PatientId(id_)) for id_ in (event.details["kept"], patient_id))
        kept = self.filled_from(patient_id) or self.uow.record(PatientKept.of(patient_id, now, slot_id)).subject_id
        names, token = event.details["fields"], event.details["token"]
        versions = {"from": event.details["to"], "to": event.details["from"]}
        details |= {"fields": names, "token": token, "kept": kept, RESTORED: event.details["kept"], **versions}
        private = with_keys({name: getattr(earlier, name) for name in names})
        self.uow.record(REVERTED[Subject.PATIENT](patient_id, {}, {}, slot_id, details=details, private=private))

    def filled_from(self, patient_id: PatientId) -> int | None:
        """Return the record with which a merge filled this one, which keeps these details itself, or None."""
        merged = (event for event in self.own if event.subject is Subject.PATIENT and event.before is not None)
        return next((event.subject_id for event in merged if event.after.get("merged_into") == patient_id), None)

    def withdraw(self, event: Event, details: Mapping[str, Any]) -> None:
        """Withdraw what an event created: nothing is ever deleted."""
        if event.subject is Subject.TOKEN:
            token = self.uow.token(TokenId(event.subject_id))
            assert token is not None
            self.uow.record(replace(TokenWithdrawn.of(token, since_issue(token, self.uow)), details=details))
        elif event.subject is Subject.SLOT:
            slot = self.slots[SlotId(event.subject_id)]
            if tokens := self.uow.open_tokens(slot.id):
                raise SlotHasOpenTokens(f"{tokens[0].label} is still in the slot {slot.window}. Move it first.")
            self.uow.record(replace(SlotWithdrawn.of(slot, self.uow.at), details=details))
        elif doctor := self.uow.doctor(DoctorId(event.subject_id)):
            if self.uow.has_slots(doctor.id):
                raise DoctorHasSlots(f"{doctor.name} has slots by now. Undo these first.")
            self.uow.record(replace(DoctorWithdrawn.of(doctor, self.uow.at), details=details))

    def refuse_taken(self, event: Event, fields: Fields) -> None:
        """Raise DoctorCodeTaken or SlotOverlap if the code or the window of what was withdrawn is no longer free."""
        if "withdrawn_at" not in fields:
            return
        if event.subject is Subject.DOCTOR:
            doctor = self.uow.doctor(DoctorId(event.subject_id))
            if doctor and self.uow.code_is_taken(doctor.code, besides=doctor.id):
                raise DoctorCodeTaken(f"The code {doctor.code} belongs to another doctor by now.")
        else:
            slot = self.slots[SlotId(event.subject_id)]
            doctor = held_doctor(self.uow, slot.doctor_id)
            if doctor.retired_at:
                raise DoctorRetired(f"{doctor.name} has retired and gets no further slots.")
            if other := self.uow.overlapping_slot(slot.doctor_id, slot.date, slot.start, slot.end):
                raise SlotOverlap(f"The doctor has a slot {other.window} by now, which overlaps {slot.window}.")

    # Tokens

    def token_fields(self, event: Event, now: Fields, fields: dict[str, Any]) -> dict[str, Any]:
        """Return the fields with which a token is set back; raise a DeskRefusal if it cannot be."""
        token = self.uow.token(TokenId(event.subject_id))
        assert token is not None
        status, then = fields.pop("status", None), {**now, **fields}
        if status is not None and status not in OPEN:
            if status == Status.COMPLETED.name:
                self.find_seat(token, token.slot_id)
            return {"status": status, **fields} | (NO_HOLD if now["held_at"] else {})
        opens = status is not None and now["status"] not in OPEN
        moves = then["slot_id"] != now["slot_id"]
        if (opens or now["status"] in OPEN) and self.slots[then["slot_id"]].withdrawn_at:
            raise CannotBeUndone(f"The slot of {token.label} was withdrawn.")
        inside = then["called_at"] is not None and (opens or now["status"] in OPEN)
        if inside and (opens or now["called_at"] is None):
            slot = self.slots[then["slot_id"]]
            refuse_occupied(self.uow.in_the_room(slot.doctor_id, slot.date))
            if opens:
                self.refuse_new_duplicate(token, slot.id)
            self.find_seat(token, slot.id)
            return {"status": Status.ACTIVE.name, **fields}
        refuse_impossible(token, now, then, moves=moves, inside=inside, open=opens or now["status"] in OPEN)
        if opens or moves:
            self.refuse_new_duplicate(token, then["slot_id"])
            fields["status"] = Status.WAITING.name
        return fields

    def refuse_new_duplicate(self, token: Token, slot_id: SlotId) -> None:
        """Raise DuplicatePatient if the same person got another token in the slot since the action."""
        duplicate = self.uow.open_token_of(slot_id, token.patient, token.patient_id)
        if duplicate and not any(self.stood(duplicate, slot_id, entry) for entry in (self.entry_id - 1, self.entry_id)):
            refuse_duplicate(self.uow, token, slot_id)

    def stood(self, token: Token, slot_id: SlotId, entry_id: int) -> bool:
        """Return whether a token was open in a slot after this entry."""
        every, later = (self.uow.history.later_events(Subject.TOKEN, token.id, entry) for entry in (0, entry_id))
        fields: dict[str, Any] = {}
        for _, event in every[: len(every) - len(later)]:
            fields |= event.after
        return fields.get("status") in OPEN and fields.get("slot_id") == slot_id

    def find_seat(self, token: Token, slot_id: SlotId) -> None:
        """See to it that a token may take a seat; raise SeatsInUse if there is none."""
        slot = self.uow.hold_slots([slot_id])[slot_id]
        queue = self.uow.queue(slot)
        if token.status.name not in SEATED and queue.free_seats() < 1:
            weakest = queue.weakest_seated()
            if weakest is None:
                raise SeatsInUse(f"{token.label} finds no seat: all of {slot.expected_window} are used.")
            unseat(queue, weakest.token_id, Cause(Subject.TOKEN, token.id))

    def settle(self, own: Sequence[Event]) -> None:
        """Apply the one rule to all slots concerned."""
        tokens = tokens_of(self.uow, own)
        cause = Cause(Subject.TOKEN, tokens[0].id) if len(tokens) == 1 else None
        concerned = slots_named_by(own) | {token.slot_id for token in tokens}
        for slot in self.uow.hold_slots(concerned).values():
            settle(self.uow.queue(slot), cause or Cause(Subject.SLOT, slot.id))


def is_set_back(event: Event) -> bool:
    """Return whether an event is the action's own; the record that a visit made or filled stays."""
    stays = event.subject is Subject.PATIENT and "kept" not in event.details and event.before != {"merged_into": None}
    return not event.by_rule and (not stays or event.kind == REVERTED[Subject.PATIENT].kind)


def slots_named_by(events: Sequence[Event]) -> set[SlotId]:
    """Return the slots to which events belong, and those from and to which they moved tokens."""
    return {event.slot_id for event in events if event.slot_id is not None}.union(*(e.named_slots for e in events))


def refuse_impossible(token: Token, now: Fields, then: Fields, *, moves: bool, inside: bool, open: bool) -> None:
    """Raise a DeskRefusal if a token would be in a state that no action allows."""
    if inside and moves:
        raise TokenInTheRoom(f"{token.label} is with the doctor by now. Send the patient back first.")
    if then["held_at"] is not None and now["held_at"] is None and not open:
        raise TokenAlreadyClosed(f"{token.label} is closed by now.")
    if inside and then["held_at"] is not None:
        raise TokenInTheRoom(f"{token.label} is with the doctor by now.")
    if now["called_at"] and now["checked_in_at"] and then["checked_in_at"] is None:
        raise PatientNotHere(f"{token.label} was called since, and so is here.")
