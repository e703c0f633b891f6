"""Writes the busy day: each thing that happens becomes a step of the script, and moves its patients in the clinic."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Iterable
from typing import Any

from opd_tui.demo.clinic import TODAY, Doctor, Visit, Window, doctors, time_of
from opd_tui.demo.people import People
from opd_tui.demo.script import Step, entry_ref, scripted
from opd_tui.desk.actions import (
    Action,
    CallNext,
    CallToken,
    CancelToken,
    CarryOver,
    ChangeSource,
    CheckInToken,
    CompleteAndCallNext,
    CompleteToken,
    DelayDoctor,
    DoctorLeaves,
    HoldToken,
    IssueToken,
    MarkNoShow,
    MoveToken,
    Redo,
    ReinstateToken,
    ReleaseToken,
    ResizeSlot,
    ReturnToken,
    TellPatient,
    Undo,
)
from opd_tui.domain.events.tokens import HERE_AT_ISSUE
from opd_tui.domain.model import EmergencyReason, HoldReason, Source

A_SECOND = 1 / 60


class DayBook:
    """The steps of the day so far, what is still to come, and the clinic as it stands then."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.people = People(self.dice)
        self.doctors = {doctor.code: doctor for doctor in doctors()}
        self.steps: list[Step] = []
        self.now = 0.0
        """The time in minutes after midnight."""
        self._to_come: list[tuple[float, int, Callable[[], object]]] = []
        self._order = itertools.count()
        self._names = itertools.count(1)
        self._caption = ""

    # Time

    def later(self, minute: float, what: Callable[[], object]) -> None:
        """Let something happen at a time of the day."""
        heapq.heappush(self._to_come, (minute, next(self._order), what))

    def soon(self, minutes: float, what: Callable[[], object]) -> None:
        """Let something happen in so many minutes."""
        self.later(self.now + minutes, what)

    def run(self) -> None:
        """Let everything happen that is still to come."""
        while self._to_come:
            minute, _, what = heapq.heappop(self._to_come)
            self.now = max(self.now, minute)
            what()

    def say(self, caption: str) -> None:
        """Give the next step a caption, or make a step that has nothing else if one is there already."""
        if self._caption:
            self.note()
        self._caption = caption

    def note(self) -> None:
        """Write down the caption as a step of its own."""
        self.steps.append(Step(time_of(self.now), self._caption, ()))
        self._caption = ""
        self.now += A_SECOND

    def do(self, action: type[Action], makes: str = "", /, **fields: Any) -> None:
        """Write down an action; each has a second of its own."""
        self.steps.append(Step(time_of(self.now), self._caption, (scripted(action, makes, **fields),)))
        self._caption = ""
        self.now += A_SECOND

    def name(self, what: str) -> str:
        """Return a new name for something that the script refers to later."""
        return f"{what} {next(self._names)}"

    # Tokens

    def issue(self, visit: Visit) -> None:
        """Issue a token."""
        self.do(IssueToken, visit.name, slot=visit.window.ref, patient=visit.patient, source=visit.source)
        visit.since, visit.here = self.now, visit.source in HERE_AT_ISSUE
        visit.window.visits.append(visit)
        visit.window.settle()

    def visit(self, window: Window, source: Source, comes: float | None = None) -> Visit:
        """Return a visit of a new patient, without a token yet."""
        doctor = window.doctor
        patient = self.people.somebody(doctor.born, doctor.patients_sex)
        return Visit(self.name("token"), patient, source, window, comes=comes)

    def check_in(self, visit: Visit) -> None:
        """Check in a patient."""
        self.do(CheckInToken, token=visit.ref)
        visit.here = True

    def hold(self, visit: Visit, reason: HoldReason) -> None:
        """Put a token on hold."""
        self.do(HoldToken, token=visit.ref, reason=reason)
        visit.held = True

    def release(self, visit: Visit) -> None:
        """Release a token that is on hold."""
        if visit.held and visit.open:
            self.do(ReleaseToken, token=visit.ref)
            visit.held = False

    def tell(self, visit: Visit) -> None:
        """Note that a patient was told."""
        if visit.to_tell:
            self.do(TellPatient, token=visit.ref)
            visit.to_tell = False

    def change_source(self, visit: Visit, source: Source, makes: str = "") -> None:
        """Give a token another source."""
        reason = {"reason": EmergencyReason.WORSE} if source is Source.EMERGENCY else {}
        self.do(ChangeSource, makes, token=visit.ref, source=source, **reason)
        self.rank_as(visit, source)

    def rank_as(self, visit: Visit, source: Source) -> None:
        """Rank a token by another source."""
        visit.source = source
        visit.window.settle()

    def cancel(self, visit: Visit, makes: str = "") -> None:
        """Cancel a token."""
        self.do(CancelToken, makes, token=visit.ref)
        self.close(visit)

    def no_show(self, visit: Visit) -> None:
        """Mark a no-show."""
        self.do(MarkNoShow, token=visit.ref)
        self.close(visit)

    def close(self, visit: Visit) -> None:
        """Take a closed token out of its slot."""
        visit.window.visits.remove(visit)
        visit.open = visit.inside = visit.held = False
        visit.window.settle()

    def open_again(self, visit: Visit) -> None:
        """Put a closed token back into its slot."""
        visit.open = True
        visit.window.visits.append(visit)
        visit.window.settle()

    def reinstate(self, visit: Visit) -> None:
        """Open a closed token again, in its old place."""
        self.do(ReinstateToken, token=visit.ref)
        self.open_again(visit)

    def undo(self, made: str) -> None:
        """Undo an action by the name that it was given."""
        self.do(Undo, entry=entry_ref(made))

    def redo(self, made: str) -> None:
        """Do an undone action again."""
        self.do(Redo, entry=entry_ref(made))

    def move(self, visit: Visit, window: Window) -> None:
        """Move a token; with another doctor or day it gets a new number, and keeps its name here."""
        self.do(MoveToken, token=visit.ref, slot=window.ref)
        visit.since = self.now
        self.put(visit, window)

    def put(self, visit: Visit, window: Window) -> None:
        """Put a token into another slot, and have its patient told."""
        before = visit.window
        if (before.doctor, before.date) != (window.doctor, window.date):
            visit.held = False
        visit.here &= before.date == window.date
        before.visits.remove(visit)
        visit.window = window
        window.visits.append(visit)
        window.settle()
        before.settle()
        visit.to_tell = True

    # Slots and doctors

    def resize(self, window: Window, capacity: int) -> None:
        """Give a slot more or fewer seats."""
        self.do(ResizeSlot, slot=window.ref, capacity=capacity)
        window.capacity = capacity
        window.settle()

    def carry_over(self, window: Window, following: Window) -> None:
        """Carry over who waits in a slot to the doctor's next open one."""
        self.do(CarryOver, slot=window.ref)
        for visit in window.waiting():
            self.put(visit, following)

    def delay(self, doctor: Doctor, minutes: int) -> list[Visit]:
        """Delay a doctor's day, and return whom to tell."""
        self.do(DelayDoctor, doctor=doctor.ref, date=TODAY, minutes=minutes)
        told = []
        for window in doctor.today:
            window.delay = minutes
            for visit in window.visits:
                visit.to_tell |= not visit.inside
                told.append(visit)
        return told

    def leave(self, doctor: Doctor, since: float, goes: Callable[[Visit], Window | None]) -> None:
        """Let a doctor leave; `goes` says to which slot each patient is moved, or None to cancel."""
        windows = [window for window in doctor.today if window.end > since]
        standing = [visit for window in windows for visit in window.visits if not visit.inside]
        plan = [(visit, goes(visit)) for visit in sorted(standing, key=lambda visit: visit.rank)]
        lines = [{"token": v.ref, "slot": w.ref} if w else {"token": v.ref, "cancel": True} for v, w in plan]
        self.do(DoctorLeaves, doctor=doctor.ref, date=TODAY, from_=time_of(since), plan=lines)
        doctor.has_left = True
        for window in windows:
            window.is_closed = True
        for visit, place in plan:
            self.close(visit) if place is None else self.put(visit, place)

    # The room

    def enter(self, visit: Visit) -> None:
        """Let a patient into the room, and forget who was passed over."""
        for window in visit.window.doctor.today:
            for other in window.visits:
                other.sent_back = float("-inf")
        visit.inside, visit.held = True, False
        visit.window.settle()

    def call_next(self, visit: Visit) -> None:
        """Call the doctor's next patient into an empty room."""
        self.do(CallNext, doctor=visit.window.doctor.ref)
        self.enter(visit)

    def call(self, visit: Visit) -> None:
        """Call a patient out of turn."""
        self.do(CallToken, token=visit.ref)
        self.enter(visit)

    def done(self, visit: Visit) -> None:
        """End a consultation."""
        self.do(CompleteToken, token=visit.ref)
        self.complete(visit)

    def done_and_next(self, inside: Visit, following: Visit) -> None:
        """End a consultation and call the next patient."""
        self.do(CompleteAndCallNext, doctor=inside.window.doctor.ref)
        self.complete(inside)
        self.enter(following)

    def complete(self, visit: Visit) -> None:
        """Take a patient who was seen out of the slot, whose seat is used up."""
        visit.window.completed += 1
        self.close(visit)

    def send_back(self, visit: Visit) -> None:
        """Send a patient who is not at the door back to the queue."""
        self.do(ReturnToken, token=visit.ref)
        visit.inside, visit.sent_back = False, self.now
        visit.window.settle()

    # Looking about

    def visits_of(self, doctors: Iterable[Doctor]) -> list[Visit]:
        """Return today's open tokens of doctors, the earliest first."""
        found = [visit for doctor in doctors for window in doctor.today for visit in window.visits]
        return sorted(found, key=lambda visit: visit.since)
