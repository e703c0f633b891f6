"""Slips on the screens: shown by a key, printed by another or on issue, and never in anybody's way."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from opd_tui.config.options import Settings
from opd_tui.config.reading import SettingsFile
from opd_tui.desk.actions import CancelToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from opd_tui.tui.catalogue import preferences_from
from tests.support.helpers import issue, token_of
from tests.support.pilot import NARROW, OpenDesk, at_the_counter, doctor_with_slots


def app_with(open_desk: OpenDesk, **settings: object) -> OpdApp:
    """An app with these settings."""
    return OpdApp(open_desk, preferences_from(SettingsFile(settings=Settings(**settings))))  # type: ignore[arg-type]


async def test_a_key_shows_the_slip_of_a_row_and_of_a_card_without_a_printer(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    issue(desk, doctor_with_slots(desk)[0], "Om Prakash Das")
    async with at_the_counter(app_with(open_desk, slip_width=48), NARROW) as meera:
        for keys in (("enter", "f3"), ("enter", "f3")):
            await meera.press(*keys)
            await meera.sees("O. P. Das", within=".dialog")
            await meera.sees("no printer is set", within=".dialog")
            await meera.press("p")
            await meera.until(lambda: meera.dialogs == 1, "the slip alone")
            await meera.press("escape")
            await meera.until(lambda: meera.dialogs == 0, "the end of the slip")
        assert desk.slip(desk.token_list()[0].token.id).printed == 0


async def test_a_slip_is_printed_by_key_and_marked_the_second_time(
    desk: FrontDesk, open_desk: OpenDesk, tmp_path: Path
) -> None:
    file = tmp_path / "slips.txt"
    token = token_of(issue(desk, doctor_with_slots(desk)[0], "Om Das"))
    async with at_the_counter(app_with(open_desk, slip_printer=f"file:{file}")) as meera:
        meera.burst("enter", "f3", "p")
        await meera.hears("The slip of A-001 Om Das was printed.")
        await meera.press("f3")
        await meera.sees("REPRINT 1", within=".dialog")
        await meera.sees("p print again", within=".dialog")
        await meera.press("p")
        await meera.until(lambda: desk.slip(token).printed == 2, "the second slip")
        first, second, _ = file.read_text("utf-8").split("\f")
        assert ("REPRINT" in first, "REPRINT 1" in second) == (False, True)


async def test_slips_of_issued_tokens_are_printed_in_order_and_a_failure_undoes_nothing(
    desk: FrontDesk, open_desk: OpenDesk, tmp_path: Path
) -> None:
    doctor_with_slots(desk)
    file = tmp_path / "later" / "slips.txt"
    async with at_the_counter(app_with(open_desk, slip_printer=f"file:{file}", slip_on_issue=True)) as meera:
        meera.burst("n", *"Ila", "enter")
        await meera.hears("The slip of A-001 was not printed: ", "Press F3 on it to try again.")
        assert [record.token.number for record in desk.token_list()] == ["A-001"]
        file.parent.mkdir()
        meera.burst("n", *"Om", "enter")
        await meera.until(lambda: len(desk.token_list()) == 2, "the second token")
        meera.burst("n", *"Uma", "enter")
        await meera.until(lambda: file.exists() and file.read_text("utf-8").count("\f") == 2, "two slips")
        numbers = [line.strip() for line in file.read_text("utf-8").splitlines() if line.strip().startswith("A-")]
        assert numbers == ["A-002", "A-003"]
        assert not [said for said in meera.messages if "was printed" in said]


async def test_the_desk_goes_on_while_a_printer_hangs(desk: FrontDesk, open_desk: OpenDesk, tmp_path: Path) -> None:
    doctor_with_slots(desk)
    script = tmp_path / "hang.py"
    script.write_text(f"import time, pathlib; pathlib.Path({str(tmp_path / 'began')!r}).touch(); time.sleep(20)")
    printer = f"command:{sys.executable} {script}"
    async with at_the_counter(app_with(open_desk, slip_printer=printer, slip_on_issue=True)) as meera:
        meera.burst("n", *"Ila", "enter")
        await meera.until(lambda: (tmp_path / "began").exists(), "the printer")
        meera.burst("n", *"Om", "enter")
        await meera.until(lambda: len(desk.token_list()) == 2, "the second token")
        assert [desk.slip(record.token.id).printed for record in desk.token_list()] == [0, 0]


async def test_a_closed_token_has_no_slip(desk: FrontDesk, open_desk: OpenDesk) -> None:
    desk.perform(CancelToken(token=token_of(issue(desk, doctor_with_slots(desk)[0], "Om Das"))))
    async with at_the_counter(app_with(open_desk)) as meera:
        await meera.press("enter", "f3")
        await meera.hears("A-001 Om Das is cancelled, so there is no slip for it.")
        assert meera.dialogs == 0


# Settings


@pytest.mark.slow
async def test_only_those_who_may_sit_here_are_offered_and_taken(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)  # meera did it
    async with at_the_counter(app_with(open_desk, operators=("Sana Qureshi", "José Pinto"))) as meera:
        await meera.press("f6")
        await meera.sees("Sana Qureshi", within=".dialog")
        assert "\nmeera" not in meera.text
        await meera.type("Nobody")
        await meera.press("enter")
        await meera.sees("The settings do not list this name.", within=".dialog")
        await meera.press("escape", "f6")
        meera.burst(*"jose pinto", "enter")
        await meera.hears("José Pinto is at the desk now.")


@pytest.mark.slow
@pytest.mark.parametrize("defaults", [False, True], ids=["set", "not set"])
async def test_the_form_for_a_session_proposes_what_the_settings_say(
    desk: FrontDesk, open_desk: OpenDesk, defaults: bool
) -> None:
    doctor_with_slots(desk)
    own = {"session_start": "14:00", "session_end": "24:00", "slot_minutes": 20, "slot_seats": 4}
    async with at_the_counter(app_with(open_desk, **({} if defaults else own))) as meera:
        await meera.press("3", "s")
        expected = ("09:00", "13:00", "60", "10") if defaults else ("14:00", "24:00", "20", "4")
        for value in expected:
            await meera.sees(value, within=".form")
