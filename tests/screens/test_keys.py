"""Every key is printed where it works: footer, help, palette, empty states, and what an unknown key says."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from opd_tui.tui.board.screen import SlotBoardScreen
from opd_tui.tui.catalogue import EVERYWHERE
from opd_tui.tui.commands import MOVES
from opd_tui.tui.doctors.screen import DoctorsScreen
from opd_tui.tui.keys.commands import Command
from opd_tui.tui.screens.desk_screen import DeskScreen
from opd_tui.tui.waitlist.screen import WaitlistScreen
from opd_tui.tui.widgets.bars import CommandFooter, hint_of
from tests.support.helpers import add_doctor
from tests.support.pilot import WIDE, OpenDesk, Receptionist, at_the_counter, doctor_with_slots, full_slot

SOME_LINES = 80
"""Half the lines by which the help scrolls, and more."""
SCREENS = {"1": SlotBoardScreen, "2": WaitlistScreen, "3": DoctorsScreen}
PLACES = {
    "the grid": (),
    "the queue": ("enter",),
    "the panel": ("n",),
    "the panel's source": ("n", "tab"),
    "the waitlist": ("2",),
    "the filter": ("2", "/"),
    "a filtered waitlist": ("2", "/", "a", "enter"),
    "the doctors": ("3",),
}


def hints(receptionist: Receptionist) -> list[str]:
    """The hints of the footer's commands."""
    footer = receptionist.app.screen.query_one(CommandFooter)
    return [" ".join(hint_of(command)) for command in footer.commands if command.footer is not None]


async def test_the_footer_shows_only_whole_hints_in_80_columns(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=2)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for place, keys in PLACES.items():
            await meera.press(*keys)
            await meera.settle()
            (line,) = meera.lines("#footer")
            assert cell_len(line) <= 80, place
            shown = [hint for hint in hints(meera) if f" {hint}" in line]
            assert " " + "  ".join(shown) == line, place
            assert len(shown) >= 2, place
            await meera.press("escape", "escape", "1")


async def test_what_is_needed_most_is_in_the_footer_in_80_columns(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=2)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.sees("n New e Emergency space Done+next / Find u Undo", "? Help", within="#footer")
        await meera.press("enter")
        await meera.sees("n New i Here space Done+next c Cancel x No-show u Undo Esc Back ? Help", within="#footer")
        await meera.press("2")
        await meera.sees("n New e Emergency i Here c Cancel", "u Undo ? Help", within="#footer")


@pytest.mark.slow
async def test_the_footer_shows_every_hint_where_there_is_room(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=2)
    async with at_the_counter(OpdApp(open_desk), (240, 40)) as meera:
        for place, keys in PLACES.items():
            await meera.press(*keys)
            await meera.settle()
            (line,) = meera.lines("#footer")
            assert line == " " + "  ".join(hints(meera)), place
            await meera.press("escape", "escape", "1")


