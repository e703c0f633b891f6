"""The patient is here: known by a time of its own, whatever becomes of the seat."""

from __future__ import annotations

import datetime as dt

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import CallNext, CancelToken, CheckInToken, OpenSlot
from opd_tui.desk.answers import accepted
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.errors import AlreadyCheckedIn, TokenAlreadyClosed, UnknownToken
from tests.support.helpers import ACTIVE, CANCELLED, WAITING, issue, token_of
from tests.support.stores import always_on_every_store


def here(desk: FrontDesk) -> dict[str, bool]:
    """Who is here, by number."""
    return {record.token.number: record.token.checked_in_at is not None for record in desk.token_list()}


@always_on_every_store
def test_a_check_in_changes_no_status_and_keeps_its_time(filled: FrontDesk, clock: FixedClock) -> None:
    clock.instant += dt.timedelta(minutes=5)
    answer = accepted(filled.perform(CheckInToken(token=ACTIVE)))
    assert answer["changes"] == [
        {
            "token": 1,
            "number": "A-001",
            "from": "ACTIVE",
            "to": "ACTIVE",
            "reason": "checked_in",
            "because_of": None,
        }
    ]
    assert here(filled) == {"A-001": True, "A-002": False, "A-003": False, "A-004": False}
    (token,) = [record.token for record in filled.token_list() if record.token.id == ACTIVE]
    assert token.checked_in_at == clock.instant
    assert filled.activity(1)[0].sentence == "A-001 Asha Kumar is here"
    assert filled.verify().problems == []


@always_on_every_store
def test_it_survives_the_loss_of_the_seat_and_the_way_back(filled: FrontDesk) -> None:
    filled.perform(CheckInToken(token=2))
    emergency = issue(filled, 1, "Imran", "EMERGENCY")
    assert here(filled)["A-002"]
    filled.perform(CancelToken(token=token_of(emergency)))
    assert here(filled)["A-002"]
    assert filled.activity(3)[2].sentence == "A-002 Ravi Kumar is here", "it stays as it was said"
    assert filled.verify().problems == []


def test_who_comes_to_the_desk_for_the_token_is_here_at_once(filled: FrontDesk) -> None:
    sources = {source: issue(filled, 2, f"A {source}", source) for source in ("WALKIN", "EMERGENCY", "PAID", "ONLINE")}
    tokens = {record.token.id: record.token.checked_in_at for record in filled.token_list(2)}
    found = {source: tokens[token_of(outcome)] is not None for source, outcome in sources.items()}
    assert found == {"WALKIN": True, "EMERGENCY": True, "PAID": False, "ONLINE": False}
    assert [change.reason for change in sources["WALKIN"].changes] == ["issued", "allocated"]


@pytest.mark.parametrize(("day", "at", "is_here"), [
    (21, None, True),  # paper is entered late
    (22, None, True),
    (23, None, False),
    (22, "2026-11-21T23:59", False),
    (22, "2026-11-22T00:00", True),
])  # fmt: skip
def test_nobody_is_here_for_a_day_that_has_not_come(
    filled: FrontDesk, clock: FixedClock, day: int, at: str | None, is_here: bool
) -> None:
    window = {"doctor": 1, "date": f"2026-11-{day}", "start": "12:00", "end": "13:00", "capacity": 3}
    slot = filled.perform(OpenSlot(**window)).slots[0].id
    given = {} if at is None else {"at": at}
    tokens = [token_of(issue(filled, slot, f"A {source}", source, **given)) for source in ("WALKIN", "EMERGENCY")]
    found = {record.token.id: record.token.checked_in_at is not None for record in filled.token_list(slot)}
    assert found == dict.fromkeys(tokens, is_here)
    if not is_here and day > 22:
        clock.instant += dt.timedelta(days=1)
        filled.perform(CheckInToken(token=tokens[0]))
        assert filled.perform(CallNext(doctor=1, date=window["date"])).token is not None
    assert filled.verify().problems == []


def test_twice_or_when_it_is_closed_it_is_refused(filled: FrontDesk) -> None:
    filled.perform(CheckInToken(token=WAITING))
    with pytest.raises(AlreadyCheckedIn, match="A-003 Sunita Kumar was checked in already at 09:00"):
        filled.perform(CheckInToken(token=WAITING))
    with pytest.raises(TokenAlreadyClosed):
        filled.perform(CheckInToken(token=CANCELLED))
    with pytest.raises(UnknownToken):
        filled.perform(CheckInToken(token=99))
