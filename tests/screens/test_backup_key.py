"""Backups and forgetting, asked for at the screens."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import CompleteToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.storage.files.backup_store import Kind, folder_of, store_of
from opd_tui.tui.app import OpdApp
from opd_tui.tui.demo_app import DemoApp
from opd_tui.tui.keys.commands import Need
from opd_tui.tui.shell import backups
from tests.support.helpers import issue, statuses, token_of
from tests.support.pilot import (
    PATIENCE_SECONDS,
    WIDE,
    OpenDesk,
    Receptionist,
    at_the_counter,
    doctor_with_slots,
    full_slot,
)


def with_backups(open_desk: OpenDesk, path: Path) -> OpdApp:
    """The app as it runs on the user's own database."""
    app = OpdApp(open_desk)
    app.backups.database = str(path)
    return app


def kinds(path: Path) -> list[Kind]:
    return [backup.kind for backup in store_of(path).backups()]


@pytest.mark.slow
async def test_the_days_backup_is_made_behind_the_board_and_is_no_news(
    open_desk: OpenDesk, desk: FrontDesk, database_path: Path
) -> None:
    full_slot(desk)
    async with at_the_counter(with_backups(open_desk, database_path)) as meera:
        await meera.until(lambda: kinds(database_path) == [Kind.DAILY], "the day's backup")
        await meera.settle()
        assert meera.messages == []