@pytest.mark.slow
@pytest.mark.slow
async def test_under_a_dialog_the_footer_has_no_key_that_would_do_nothing(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter")
        for key in ("ctrl+t", "f2", "c", "?"):
            await meera.press(key)
            await meera.until(lambda: meera.dialogs, "the dialog")
            assert meera.text.splitlines()[-1].strip() == "^q Quit"
            await meera.press("escape")
            await meera.sees("c Cancel", "Esc Back", within="#footer")


async def test_the_footer_follows_the_focus(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        assert "Enter Open" in meera.read("#footer")
        assert "c Cancel" not in meera.read("#footer")
        await meera.press("enter")
        await meera.sees("i Here space Done+next c Cancel", "Esc Back", within="#footer")
        assert "Enter Open" not in meera.read("#footer")
        await meera.press("n")
        await meera.sees("Enter Issue Tab Source Esc Close", within="#footer")
        await meera.press("tab")
        await meera.sees("← → Choose Enter Issue Tab Details Esc Close", within="#footer")
        await meera.press("tab")
        await meera.sees("Enter Issue Tab Next Esc Close", within="#footer")
        await meera.press("escape")
        await meera.sees("c Cancel", within="#footer")
        await meera.press("2", "/")
        await meera.sees("Enter To the list Esc Clear filter", within="#footer")


@pytest.mark.slow
async def test_help_lists_every_command_of_the_screen(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk), (120, 90)) as meera:
        for key, screen in SCREENS.items():
            await meera.press(key)
            await meera.settle()
            await meera.press("?")
            await meera.sees("On this screen", within=".help")
            commands: tuple[Command, ...] = (*screen.INTENTS, *EVERYWHERE)
            rows = [(command.key_label, command.help) for command in commands] + list(MOVES)
            for keys, meaning in rows:
                assert f"{keys} {meaning}" in meera.read(".help")
            await meera.press("escape")


@pytest.mark.slow
async def test_help_scrolls_where_it_is_longer_than_the_screen(desk: FrontDesk, open_desk: OpenDesk) -> None:
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("?")
        await meera.sees("On this screen", within=".help")
        assert EVERYWHERE[-1].help not in meera.read(".help")
        await meera.type_at_once(*["down", "j"] * SOME_LINES)
        await meera.sees(EVERYWHERE[-1].help, within=".help")
        await meera.type_at_once(*["up", "k"] * SOME_LINES)
        await meera.sees("On this screen", within=".help")


@pytest.mark.slow
async def test_help_is_left_by_the_keys_that_one_tries(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter")
        for key in ("escape", "enter", "?", "q"):
            await meera.press("?")
            await meera.sees("On this screen", within=".help")
            await meera.press(key)
            await meera.settle()
            assert meera.dialogs == 0
            assert meera.focused_id == "queue"


async def test_every_command_has_a_key_that_its_screen_binds(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for key, screen in SCREENS.items():
            await meera.press(key)
            await meera.settle()
            bound = meera.app.screen.active_bindings
            for command in (*screen.INTENTS, *EVERYWHERE):
                for name in command.keys.split(","):
                    assert bound[name].binding.action == command.action


@pytest.mark.slow
async def test_the_palette_lists_every_command_of_the_screen(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk), (120, 100)) as meera:
        for key, screen in SCREENS.items():
            await meera.press(key)
            await meera.settle()
            await meera.press("ctrl+p")
            commands = [command for command in (*screen.INTENTS, *EVERYWHERE) if command.in_palette]
            for command in commands:
                await meera.sees(f"{command.label} {command.help} {command.key_label}", within="CommandList")
            await meera.press("escape")


@pytest.mark.slow
async def test_part_of_a_label_and_enter_run_a_command(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("ctrl+p")
        await meera.type("doct")
        await meera.sees("Doctors Show the doctors and their sessions 3", within="CommandList")
        await meera.press("enter")
        await meera.until(lambda: meera.app.current_mode == "doctors", "the doctors")


@pytest.mark.slow
async def test_the_palette_runs_the_screens_own_commands(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "down", "ctrl+p")
        await meera.type("cancel")
        await meera.sees("Cancel Cancel the chosen token c", within="CommandList")
        await meera.press("enter")
        await meera.asks("Cancel A-002 Ravi Kumar")


async def take_from_palette(receptionist: Receptionist, words: str, entry: str) -> None:
    """Open the palette, type words and take the entry that they bring to its top."""
    await receptionist.press("ctrl+p")
    await receptionist.type(words)
    await receptionist.sees(entry, within="CommandList")
    await receptionist.press("enter")


@pytest.mark.slow
async def test_an_empty_queue_offers_no_key_for_a_token(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter")
        await meera.sees("c Cancel", within="#footer")
        await meera.press("]")
        await meera.sees("No slots on this day")
        await meera.press("2", "1")
        await meera.settle()
        assert "c Cancel" not in meera.read("#footer")


@pytest.mark.slow
async def test_the_palette_goes_to_the_screen_of_a_command(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for mode, words, entry, shown in (
            ("board", "session", "3, then s", "Open a session · Dr A"),
            ("waitlist", "find", "1, then /", "3 matches of 2 patients and 1 slot"),
            ("doctors", "emerg", "1, then e", "New token · Dr A"),
        ):
            await meera.app.switch_mode(mode)
            await meera.settle()
            if mode != "board":
                await meera.press("/")  # which would take the keys of other commands for words
            await take_from_palette(meera, words, entry)
            await meera.sees(shown)
            await meera.press("escape")
            await meera.settle()


@pytest.mark.slow
async def test_the_palette_goes_to_a_screen_that_showed_another_day(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("[")
        await meera.sees("No slots on this day")
        await meera.press("3", "t")
        await take_from_palette(meera, "emerg", "1, then e")
        await meera.sees("New token · Dr A")


@pytest.mark.slow
async def test_over_a_dialog_one_can_leave_and_hide_the_names(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "c")
        await meera.asks("Cancel A-001 Asha Verma")
        await meera.press("ctrl+l")
        await meera.sees("Names are hidden.")
        await meera.no_longer_sees("Asha")
        await meera.press("space")
        await meera.asks("Cancel A-001 Asha Verma")
        await meera.press("ctrl+q")
        await meera.until(lambda: meera.app.return_code == 0, "the end")
    assert [record.token.status.name for record in desk.token_list()] == ["ACTIVE", "ACTIVE"]


@pytest.mark.parametrize("opening", [("enter", "c"), ("/",), ("?",), ("ctrl+p",), ("3", "a")])
@pytest.mark.fast_cases(2)
async def test_every_dialog_can_be_left_with_the_program(
    desk: FrontDesk, open_desk: OpenDesk, opening: tuple[str, ...]
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press(*opening)
        await meera.until(lambda: meera.dialogs, "a dialog")
        await meera.press("f8")
        await meera.hears("F8 waits until this is answered or closed (Esc).")
        await meera.press("ctrl+q")
        await meera.until(lambda: meera.app.return_code == 0, "the end")


@pytest.mark.slow
async def test_the_palette_respects_an_open_panel(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n", "ctrl+p")
        await meera.type("waitlist")
        await meera.sees("Waitlist Show everyone who waits today 2", within="CommandList")
        await meera.press("enter")
        await meera.settle()
        assert meera.app.current_mode == "board"
        assert meera.panel_is_open


@pytest.mark.slow
async def test_the_theme_is_chosen_in_the_palette(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        before = meera.app.theme
        await meera.press("ctrl+p")
        await meera.type("theme")
        await meera.sees("Change the colours", within="CommandList")
        await meera.press("enter")
        await meera.settle()
        await meera.type("gruvbox")
        await meera.sees("gruvbox", within="CommandList")
        await meera.press("enter")
        await meera.until(lambda: meera.app.theme == "gruvbox", "the theme")
        assert before != "gruvbox"


async def test_a_key_that_does_nothing_says_so(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for key in "z%ß9":
            await meera.press(key)
            await meera.hears(f"{key} does nothing here. Press ? for the keys.")


@pytest.mark.slow
async def test_keys_that_do_something_are_not_said_to_do_nothing(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for key in (*"hjklgG", "tab", "home", "up", "enter", "escape", *"231n", "z", "9", "tab", "e", "escape"):
            await meera.press(key)
            assert not any("does nothing" in message for message in meera.messages), key


@pytest.mark.parametrize("size", [(80, 24), WIDE])
@pytest.mark.fast_cases(1)
async def test_an_empty_desk_says_on_every_screen_what_comes_next(open_desk: OpenDesk, size: tuple[int, int]) -> None:
    async with at_the_counter(OpdApp(open_desk), size) as meera:
        await meera.sees(
            "No doctors yet. Press 3, then a to add one, or run the demo with opd-tui demo.", within="#slots"
        )
        await meera.sees("Nothing has happened yet.")
        await meera.press("2")
        await meera.sees("Nobody waits on this day. Tokens come here when a slot is full.")
        await meera.press("n")
        await meera.hears("Nobody waits on this day, so no slot is chosen. Press 1 for the board.")
        await meera.press("c")
        await meera.hears("Nobody waits on this day. Press 1 for the board.")
        await meera.press("3")
        await meera.sees("No doctors yet. Press a to add one, or run the demo with opd-tui demo.")


async def test_a_desk_with_doctors_and_no_slots_says_how_to_open_a_session(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    add_doctor(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.sees("No slots on this day. Press 3, choose a doctor, then s to open a session.")


async def test_an_empty_queue_says_which_keys_fill_it(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.sees("No tokens yet. Press n for a new one, e for an emergency.", within="#queue")
        await meera.press("c")
        await meera.hears("This slot has no tokens yet. Press n for a new one.")


async def test_the_numbers_lead_to_the_screens_and_the_bar_shows_which_one(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    full_slot(desk, waiting=2)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for key, name in (("2", "▐2 Waitlist 2▌"), ("3", "▐3 Doctors▌"), ("1", "▐1 Board▌")):
            await meera.press(key)
            await meera.sees(name, within="#mode-bar")
            assert isinstance(meera.app.screen, DeskScreen)
            assert meera.app.screen.mode_bar.current == SCREENS[key].MODE
            assert "desk 1 · meera" in meera.read("#top-bar")


async def test_the_bar_shows_the_desks_own_clock(desk: FrontDesk, open_desk: OpenDesk) -> None:
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.sees("Sun 22 Nov 2026 09:00", within="#top-bar")
