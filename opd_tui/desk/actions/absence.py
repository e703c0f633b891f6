"""A doctor who is late, and a doctor who leaves early."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from typing import ClassVar

from opd_tui.desk.actions.base import Action, held, held_day, known_doctor, refuse_too_early, short_id, since_issue
from opd_tui.desk.actions.moving import have_told, move, refuse_to_move
from opd_tui.desk.actions.slots import waiting_again
from opd_tui.desk.actions.words import in_patients, in_words
from opd_tui.desk.outcome import Forecast, Json, Outcome
from opd_tui.desk.views import slot_json
from opd_tui.domain.allocation import settle
from opd_tui.domain.errors import DoctorHasNoSlots, InvalidAction, NothingToChange, PlanDoesNotFit
from opd_tui.domain.events import (
    Cause,
    SlotClosed,
    SlotDelayed,
    Subject,
    TokenCancelled,
    TokenMoved,
    TokenMovedAway,
    TokenPreempted,
    TokenToTell,
)
from opd_tui.domain.field_types import MINUTES_A_DAY, Flag, Id, Whole
from opd_tui.domain.knowledge import known_place
from opd_tui.domain.model import Doctor, DoctorId, Slot, SlotId, Token, TokenId
from opd_tui.domain.records import Listed, Record, field
from opd_tui.domain.time_types import Date, TimeOfDay
from opd_tui.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class DelayDoctor(Action):
    """Delay a doctor's day by so many minutes in all; 0 takes it back."""

    verb: ClassVar[str] = "delay_doctor"

    doctor: DoctorId = field(Id("doctor"), "the doctor's id")
    date: dt.date = field(Date(), "the day", label="Day")
    minutes: int = field(Whole(0, MINUTES_A_DAY), "how many minutes late the session begins; 0 for on time")

    def run(self, uow: UnitOfWork) -> None:
        doctor = known_doctor(uow, self.doctor)
        slots = held_day(uow, doctor.id, self.date)
        if not slots:
            raise DoctorHasNoSlots(f"{doctor.name} has no slots on {self.date:%d %b %Y}.")
        delayed = [slot for slot in slots.values() if slot.delay_minutes != self.minutes]
        if not delayed:
            late = f"{self.minutes} minutes late" if self.minutes else "on time"
            raise NothingToChange(f"{doctor.name} is {late} already.")
        for slot in delayed:
            tokens = [token for token in uow.open_tokens(slot.id) if not token.in_the_room]
            known = [token for token in tokens if self.is_known(uow, token, slot)]
            uow.record(SlotDelayed.of(slot, self.minutes, len(tokens) - len(known)))
            for token in known:
                uow.record(TokenToTell.taken_back(token))
            have_told(uow, [token.id for token in tokens if token not in known])

    def is_known(self, uow: UnitOfWork, token: Token, slot: Slot) -> bool:
        """Return whether the patient has not heard of an earlier change, and stands again as before it."""
        known = known_place(uow.history, token.id) if token.to_tell_since else None
        return known is not None and known.is_same(replace(slot, delay_minutes=self.minutes), token.status)

    @classmethod
    def sentence(cls, outcome: Outcome) -> str:
        """See `Action`."""
        assert outcome.doctor is not None
        delays = [event for event in outcome.events if isinstance(event, SlotDelayed)]
        minutes = delays[0].after["delay_minutes"]
        late = f"{minutes} minute{'s' if minutes > 1 else ''} late" if minutes else "on time"
        date = outcome.slots[0].date
        to_tell = who_is_to_be_told(sum(event.details.get("to_tell", 0) for event in delays))
        return f"{outcome.doctor.name} is {late} on {date:%a %d %b}{to_tell}"

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return {"slots": [slot_json(slot) for slot in outcome.slots]}


@dataclass(frozen=True, kw_only=True)
class PlanLine(Record):
    """What becomes of one patient of a doctor who leaves."""

    token: TokenId = field(Id("token"), "the token's id")
    slot: SlotId | None = field(Id("slot"), "the id of the slot to which it moves", default=None)
    cancel: bool = field(Flag(), "whether it is cancelled instead", default=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.slot is None) is not bool(self.cancel):
            raise InvalidAction("Each line of the plan names a slot, or has cancel set to true.")


