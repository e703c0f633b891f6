"""Closing and reopening slots, and carrying over who still waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from opd_tui.desk.actions.base import Action, held_beside, held_slot, known_doctor
from opd_tui.desk.actions.moving import have_told, refuse_duplicate
from opd_tui.desk.actions.slots import waiting_again
from opd_tui.desk.actions.words import in_patients, in_words, moves_in_words
from opd_tui.desk.outcome import Forecast, Json, Outcome
from opd_tui.desk.views import slot_json
from opd_tui.domain.allocation import settle
from opd_tui.domain.errors import NoLaterSlot, NothingToChange
from opd_tui.domain.events import Cause, SlotClosed, SlotReopened, Subject, TokenMoved, TokenPreempted, TokenPromoted
from opd_tui.domain.field_types import Id
from opd_tui.domain.instants import write_end
from opd_tui.domain.model import Doctor, Slot, SlotId, Status
from opd_tui.domain.records import field
from opd_tui.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class CloseSlot(Action):
    """Close a slot to new tokens; those that it has stay."""

    verb: ClassVar[str] = "close_slot"

    slot: SlotId = field(Id("slot"), "the slot's id")

    def run(self, uow: UnitOfWork) -> None:
        slot = held_slot(uow, self.slot)
        if slot.closed_at:
            raise NothingToChange(f"The slot {slot.window} is closed already.")
        uow.record(SlotClosed.of(slot, uow.at))

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return {"slot": slot_json(outcome.slots[0])}


@dataclass(frozen=True, kw_only=True)
class ReopenSlot(Action):
    """Let a closed slot take new tokens again."""

    verb: ClassVar[str] = "reopen_slot"

    slot: SlotId = field(Id("slot"), "the slot's id")

    def run(self, uow: UnitOfWork) -> None:
        slot = held_slot(uow, self.slot)
        if slot.closed_at is None:
            raise NothingToChange(f"The slot {slot.window} is not closed.")
        uow.record(SlotReopened.of(slot))

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return {"slot": slot_json(outcome.slots[0])}


@dataclass(frozen=True, kw_only=True)
class CarryOver(Action):
    """Carry over who waits in a slot to the doctor's next slot of the day; they keep their numbers and places."""

    verb: ClassVar[str] = "carry_over"

    slot: SlotId = field(Id("slot"), "the slot's id")

    yes = "Yes, carry them over"

    def question(self, forecast: Forecast, chosen: str = "") -> str | None:
        """See `Action`."""
        outcome = forecast.outcome
        if outcome.token is None:
            return None
        carried = [event.subject_id for event in outcome.events if isinstance(event, TokenMoved)]
        names = in_words([outcome.directory.token(token_id) for token_id in carried])
        seated = {event.subject_id for event in outcome.events if isinstance(event, TokenPromoted)} & {*carried}
        losing = [change.token for change in outcome.changes if change.reason == TokenPreempted.reason]
        where = outcome.token.slot.expected_window
        waiting = [outcome.directory.token(token_id) for token_id in carried if token_id not in seated]
        question = f"Carry over {names} to {where}? {seats_in_words(len(carried), waiting)}"
        return f"{question} {waiting_again(losing)}" if losing else question

    def run(self, uow: UnitOfWork) -> None:
        slots = held_beside(uow, self.slot)
        slot = slots[self.slot]
        doctor = known_doctor(uow, slot.doctor_id)
        waiting = [token for token in uow.open_tokens(slot.id) if token.status is Status.WAITING]
        if not waiting:
            raise NothingToChange(f"Nobody waits in the slot {slot.window}.")
        target = next_open_slot(doctor, slot, slots.values())
        for token in waiting:  # all of them before the first moves: two tokens of one person stay together
            refuse_duplicate(uow, token, target.id)
        for token in waiting:
            uow.record(TokenMoved.of(token, target.id, token.issued_at))
        settle(uow.queue(target), Cause(Subject.SLOT, slot.id))
        have_told(uow, [token.id for token in waiting])

    @classmethod
    def sentence(cls, outcome: Outcome) -> str:
        """See `Action`."""
        assert outcome.token is not None
        carried = in_patients(sum(isinstance(event, TokenMoved) for event in outcome.events))
        verb = "was" if carried == in_patients(1) else "were"
        where = f"{outcome.token.doctor.name} {outcome.token.slot.expected_window}"
        moves = moves_in_words(outcome.events, outcome.directory)
        return "; ".join([f"{carried} {verb} carried over to {where}", *moves])

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return {"slot": slot_json(outcome.token.slot)} if outcome.token else {}


def seats_in_words(carried: int, waiting: Sequence[str]) -> str:
    """Return how many of those who are carried over have a seat, and who waits, as a sentence."""
    seated = carried - len(waiting)
    if carried == 1:
        return f"The patient {'has a seat' if seated else 'waits'} there."
    if seated in (0, carried):
        return f"{'Both' if carried == 2 else f'All {carried}'} {'have a seat' if seated else 'wait'} there."
    waits = f"{in_words(waiting)} {'waits' if len(waiting) == 1 else 'wait'}"
    return f"{seated} of {carried} {'has' if seated == 1 else 'have'} a seat there; {waits}."


def next_open_slot(doctor: Doctor, slot: Slot, slots: Iterable[Slot]) -> Slot:
    """Return the doctor's next slot of the day that is not closed; raise NoLaterSlot, and say what there is."""
    later = [other for other in slots if other.start > slot.start]
    if found := next((other for other in later if not other.closed_at), None):
        return found
    if later:
        windows, are = " and ".join(other.window for other in later), "is" if len(later) == 1 else "are"
        raise NoLaterSlot(f"{doctor.name} has later only {windows}, which {are} closed. Reopen one.")
    raise NoLaterSlot(f"{doctor.name} has no slot after {write_end(slot.end)} on {slot.date:%d %b %Y}. Open one first.")
