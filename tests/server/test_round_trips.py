"""How often an action waits for the server: a desk far away from it pays for each round trip."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opd_tui.desk.actions import Action, CancelToken, CheckInToken, CompleteToken, IssueToken
from opd_tui.desk.front_desk import FrontDesk
from tests.support.helpers import ACTIVE, WAITING
from tests.support.pilot import OpenDesk
from tests.support.proxy import Proxy


@pytest.fixture
def store_kind() -> str:
    return "postgresql"


@pytest.fixture
def count(filled: FrontDesk, open_far_desk: OpenDesk, proxy: Proxy) -> Callable[[Callable[[FrontDesk], object]], int]:
    """Counts the round trips of what a desk does, whose connection is open and whose statements are new to it."""
    far = open_far_desk()
    far.board(far.today())

    def counted(do: Callable[[FrontDesk], object]) -> int:
        before = proxy.round_trips
        do(far)
        return proxy.round_trips - before

    return counted


def issued(slot: int, patient: object, source: str = "PAID", key: str | None = None) -> IssueToken:
    return IssueToken(slot=slot, patient=patient, source=source, key=key)


IMRAN = {"name": "Imran Khan", "phone": "98989 89898", "uhid": "MRN 77"}
ASHA = {"name": "Asha Kumar", "phone": "98765 43210", "birth_year": 1980}
ACTIONS: dict[str, tuple[Action, int]] = {
    "somebody new": (issued(2, "Imran"), 5),
    "somebody new with numbers": (issued(2, IMRAN), 5),
    "somebody takes a seat": (issued(1, IMRAN, "EMERGENCY"), 5),
    "a key is looked up": (issued(1, IMRAN, key="k1"), 6),
    "somebody known": (issued(2, ASHA), 7),
    "somebody moves up": (CancelToken(token=ACTIVE), 5),
    "nobody moves up": (CancelToken(token=WAITING), 5),
    "the seat is used up": (CompleteToken(token=ACTIVE), 5),
    "the rule is not asked": (CheckInToken(token=ACTIVE), 4),
}


@pytest.mark.parametrize(("action", "round_trips"), ACTIONS.values(), ids=ACTIONS)
def test_an_action_waits_for_the_server_a_few_times(
    count: Callable[[Callable[[FrontDesk], object]], int], filled: FrontDesk, action: Action, round_trips: int
) -> None:
    assert count(lambda far: far.perform(action)) == round_trips
    assert filled.verify().problems == []


def test_a_query_waits_for_its_answer_and_for_the_end_of_its_transaction(
    count: Callable[[Callable[[FrontDesk], object]], int],
) -> None:
    assert count(lambda far: far.board(far.today())) == 2
