"""The dialogs that show something: a patient's details, the settings, the palette; and forms that keep their height."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from opd_tui.clock import FixedClock
from opd_tui.config.reading import read_settings
from opd_tui.desk.actions import CancelToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.views import QueueRow
from opd_tui.tui.app import OpdApp
from opd_tui.tui.settings.preferences import Preferences
from opd_tui.tui.settings.sections import settings_sections
from tests.support.helpers import issue, token_of
from tests.support.pilot import NARROW, WIDE, OpenDesk, Receptionist, at_the_counter, doctor_with_slots, full_slot

PHONE = "98765 43210"


def details_known(desk: FrontDesk) -> int:
    """Om, of whom everything is known, waits behind Asha, of whom only the name is."""
    slot = doctor_with_slots(desk, capacity=1, specialty="ENT", room="4A")[0]
    issue(desk, slot, "Asha Verma")
    known = {"name": "Om [/b]", "phone": PHONE, "uhid": "H-17", "birth_year": 1971, "sex": "male"}
    return token_of(issue(desk, slot, known, "WALKIN"))


@pytest.mark.fast_cases(1)
@pytest.mark.parametrize("keys", [("enter", "end"), ("2",)], ids=["queue", "waitlist"])
async def test_one_key_shows_a_patients_details(desk: FrontDesk, open_desk: OpenDesk, keys: tuple[str, ...]) -> None:
    details_known(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press(*keys)
        await meera.settle()
        await meera.press("v")
        await meera.sees("A-002 Om [/b]")
        for words in (
            "Name Om [/b]",
            f"Phone {PHONE}",
            "Hospital number H-17",
            "Born 1971",
            "Sex male",
            "Number A-002",
            "Source Walk-in",
            "Status ○ here, number 1 in line",
            "Slot 09:00–10:00, Sun 22 Nov 2026",
            "Doctor A · Dr A · ENT · room 4A",
            "Issued at 09:00",
            "Waiting since 09:00 (0 min)",
        ):
            await meera.sees(words, within=".dialog")
        await meera.press("v")
        await meera.settle()
        assert meera.dialogs == 0
        assert PHONE not in meera.text


async def test_nobody_has_waited_since_a_time_that_is_to_come(
    desk: FrontDesk, open_desk: OpenDesk, clock: FixedClock
) -> None:
    clock.instant -= dt.timedelta(minutes=31)
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("2", "v")
        await meera.sees("Waits from 09:00, when the slot begins", within=".dialog")
        assert "Waiting since" not in meera.text
        await meera.press("escape")
        await meera.time_passes(clock, minutes=40)
        await meera.press("v")
        await meera.sees("Waiting since 09:00 (9 min)", within=".dialog")


async def test_details_say_what_is_not_known_and_need_a_chosen_token(desk: FrontDesk, open_desk: OpenDesk) -> None:
    details_known(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("v")
        await meera.hears("Choose a token first (Enter).")
        await meera.press("enter", "v")
        await meera.sees("Phone not known", "How long nobody ahead; about 09:00–09:05", within=".dialog")
        assert "Waiting since" not in meera.text
        assert "Sex" not in meera.text


@pytest.mark.slow
async def test_details_are_hidden_with_the_names(desk: FrontDesk, open_desk: OpenDesk) -> None:
    details_known(desk)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.press("2")
        await meera.settle()
        await meera.press("v")
        await meera.sees(PHONE, within=".dialog")
        await meera.press("ctrl+l")
        await meera.sees("Names are hidden.")
        await meera.no_longer_sees(PHONE)
        await meera.press("space")
        await meera.sees(PHONE, within=".dialog")


async def test_details_of_a_closed_token_say_so(desk: FrontDesk, open_desk: OpenDesk) -> None:
    desk.perform(CancelToken(token=details_known(desk)))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "end", "v")
        await meera.sees("Status ✗ cancelled Slot", within=".dialog")


@pytest.mark.parametrize("key", ["c", "f2"])
@pytest.mark.fast_cases(1)
async def test_a_key_on_a_card_whose_row_is_gone_acts_on_no_other_row(
    desk: FrontDesk, open_desk: OpenDesk, key: str
) -> None:
    token = details_known(desk)
    (slot,) = {record.slot.id for record in desk.token_list()}
    issue(desk, slot, "Diya Joseph", "WALKIN")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("2")
        await meera.settle()
        await meera.press("v")
        await meera.sees("A-002 Om [/b]", within=".dialog")
        open_desk("tom", "desk 2").perform(CancelToken(token=token))
        await meera.until(
            lambda: "Om [/b]" not in [row.record.token.patient.name for row in waiting(meera)], "the news"
        )
        await meera.press(key)
        await meera.hears("A-002 Om [/b] is no longer in this list.")
        assert (meera.dialogs, len(waiting(meera))) == (0, 1)


def waiting(meera: Receptionist) -> tuple[QueueRow, ...]:
    """The rows of the waitlist."""
    rows = meera.app.screen_stack[0].query_one("#waiting").items
    return tuple(row for row in rows if isinstance(row, QueueRow))


# Settings


@pytest.mark.slow
async def test_the_settings_are_in_three_aligned_columns(desk: FrontDesk) -> None:
    async with at_the_counter(OpdApp(lambda: desk), (120, 60)) as meera:
        await meera.press("f9")
        await meera.sees("Options", within=".help")
        head = meera.line_with("SETTING", ".help")
        starts = [head.index(word) for word in ("SETTING", "VALUE", "FROM")]
        for id, value in (("idle_minutes", "5"), ("backups_kept", "14"), ("theme", '"textual-dark"')):
            line = meera.line_with(id, ".help")
            assert [line.index(text) for text in (id, f" {value}", "default")] == [starts[0], starts[1] - 1, starts[2]]


def test_a_setting_says_where_its_value_comes_from(tmp_path: Path) -> None:
    path = tmp_path / "config" / "opd-tui" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text('hospital = "City"\nbackups_kept = 0\ndesk = "1"\n')
    file = read_settings()
    preferences = Preferences(file, given={"desk": "9"}, problems=file.problems)
    origins = {id: (value, origin) for id, value, origin in dict(settings_sections(preferences))["Options"][1:]}
    assert origins["hospital"] == ('"City"', "settings file, line 1")
    assert origins["backups_kept"] == ("14", "default")
    assert origins["desk"] == ('"9"', "command line or environment")
    assert origins["theme"][1] == "default"


# The palette


async def test_every_entry_of_the_palette_has_one_line(desk: FrontDesk, open_desk: OpenDesk) -> None:
    details_known(desk)
    async with at_the_counter(OpdApp(open_desk), NARROW) as meera:
        await meera.press("ctrl+p")
        await meera.sees("Issue a token for the chosen slot", within="CommandList")
        lines = meera.lines("CommandList")
        (new,) = [line for line in lines if "Issue a token" in line]
        assert new.split() == ["New", *["Issue", "a", "token", "for", "the", "chosen", "slot"], "n"]
        assert [line for line in lines if "Cancel" in line and line.endswith(" c")], "the key is at the right"
        assert len({len(line) for line in lines if line.strip()}) <= 2, "the keys end in one column"


# Forms


@pytest.mark.slow
@pytest.mark.fast_cases(1)
@pytest.mark.parametrize("key", ["a", "s"])
async def test_a_form_keeps_its_height_when_errors_come_and_go(desk: FrontDesk, open_desk: OpenDesk, key: str) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("3", key)
        await meera.until(lambda: meera.dialogs == 1, "the form")
        form = meera.app.screen.query_one(".form")
        before = form.region
        first = meera.app.screen.query("Input").first()
        first.focus()
        await meera.press("end", "ctrl+u", "enter")
        await meera.sees("Please fill this in", within=".form")
        assert form.region == before
        await meera.type("x")
        await meera.press("enter", "end")
        assert form.region == before