async def test_after_midnight_the_next_one_is_made(
    open_desk: OpenDesk, desk: FrontDesk, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []

    def remember(database: str, *arguments: str, show: object) -> dict[str, object]:
        asked.append((database, *arguments))
        return {"ok": True, "path": None}

    monkeypatch.setattr(backups, "backed_up", remember)
    async with at_the_counter(with_backups(open_desk, Path("x"))) as meera:
        await meera.until(lambda: asked, "the day's backup")
        clock.instant = clock.instant.replace(day=23)
        meera.app.tick()
        meera.app.tick()
        await meera.until(lambda: len(asked) == 2, "the next day's backup")
        assert asked == [("x", "--daily")] * 2


async def test_a_key_makes_a_backup_and_says_where(open_desk: OpenDesk, desk: FrontDesk, database_path: Path) -> None:
    full_slot(desk)
    async with at_the_counter(with_backups(open_desk, database_path), WIDE) as meera:
        await meera.press("f8")
        await meera.hears("Backed up and verified:", "-manual.db")
    assert Kind.MANUAL in kinds(database_path)


async def test_the_message_line_says_how_far_a_backup_is(open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    may_go_on, may_end = threading.Event(), threading.Event()

    def slowly(_database: str, *arguments: str, show: backups.Show | None) -> dict[str, object]:
        if show is not None:
            show("copying", 42)
            assert may_go_on.wait(PATIENCE_SECONDS)
            show("verifying", 7)
            assert may_end.wait(PATIENCE_SECONDS)
        return {"ok": True, "path": "/backups/x.db"}

    monkeypatch.setattr(backups, "backed_up", slowly)
    async with at_the_counter(with_backups(open_desk, Path("x"))) as meera:
        await meera.press("f8")
        await meera.sees("Backing up: copying, 42%")
        await meera.press("x")
        await meera.until(lambda: meera.app.message.sentence.startswith("! "), "a refusal is not hidden by progress")
        may_go_on.set()
        await meera.press("down")
        await meera.sees("Backing up: verifying, 7%")
        may_end.set()
        await meera.sees("Backed up and verified: /backups/x.db")


async def test_the_backup_itself_tells_how_far_it_is(desk: FrontDesk, database_path: Path) -> None:
    full_slot(desk)
    told: list[tuple[str, int]] = []
    answer = backups.backed_up(str(database_path), show=lambda step, per_cent: told.append((step, per_cent)))
    assert answer["ok"]
    assert [step for step, _ in told] == sorted(step for step, _ in told)
    assert {step for step, _ in told} == {"copying", "verifying"}


@pytest.mark.slow
async def test_a_backup_that_fails_is_told_and_the_desk_goes_on(
    open_desk: OpenDesk, desk: FrontDesk, database_path: Path
) -> None:
    full_slot(desk)
    folder_of(database_path).write_text("in the way")
    async with at_the_counter(with_backups(open_desk, database_path), WIDE) as meera:
        await meera.hears("No backup was made:", "cannot be written: File exists.")
        await meera.press("n", *"Imran", "enter")
        await meera.panel_closes()
    assert len(statuses(desk)) == 3


async def test_where_no_backup_can_be_begun_it_is_told(
    open_desk: OpenDesk, desk: FrontDesk, database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    async with at_the_counter(with_backups(open_desk, database_path), WIDE) as meera:
        await meera.hears("No backup was made:", "No such file")


async def test_the_demo_backs_nothing_up(tmp_path: Path) -> None:
    async with at_the_counter(DemoApp(playing=False)) as meera:
        await meera.press("f8")
        await meera.hears("Nothing is backed up here")
    assert list(tmp_path.rglob("*backups*")) == []


@pytest.fixture
def seen_to(desk: FrontDesk) -> FrontDesk:
    """Asha Verma was seen; Ravi Kumar is still to be."""
    full_slot(desk)
    desk.perform(CompleteToken(token=1))
    return desk


async def choose(meera: Receptionist, name: str) -> None:
    """Go to somebody's line in the queue."""
    await meera.press("enter")
    for _ in range(5):
        chosen = meera.app.screen.chosen(Need.TOKEN)  # type: ignore[attr-defined]
        if chosen and chosen.name == name:
            return
        await meera.press("down")
    raise AssertionError(f"{name} is not in the queue")


async def test_a_patient_who_was_seen_is_forgotten_after_a_question(
    open_desk: OpenDesk, seen_to: FrontDesk, database_path: Path
) -> None:
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        meera.app.notices.say("A-001 Asha Verma is done.")
        await choose(meera, "Asha Verma")
        await meera.press("delete")
        await meera.asks("Forget Asha Verma for good, in 1 visit?", "opd-tui forget --help")
        await meera.press("enter")
        assert seen_to.token_list()[0].token.patient.name != "(forgotten)"
        meera.takes_a_moment()
        await meera.press("delete")
        await meera.asks("Forget Asha Verma")
        await meera.press("y")
        await meera.sees("(forgotten)", within="#queue")
        await meera.sees("A patient was forgotten, in 1 visit", within="#activity")
        await meera.hears("A patient was forgotten, in 1 visit")
        await meera.no_longer_sees("Asha")
        await meera.press("f7")
        await meera.sees("A patient was forgotten", within=".messages")
        await meera.no_longer_sees("Asha")
    assert b"Asha Verma" not in database_path.read_bytes()


async def test_the_question_names_everybody_who_would_be_forgotten(open_desk: OpenDesk, desk: FrontDesk) -> None:
    slot = doctor_with_slots(desk)[0]
    for name, phone in (("Asha Verma", "90000 00001"), ("Meera Nair", "90000 00002")):
        token = token_of(issue(desk, slot, {"name": name, "phone": phone, "uhid": "MRN 17"}))
        desk.perform(CompleteToken(token=token))
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await choose(meera, "Asha Verma")
        await meera.press("delete")
        await meera.asks("Forget Asha Verma for good, in 2 visits?", "This includes Meera Nair.", "is it one person?")
        await meera.press("y")
        await meera.sees("A patient was forgotten, in 2 visits", within="#activity")


async def test_who_is_still_to_be_seen_is_not_forgotten(open_desk: OpenDesk, seen_to: FrontDesk) -> None:
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await choose(meera, "Ravi Kumar")
        await meera.press("delete")
        await meera.hears("A-002 Ravi Kumar is still seated", "Cancel or complete that token first.")
        assert meera.question == ""


@pytest.mark.slow
async def test_the_palette_has_both(open_desk: OpenDesk, seen_to: FrontDesk) -> None:
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.press("ctrl+p")
        await meera.type("forget")
        await meera.sees("Forget a patient Forget the patient of a closed token Del")
        await meera.press("escape", "ctrl+p")
        await meera.type("back up")
        await meera.sees("Back up the database now, and verify the copy F8")