@dataclass(frozen=True, kw_only=True)
class DoctorLeaves(Action):
    """Close the doctor's slots from a time on, and move or cancel every patient by a plan."""

    verb: ClassVar[str] = "doctor_leaves"

    doctor: DoctorId = field(Id("doctor"), "the doctor's id")
    date: dt.date = field(Date(), "the day", label="Day")
    from_: dt.time = field(TimeOfDay(), "when the doctor leaves")
    plan: tuple[PlanLine, ...] = field(
        Listed(PlanLine, "objects with a token and a slot, or cancel set to true"),
        "what becomes of each patient: a list of objects with token and slot, or token and cancel",
    )

    yes = "Yes, the doctor leaves"

    def question(self, forecast: Forecast, chosen: str = "") -> str | None:
        """See `Action`."""
        outcome = forecast.outcome
        losing = [change.token for change in outcome.changes if change.reason == TokenPreempted.reason]
        if not self.plan:
            return None
        others = f" {waiting_again(losing)}" if losing else ""
        return f"{plan_in_words(outcome, names=True)}.{others} Do it?"

    def run(self, uow: UnitOfWork) -> None:
        doctor = known_doctor(uow, self.doctor)
        targets = {line.slot for line in self.plan if line.slot is not None}
        day = uow.slots_of_day(doctor.id, self.date)
        _, slots = held(uow, (), {*day, *targets})
        closing = [slots[slot_id] for slot_id in day if slots[slot_id].ends_after(self.from_)]
        if not closing:
            raise DoctorHasNoSlots(f"{doctor.name} has no slots after {self.from_:%H:%M} on {self.date:%d %b %Y}.")
        tokens = {token.id: token for slot in closing for token in uow.open_tokens(slot.id) if not token.in_the_room}
        self.refuse_unfit(uow, doctor, tokens)
        if not tokens and all(slot.closed_at for slot in closing):
            raise NothingToChange(f"{doctor.name} has nobody left and no open slot after {self.from_:%H:%M}.")
        for slot in closing:
            if not slot.closed_at:
                uow.record(SlotClosed.of(slot, uow.at))
        self.carry_out(uow, tokens, uow.hold_slots(slots))

    def refuse_unfit(self, uow: UnitOfWork, doctor: Doctor, tokens: dict[TokenId, Token]) -> None:
        """Raise PlanDoesNotFit unless the plan has exactly one line for each of these tokens."""
        lines = Counter(line.token for line in self.plan)
        if missing := [token.label for token in tokens.values() if token.id not in lines]:
            raise PlanDoesNotFit(f"The plan has no line for {in_words(missing)}. Say for each where the patient goes.")
        if unknown := [token_id for token_id in lines if token_id not in tokens]:
            found = ((token_id, uow.token(token_id)) for token_id in unknown)
            names = [token.label if token else f"token {short_id(token_id)}" for token_id, token in found]
            does, line = ("does", "that line") if len(names) == 1 else ("do", "those lines")
            raise PlanDoesNotFit(f"{in_words(names)} {does} not stand with {doctor.name} then. Leave out {line}.")
        if twice := [tokens[token_id].label for token_id, count in lines.items() if count > 1]:
            raise PlanDoesNotFit(f"The plan has more than one line for {in_words(twice)}. Send one.")

    def carry_out(self, uow: UnitOfWork, tokens: dict[TokenId, Token], slots: dict[SlotId, Slot]) -> None:
        """Move or cancel every token, and then apply the rule to the slots to which they moved."""
        concerned = []
        for line in self.plan:
            token = tokens[line.token]
            refuse_too_early(uow, token)
            if line.slot is None:
                uow.record(TokenCancelled.of(token, since_issue(token, uow)))
                concerned.append(token.id)
                continue
            refuse_to_move(uow, token, slots[line.slot])
            source = slots[token.slot_id]
            concerned.append(move(uow, token, source, slots[line.slot], keep_place=True, at_given=True))
        for slot_id in sorted({line.slot for line in self.plan if line.slot is not None}):
            settle(uow.queue(slots[slot_id]), Cause(Subject.DOCTOR, self.doctor))
        have_told(uow, concerned)

    @classmethod
    def sentence(cls, outcome: Outcome) -> str:
        """See `Action`."""
        concerned = (TokenMoved, TokenMovedAway, TokenCancelled, TokenPreempted)
        to_tell = {event.subject_id for event in outcome.events if isinstance(event, concerned)}
        return f"{plan_in_words(outcome)}{who_is_to_be_told(len(to_tell))}"

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return {"slots": [slot_json(slot) for slot in outcome.slots]}


def plan_in_words(outcome: Outcome, *, names: bool = False) -> str:
    """Return what becomes of the patients of a doctor who leaves; with `names`, who is cancelled."""
    assert outcome.doctor is not None
    moved = sum(isinstance(event, TokenMoved | TokenMovedAway) for event in outcome.events)
    cancelled = [event.subject_id for event in outcome.events if isinstance(event, TokenCancelled)]
    parts = [f"{in_patients(moved)} moved"] if moved else []
    if cancelled:
        who = in_words([*map(outcome.directory.token, cancelled)]) if names else in_patients(len(cancelled))
        parts.append(f"{who} cancelled")
    return ": ".join([f"{outcome.doctor.name} leaves", *([" and ".join(parts)] if parts else [])])


def who_is_to_be_told(count: int) -> str:
    """Return how many patients have to be told, as the end of a sentence."""
    return f"; {in_patients(count)} {'has' if count == 1 else 'have'} to be told" if count else ""
