"""Undo on random days on which another desk, or forgetting, comes between the action and its undo."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from opd_tui.desk.actions import Undo
from opd_tui.desk.answers import accepted
from opd_tui.desk.outcome import Outcome
from opd_tui.domain import errors
from opd_tui.domain.events import Event, Subject
from tests.desk.test_rules import seated_from_scratch
from tests.support.memory import OPEN, Rows
from tests.support.random_day import RandomDay

REFUSED_WHEN = {
    errors.SlotHasOpenTokens: (Subject.SLOT,),
    errors.DoctorHasSlots: (Subject.DOCTOR,),
    errors.DoctorCodeTaken: (Subject.DOCTOR,),
    errors.SlotOverlap: (Subject.SLOT,),
    errors.SeatsInUse: (Subject.SLOT, Subject.TOKEN),
    **dict.fromkeys(
        (
            *(errors.RoomOccupied, errors.TokenInTheRoom, errors.PatientNotHere, errors.DuplicatePatient),
            *(errors.TokenAlreadyClosed, errors.CannotBeUndone),
        ),
        (Subject.TOKEN,),
    ),
}
"""What an action concerns whose undo is refused, besides what was changed since."""
BY_THE_RULE = {"to_tell_since", "status"}
"""What the one rule may have changed of any token."""


def done(day: RandomDay, desk: str, count: int, *without: str) -> list[Outcome]:
    """Let a desk try so many actions, and return what it did."""
    return [outcome for _, outcome in day.actions(count, *without, desks=[desk])]


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.fast_cases(2)
def test_with_another_desk_between_undo_sets_back_what_is_its_own_or_is_refused_with_the_reason(seed: int) -> None:
    day = RandomDay(seed)
    done(day, "desk 1", 60)
    for _ in range(40):
        before = day.rows.copy()
        own = done(day, "desk 1", 1, "undo", "redo", "forget_patient", "note_slip")
        if not own:
            continue
        between = done(day, "desk 2", day.dice.randint(1, 6), "forget_patient")  # undo passes that over
        then = day.rows.copy()
        day.desk.name = "desk 1"
        try:
            undone = day.desk.perform(Undo())
        except errors.DeskRefusal as refusal:
            assert day.rows.tables == then.tables
            was_changed(own[0], between, refusal)
            continue
        if accepted(undone)["undone"] == own[0].entry_id:
            stands_as_before(own[0], before, then, day.rows)
        for slot in day.rows.where(Subject.SLOT):
            tokens = day.rows.where(Subject.TOKEN, slot_id=slot["id"])
            seated = {token["id"] for token in tokens if token["status"] == "ACTIVE"}
            assert seated == seated_from_scratch(slot["capacity"], tokens)


def was_changed(own: Outcome, between: list[Outcome], refusal: errors.DeskRefusal) -> None:
    """A refusal names a change of the same rows since, or what concerns a row of that kind."""
    mine = {(event.subject, event.subject_id) for event in own.events}
    if isinstance(refusal, errors.ChangedSince):
        later = {(event.subject, event.subject_id) for outcome in between for event in outcome.events}
        assert mine & later, refusal.message
        assert "done at" in refusal.message, refusal.message
        assert "Undo that first." in refusal.message, refusal.message
    else:
        assert {subject for subject, _ in mine} & set(REFUSED_WHEN[type(refusal)]), refusal.message


def stands_as_before(own: Outcome, before: Rows, then: Rows, now: Rows) -> None:
    """What the action did itself stands as before it; what it did not is as it was, but for the rule."""
    mine = fields_of([event for event in own.events if not event.by_rule])
    for subject in Subject:
        for id_, row in now.tables[subject].items():
            fields = mine.get((subject, id_), set())
            if (subject, id_) in mine and id_ not in before.tables[subject]:
                assert subject is Subject.PATIENT or row.get("withdrawn_at") or row["status"] == "CANCELLED"
                continue
            earlier = before.tables[subject].get(id_, {})
            for name in fields - BY_THE_RULE if subject is not Subject.PATIENT else ():
                assert row.get(name) == earlier.get(name), (own.entry.action, subject, id_, name)
            if "status" in fields:
                was, is_ = earlier["status"], row["status"]
                assert was == is_ or {was, is_} <= OPEN, (own.entry.action, id_, was, is_)
            if subject is Subject.TOKEN and id_ not in {token for kind, token in mine if kind is Subject.TOKEN}:
                same = {name: value for name, value in row.items() if name not in BY_THE_RULE}
                assert same == {k: v for k, v in then.tables[subject][id_].items() if k not in BY_THE_RULE}


def fields_of(events: list[Event]) -> dict[tuple[Subject, int], set[str]]:
    """The names of the fields that events set, by row."""
    fields: dict[tuple[Subject, int], set[str]] = {}
    for event in events:
        names: Any = event.before or {}
        fields.setdefault((event.subject, event.subject_id), set()).update(names)
    return fields


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.fast_cases(2)
def test_undoing_a_day_but_what_was_forgotten_leaves_nobody_and_nothing(seed: int) -> None:
    day = RandomDay(seed)
    done(day, "desk 1", 200)
    with suppress(errors.NothingToUndo):
        while True:
            day.desk.perform(Undo())
    assert day.rows.open_tokens() == day.rows.where(Subject.SLOT, withdrawn_at=None) == []
    assert day.rows.where(Subject.DOCTOR, withdrawn_at=None) == []
