"""The settings on the screens: hospital, theme, keys, plain signs, and names that hide where nobody works."""

from __future__ import annotations

import random
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events
from textual.theme import BUILTIN_THEMES
from textual.widgets import Input

from opd_tui.config.options import Settings
from opd_tui.config.reading import SettingsFile, read_settings
from opd_tui.desk.actions import Action
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.outcome import Forecast
from opd_tui.tui.app import OpdApp
from opd_tui.tui.catalogue import preferences_from
from opd_tui.tui.commands import CANCEL, NEW, NEXT_DAY
from opd_tui.tui.demo_app import DemoApp
from opd_tui.tui.dialogs.confirm import Confirm
from opd_tui.tui.drawing import symbols
from opd_tui.tui.drawing.symbols import PlainSigns, needs_plain_signs
from opd_tui.tui.shell.names_hidden import NamesHidden
from tests.cli.test_settings import damaged
from tests.support.helpers import issue, statuses
from tests.support.pilot import NARROW, PATIENCE_SECONDS, WIDE, OpenDesk, Receptionist, at_the_counter, full_slot

NAMES = ("Asha", "Ravi", "Sunita", "Verma", "Kumar", "98765")
WriteSettings = Callable[[str], None]
SettingsApp = Callable[..., OpdApp]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the settings file is."""
    file = tmp_path / "config" / "opd-tui" / "config.toml"
    file.parent.mkdir(parents=True)
    return file


@pytest.fixture
def app_with(path: Path, open_desk: OpenDesk) -> SettingsApp:
    """Makes an app that follows a settings file with this text."""

    def make(text: str | bytes = "") -> OpdApp:
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return OpdApp(open_desk, preferences_from(read_settings()))

    return make


# The top line


@pytest.mark.slow
async def test_the_hospitals_name_stands_at_the_top_of_every_screen(desk: FrontDesk, app_with: SettingsApp) -> None:
    full_slot(desk)
    async with at_the_counter(app_with('hospital = "City Hospital"')) as meera:
        for key in "123":
            await meera.press(key)
            await meera.sees("City Hospital", "Sun 22 Nov 2026 09:00", within="#top-bar")
            assert "OPD front desk" not in meera.read("#top-bar")


async def test_a_long_hospitals_name_leaves_room_for_the_day(desk: FrontDesk, app_with: SettingsApp) -> None:
    name = "All India Institute of Medical Sciences, Outpatient Block B"
    async with at_the_counter(app_with(f'hospital = "{name}"')) as meera:
        await meera.sees("All India Institute", "…", "Sun 22 Nov 2026 09:00", within="#top-bar")
        meera.assert_columns_are_straight()
        await meera.press("]", "]")
        await meera.sees("press t for today) 09:00", within="#top-bar")


# The theme


async def choose_theme(receptionist: Receptionist, name: str) -> None:
    """Choose a theme in the palette, by keys."""
    await receptionist.press("ctrl+p")
    await receptionist.type("theme")
    await receptionist.until(lambda: "Change the colours" in receptionist.text, "the palette's entry")
    await receptionist.press("enter")
    await receptionist.until(lambda: "Search for themes" in receptionist.text, "the themes")
    await receptionist.type(name)
    await receptionist.until(lambda: receptionist.text.count(name) > 1, "the theme's entry")
    await receptionist.press("enter")
    await receptionist.until(lambda: receptionist.app.theme == name, "the theme")


@pytest.mark.slow
async def test_a_theme_chosen_in_the_palette_is_there_the_next_time(
    desk: FrontDesk, app_with: SettingsApp, path: Path
) -> None:
    text = "# our desk\ndesk = 'desk 1'\n"
    async with at_the_counter(app_with(text)) as meera:
        await choose_theme(meera, "dracula")
        await meera.until(lambda: "dracula" in path.read_text(), "the theme in the file")
    assert path.read_text() == text + 'theme = "dracula"\n'
    app = OpdApp(lambda: desk, preferences_from(read_settings()))
    async with app.run_test(size=NARROW):
        assert app.theme == "dracula"


@pytest.mark.slow
async def test_of_themes_chosen_quickly_the_last_is_kept(desk: FrontDesk, app_with: SettingsApp, path: Path) -> None:
    async with at_the_counter(app_with()) as meera:
        for name in ("nord", "gruvbox", "dracula", "monokai"):
            meera.app.theme = name
        await meera.until(lambda: "monokai" in path.read_text(), "the last theme")
        await meera.app.workers.wait_for_complete()
    assert tomllib.loads(path.read_text()) == {"theme": "monokai"}


@pytest.mark.slow
async def test_a_theme_that_cannot_be_kept_is_said_and_stays_for_now(
    desk: FrontDesk, app_with: SettingsApp, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("opd_tui.config.writing.os.replace", full)
    async with at_the_counter(app_with()) as meera:
        meera.app.theme = "nord"
        await meera.hears("The theme lasts until you quit", "No space left on device")
        assert meera.app.theme == "nord"
        monkeypatch.undo()
        meera.app.theme = "dracula"
        await meera.until(lambda: path.read_text() == 'theme = "dracula"\n', "the next theme in the file")


@pytest.mark.slow
async def test_every_theme_can_be_set(desk: FrontDesk, app_with: SettingsApp) -> None:
    full_slot(desk)
    async with at_the_counter(app_with("theme = 'textual-light'")) as meera:
        assert meera.app.theme == "textual-light"
        for theme in BUILTIN_THEMES:
            meera.app.theme = theme
            await meera.settle()
            await meera.sees("2/2")
            file = SettingsFile(settings=Settings(theme=theme))
            assert (preferences_from(file).theme, preferences_from(file).problems) == (theme, ())


async def test_a_theme_that_is_none_is_said_and_the_default_counts(desk: FrontDesk, app_with: SettingsApp) -> None:
    async with at_the_counter(app_with("theme = 'nrd'")) as meera:
        await meera.hears("line 1: 'nrd' is no theme (did you mean nord?)", "Press F9")
        assert meera.app.theme == "textual-dark"


# What is wrong in the file


async def test_one_problem_is_said_in_full(desk: FrontDesk, app_with: SettingsApp) -> None:
    async with at_the_counter(app_with("\nidle_minutes = 'x'")) as meera:
        await meera.hears("Settings file, line 2: idle_minutes must be a whole number from 0 to 1440; the default, 5,")


@pytest.mark.slow
async def test_many_problems_are_listed_where_the_settings_are(desk: FrontDesk, app_with: SettingsApp) -> None:
    async with at_the_counter(app_with("a = 1\nb = 2\ntheme = '[/x'\nhospital = 'City'"), (120, 60)) as meera:
        await meera.hears("3 lines of the settings file do not count. Press F9 to read why.")
        await meera.press("f9")
        await meera.sees(
            "These do not count", "line 1", "'a' is not an option", "line 2", "'b' is not an option", within=".help"
        )
        await meera.sees("line 3", "'[/x' is no theme", 'hospital "City"', "idle_minutes 5", within=".help")
        await meera.press("escape")
        await meera.until(lambda: not meera.read(".help"), "the end of the list")


@pytest.mark.slow
async def test_without_problems_nothing_is_said(desk: FrontDesk, app_with: SettingsApp, path: Path) -> None:
    async with at_the_counter(app_with("desk = 'desk 1'"), WIDE) as meera:
        assert meera.messages == []
        await meera.press("f9")
        await meera.sees("The settings file", within=".help")
        await meera.press("end")
        shown = "".join(sign for sign in meera.read(".help") if sign.isascii()).replace(" ", "")
        assert path.name in shown
        assert "These do not count" not in meera.read(".help")


@pytest.mark.slow
async def test_the_app_starts_with_any_damaged_file_and_says_what_is_wrong(
    desk: FrontDesk, app_with: SettingsApp
) -> None:
    generator = random.Random(7)
    full_slot(desk)
    told = 0
    for _ in range(12):
        async with at_the_counter(app_with(damaged(generator))) as meera:
            await meera.sees("Slots", "2/2")
            if meera.app.preferences.problems:
                told += 1
                await meera.until(lambda: meera.messages, "what is wrong")
    assert told > 6


# Keys


async def test_a_remapped_key_works_and_is_shown_everywhere(desk: FrontDesk, app_with: SettingsApp) -> None:
    full_slot(desk)
    keys = (
        "[keys]\n'token.new' = 'F11, z'\n'day.next' = 'F12'\n'mode.doctors' = 'F10'\n'app.help' = 'F1'\nopen = 'F4'\n"
    )
    async with at_the_counter(app_with(keys), (120, 60)) as meera:
        await meera.sees("F11 z New", "F4 Open", "[ F12 Day", "F1 Help", within="#footer")
        await meera.sees("1 Board", "F10 Doctors", within="#mode-bar")
        for key in ("f11", "z"):
            await meera.press(key)
            await meera.sees("New token", within="#new-token")
            await meera.press("escape")
        await meera.press("n")
        await meera.hears("n does nothing here. Press F1 for the keys.")
        await meera.press("f1")
        await meera.sees(f"F11 z {NEW.help}", f"F12 {NEXT_DAY.help}", within=".help")
        await meera.press("escape", "ctrl+p")
        await meera.type("new")
        await meera.sees(f"New {NEW.help} F11 z")
        await meera.press("escape", "escape", "f12")
        await meera.sees("Mon 23 Nov", "Press F10, choose a doctor, then s to open a session.")


@pytest.mark.slow
async def test_two_commands_that_change_places_do_each_others_work(desk: FrontDesk, app_with: SettingsApp) -> None:
    full_slot(desk)
    async with at_the_counter(app_with("[keys]\n'token.new' = 'c'\n'token.cancel' = 'n'")) as meera:
        await meera.press("enter")
        await meera.sees("c New", "n Cancel", within="#footer")
        await meera.press("n")
        await meera.asks("Cancel A-001")
        await meera.press("escape", "c")
        await meera.sees("New token", within="#new-token")


@pytest.mark.slow
async def test_a_key_that_belongs_to_another_command_is_said_and_does_what_it_did(
    desk: FrontDesk, app_with: SettingsApp
) -> None:
    full_slot(desk)
    async with at_the_counter(app_with("[keys]\n'token.new' = 'c'")) as meera:
        await meera.hears("line 2: The key c of token.new belongs to token.cancel")
        await meera.press("enter", "c")
        await meera.asks("Cancel A-001")
        await meera.press("escape", "n")
        await meera.sees("New token", within="#new-token")
        await meera.type("Cicely")
        assert "Cicely" in meera.read("#patient")
    assert NEW.keys == "n"
    assert CANCEL.keys == "c"


@pytest.mark.slow
async def test_the_program_can_be_left_by_another_key(desk: FrontDesk, app_with: SettingsApp) -> None:
    async with at_the_counter(app_with("[keys]\n'app.quit' = 'F10'")) as meera:
        await meera.press("ctrl+q")
        await meera.settle()
        assert meera.app.return_code is None
        await meera.press("f10")
        await meera.until(lambda: meera.app.return_code == 0, "the end")


# Plain signs


@pytest.mark.slow
async def test_with_plain_signs_every_screen_and_dialog_is_drawn_without_symbols(
    desk: FrontDesk, app_with: SettingsApp
) -> None:
    full_slot(desk, waiting=2)
    async with at_the_counter(app_with("ascii_symbols = true")) as meera:
        await meera.sees("## 2/2", ". expected", "o expected", "2 of 2 taken - 2 waiting")
        visits = (
            ("enter", "c"),
            ("n",),
            ("n", "tab"),
            ("/",),
            ("?",),
            ("f9",),
            ("ctrl+p",),
            ("2",),
            ("3", "a"),
            ("ctrl+l",),
        )
        for keys in visits:
            for key in keys:
                await meera.press(key)
                await meera.settle()
            assert meera.text.isascii(), (keys, [c for c in meera.text if not c.isascii()])
            meera.assert_columns_are_straight()
            await meera.press("escape", "escape", "1")
        await meera.press("enter", "c")
        await meera.asks("Cancel A-001")
        await meera.press("y")
        await meera.sees("^ moved up")
        assert meera.text.isascii()


@pytest.mark.slow
async def test_plain_signs_take_the_same_room(desk: FrontDesk, app_with: SettingsApp) -> None:
    full_slot(desk, waiting=2)
    shown = []
    for text in ("ascii_symbols = false", "ascii_symbols = true"):
        async with at_the_counter(app_with(text)) as meera:
            shown.append(meera.text)
    symbols_, signs = shown
    table = symbols.SIGNS
    assert symbols_.translate(table) == signs != symbols_


async def test_names_in_any_script_are_shown_with_plain_signs_too(desk: FrontDesk, app_with: SettingsApp) -> None:
    slot = full_slot(desk)
    issue(desk, slot, "José देवनागरी 漢字")
    async with at_the_counter(app_with("ascii_symbols = true"), WIDE) as meera:
        await meera.sees("José देवनागरी 漢字")
        meera.assert_columns_are_straight()


@pytest.mark.parametrize(
    ("encoding", "text", "drawn"),
    [
        ("utf-8", "● José 漢字 …", "* José 漢字 ~"),
        ("latin-1", "● José 漢字 …", "* José ???? ~"),
        ("ascii", "● José 漢字 …", "* Jos? ???? ~"),
    ],
)
def test_what_the_encoding_does_not_have_is_drawn_as_wide_as_it_was(encoding: str, text: str, drawn: str) -> None:
    assert PlainSigns(encoding).spell(text) == drawn


@pytest.mark.parametrize(
    ("term", "locale", "stream", "plain"),
    [
        ("xterm-256color", "UTF-8", "utf-8", False),
        ("linux", "utf8", "UTF-8", False),
        ("linux", "ISO-8859-1", "iso-8859-1", True),
        ("xterm", "ANSI_X3.4-1968", "utf-8", True),
        ("xterm", "UTF-8", "ascii", True),
        ("dumb", "UTF-8", "utf-8", True),
    ],
)
def test_plain_signs_are_chosen_where_the_terminal_cannot_show_symbols(
    monkeypatch: pytest.MonkeyPatch, path: Path, term: str, locale: str, stream: str, plain: bool
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr("locale.getencoding", lambda: locale)
    monkeypatch.setattr(symbols, "terminal_encoding", lambda: stream)
    assert needs_plain_signs() is plain
    assert preferences_from(read_settings()).plain_signs is plain
    for written, wanted in (("true", True), ("false", False), ('"auto"', plain)):
        path.write_text(f"ascii_symbols = {written}")
        assert preferences_from(read_settings()).plain_signs is wanted


# Names that hide


async def nobody_is_there(receptionist: Receptionist) -> None:
    """Let the idle time pass."""
    idle = receptionist.app.idle
    idle.last -= idle.seconds
    idle.check()
    await receptionist.sees("Names are hidden")
    await receptionist.settle()


def shows_no_name(receptionist: Receptionist) -> bool:
    return not any(name in receptionist.text for name in NAMES)


async def test_names_hide_when_nobody_pressed_a_key_and_the_counts_stay(desk: FrontDesk, app_with: SettingsApp) -> None:
    slot = full_slot(desk, waiting=1)
    async with at_the_counter(app_with("idle_minutes = 2")) as meera:
        await meera.press("enter", "down")
        before = meera.text
        assert meera.app.idle.seconds == 120
        meera.app.idle.last -= 119
        meera.app.idle.check()
        await meera.settle()
        assert meera.text == before
        await nobody_is_there(meera)
        assert shows_no_name(meera)
        await meera.sees("Sun 22 Nov 2026 09:00", "Dr A", "2/2 1 waiting")
        issue(desk, slot, "Ravi Verma")
        await meera.look_again()
        await meera.sees("2/2 2 waiting")
        assert shows_no_name(meera)
        meera.assert_columns_are_straight()


@pytest.mark.parametrize("key", ["c", "enter", "escape", "n", "x", "2", "ctrl+q", "ctrl+p", "?", "y"])
@pytest.mark.fast_cases(1)
async def test_the_key_that_shows_the_names_does_nothing_else(desk: FrontDesk, app_with: SettingsApp, key: str) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(app_with("idle_minutes = 1")) as meera:
        await meera.press("enter", "down")
        before, focused = meera.text, meera.focused_id
        await nobody_is_there(meera)
        await meera.press(key)
        await meera.settle()
        assert (meera.text, meera.focused_id) == (before, focused)
        assert meera.app.return_code is None
        assert meera.messages == []
        await meera.press("c")
        await meera.asks("Cancel A-002 Ravi Kumar")


async def test_what_is_typed_behind_the_key_that_shows_the_names_is_dropped(
    desk: FrontDesk, app_with: SettingsApp
) -> None:
    """It was typed at a screen that nobody could see, and its first key is missing."""
    full_slot(desk)
    async with at_the_counter(app_with()) as meera:
        await nobody_is_there(meera)
        await meera.type_at_once("n", *"Asha Verma", "enter")
        await meera.hears("Dropped:")
        await meera.settle()
        assert "A-003" not in statuses(desk)
        assert meera.dialogs == 0


@pytest.mark.slow
async def test_a_question_a_panel_and_a_form_hide_and_come_back_as_they_were(
    desk: FrontDesk, app_with: SettingsApp
) -> None:
    full_slot(desk, waiting=1)
    places = (
        ("1", "enter", "c"),
        ("1", "n", *"Ravi K"),
        ("1", "/", *"ash"),
        ("3", "a", *"Dr Sunita"),
        ("2", "/", *"rav"),
    )
    async with at_the_counter(app_with()) as meera:
        for keys in places:
            await meera.press(*keys)
            await meera.settle()
            before, focused = meera.text, meera.app.focused
            await nobody_is_there(meera)
            assert shows_no_name(meera), keys
            await meera.press("y")
            await meera.settle()
            as_before = before, focused
            await meera.until(lambda was=as_before: (meera.text, meera.app.focused) == was, f"{keys} again")
            if isinstance(focused, Input):
                await meera.press("z")
                assert focused.value.endswith("z")
            await meera.press("escape", "escape", "1")
        assert set(statuses(desk)) == {"A-001", "A-002", "A-003"}


@pytest.mark.slow
async def test_a_question_waits_behind_the_hidden_names_for_its_answer(desk: FrontDesk, app_with: SettingsApp) -> None:
    full_slot(desk)
    async with at_the_counter(app_with()) as meera:
        await meera.press("enter", "c")
        await meera.asks("Cancel A-001")
        await nobody_is_there(meera)
        await meera.press("y")
        await meera.asks("Cancel A-001")
        assert statuses(desk)["A-001"] == "ACTIVE"
        await meera.press("y")
        await meera.hears("A-001 Asha Verma was cancelled")


@pytest.mark.slow
async def test_a_question_that_comes_late_is_hidden_too_and_can_be_answered(
    desk: FrontDesk, app_with: SettingsApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_slot(desk)
    may_go_on = threading.Event()
    preview = FrontDesk.preview

    def preview_slowly(self: FrontDesk, action: Action) -> Forecast:
        assert may_go_on.wait(PATIENCE_SECONDS)
        return preview(self, action)

    async with at_the_counter(app_with()) as meera:
        monkeypatch.setattr(FrontDesk, "preview", preview_slowly)
        await meera.press("enter", "c")
        idle = meera.app.idle
        idle.last -= idle.seconds
        idle.check()
        await meera.sees("Names are hidden")
        may_go_on.set()
        await meera.until(lambda: meera.dialogs == 1, "the question")
        idle.check()  # as the app does itself once a second
        await meera.sees("Names are hidden")
        assert shows_no_name(meera)
        await meera.press("y")
        await meera.asks("Cancel A-001")
        await meera.press("y")
        await meera.until(lambda: statuses(desk)["A-001"] == "CANCELLED", "the cancellation")
        await meera.press("down")
        await meera.sees("Ravi Kumar")
        assert not idle.hidden


@pytest.mark.slow
async def test_a_message_with_a_name_is_hidden_too(desk: FrontDesk, app_with: SettingsApp) -> None:
    full_slot(desk)
    async with at_the_counter(app_with()) as meera:
        meera.app.notices.say("ONLINE A-001 Asha Verma has a seat.")
        await meera.sees("A-001 Asha Verma has a seat.")
        await nobody_is_there(meera)
        meera.app.notices.say("A-002 Ravi Kumar moves up.")
        await meera.settle()
        assert shows_no_name(meera)


@pytest.mark.slow
async def test_a_pasted_text_only_shows_the_names(desk: FrontDesk, app_with: SettingsApp) -> None:
    full_slot(desk)
    async with at_the_counter(app_with()) as meera:
        await meera.press("n")
        await nobody_is_there(meera)
        meera.app.post_message(events.Paste("Om"))
        await meera.sees("New token", within="#new-token")
        assert "Om" not in meera.read("#patient")


@pytest.mark.slow
async def test_a_click_shows_the_names_and_does_nothing_else(desk: FrontDesk, app_with: SettingsApp) -> None:
    full_slot(desk)
    async with at_the_counter(app_with()) as meera:
        before = meera.text
        await nobody_is_there(meera)
        await meera.pilot.click(offset=(10, 4))
        await meera.until(lambda: not meera.app.idle.hidden, "the names")
        await meera.settle()
        assert meera.text == before


async def test_names_can_be_hidden_at_once(desk: FrontDesk, app_with: SettingsApp) -> None:
    full_slot(desk)
    async with at_the_counter(app_with("idle_minutes = 0")) as meera:
        await meera.press("ctrl+l")
        await meera.sees("Names are hidden")
        assert shows_no_name(meera)
        await meera.press("a")
        await meera.sees("Asha Verma")


@pytest.mark.slow
async def test_every_key_begins_the_idle_time_anew(desk: FrontDesk, app_with: SettingsApp) -> None:
    async with at_the_counter(app_with("idle_minutes = 3")) as meera:
        meera.app.idle.last -= 179
        await meera.press("down")
        meera.app.idle.last -= 179
        meera.app.idle.check()
        assert not meera.app.idle.hidden


@pytest.mark.slow
async def test_zero_minutes_never_hide_and_the_demo_does_not_either(desk: FrontDesk, app_with: SettingsApp) -> None:
    async with at_the_counter(app_with("idle_minutes = 0")) as meera:
        meera.app.idle.last -= 1e6
        meera.app.idle.check()
        assert not meera.app.idle.hidden
    async with at_the_counter(DemoApp(playing=False)) as person:
        person.app.idle.last -= 1e6
        person.app.idle.check()
        assert not person.app.idle.hidden


@pytest.mark.slow
async def test_the_app_looks_for_idleness_by_itself(desk: FrontDesk, app_with: SettingsApp) -> None:
    async with at_the_counter(app_with()) as meera:
        meera.app.idle.last -= meera.app.idle.seconds
        await meera.sees("Names are hidden")


@pytest.mark.slow
async def test_while_names_are_hidden_a_terminal_that_is_too_small_says_so(
    desk: FrontDesk, app_with: SettingsApp
) -> None:
    full_slot(desk)
    async with at_the_counter(app_with()) as meera:
        await nobody_is_there(meera)
        await meera.pilot.resize_terminal(40, 10)
        await meera.sees("The terminal is too small")
        await meera.pilot.resize_terminal(1, 1)
        await meera.settle()
        await meera.pilot.resize_terminal(*NARROW)
        await meera.sees("Names are hidden")
        assert isinstance(meera.app.screen, NamesHidden)


async def test_the_demo_follows_the_settings_and_keeps_nothing(path: Path) -> None:
    text = "hospital = 'City'\ntheme = 'nord'\n[keys]\n'demo.step' = 'F4'\n'token.new' = 'F11'\n"
    path.write_text(text)
    async with at_the_counter(DemoApp(playing=False, preferences=preferences_from(read_settings()))) as person:
        await person.sees("City", within="#top-bar")
        await person.sees("F4 Step", within="#demo-bar")
        assert person.app.theme == "nord"
        person.app.theme = "dracula"
        await person.settle()
        await person.app.workers.wait_for_complete()
    assert path.read_text() == text


@pytest.mark.slow
async def test_what_comes_over_hidden_names_is_hidden_until_a_key(desk: FrontDesk, app_with: SettingsApp) -> None:
    full_slot(desk)
    async with at_the_counter(app_with("idle_minutes = 0")) as meera:
        await meera.press("ctrl+l")
        await meera.sees("Names are hidden")
        await meera.app.push_screen(Confirm("Cancel Asha Verma?", "Yes"))  # as a question that was still on its way
        assert not meera.app.idle.hidden
        await meera.until(lambda: meera.app.idle.hidden and shows_no_name(meera), "the names hidden again")
        await meera.press("a")
        await meera.sees("Cancel Asha Verma?")
        meera.app.idle.check()
        await meera.settle()
        assert not meera.app.idle.hidden
