"""The screens on a server: a morning's work, and a server that goes away under them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opd_tui.desk import front_desk
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from tests.support.helpers import issue, people, statuses
from tests.support.pilot import WIDE, OpenDesk, at_the_counter, full_slot
from tests.support.proxy import Fault, Proxy
from tests.support.stores import PostgresStore

if TYPE_CHECKING:
    from tests.support.server import Server


@pytest.fixture
def store_kind() -> str:
    return "breakable"


async def test_a_token_is_issued_displaces_and_is_cancelled_as_on_a_file(open_desk: OpenDesk, desk: FrontDesk) -> None:
    slot = full_slot(desk)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.sees("2/2", within="#slots")
        await meera.press("e", *"Imran", "enter")
        await meera.asks("Ravi Kumar")
        await meera.press("y")
        await meera.hears("Emergency A-003 Imran took the seat of A-002 Ravi Kumar")
        await meera.sees("Imran", "displaced", within="#queue")
        await meera.panel_closes()
        meera.takes_a_moment()
        await meera.press("enter", "c")
        await meera.asks("Imran", "Ravi Kumar")
        await meera.press("y")
        await meera.hears("A-003 Imran was cancelled; A-002 Ravi Kumar moves up")
        assert statuses(desk, slot) == {"A-001": "ACTIVE", "A-002": "ACTIVE", "A-003": "CANCELLED"}


@pytest.mark.slow
async def test_the_screen_stays_usable_while_the_server_is_away_and_goes_on_when_it_is_back(
    open_desk: OpenDesk, server: Server, store: PostgresStore
) -> None:
    other = open_desk(operator="ravi", desk="desk 2")
    full_slot(other)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        with server.stopped():
            await meera.sees("offline since 09:00", within="#top-bar")
            await meera.hears("The database server does not answer. Write on paper meanwhile")
            await meera.press("n", *"Imran", "enter")
            await meera.sees("does not answer", within="#new-token")
            assert "Imran" in meera.read("#patient"), "what was typed is still there"
        await meera.hears("The database is there again.")
        await meera.until(lambda: "offline" not in meera.read("#top-bar"), "the bar without a word of it")
        meera.takes_a_moment()
        await meera.press("enter")
        await meera.panel_closes()
        issue(other, 1, "Farah")
        await meera.sees("Imran", "Farah", within="#queue")
    assert people(store) == ["Asha Verma", "Ravi Kumar", "Imran", "Farah"]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("fault", "found"), [(Fault.ANSWER_CUT, "and it was done"), (Fault.REQUEST_CUT, "was not done; do it again")]
)
@pytest.mark.slow
async def test_the_person_is_told_what_became_of_an_action_whose_answer_was_lost(
    desk: FrontDesk,
    open_far_desk: OpenDesk,
    proxy: Proxy,
    store: PostgresStore,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
    found: str,
) -> None:
    monkeypatch.setattr(front_desk, "SECONDS_TO_COME_BACK", 0.0)
    monkeypatch.setattr("opd_tui.tui.shell.live.ASK_AGAIN_SECONDS", 0.05)
    full_slot(desk)
    async with at_the_counter(OpdApp(open_far_desk), WIDE) as meera:
        await meera.press("enter", "c")
        await meera.asks("Asha Verma")
        proxy.strike(fault, then_refuse=True)
        await meera.press("y")
        await meera.hears("this may have been done or not. Do not repeat it")
        proxy.refusing = False
        await meera.hears("The server is back", found)
    assert (statuses(desk)["A-001"] == "CANCELLED") is (fault is Fault.ANSWER_CUT)
    assert desk.verify().problems == []
