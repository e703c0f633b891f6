"""Keys by the command's id: how they may be written, and which are refused at start."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.binding import BindingsMap
from textual.containers import ScrollableContainer
from textual.screen import Screen
from textual.widgets import Input

from opd_tui.config.options import Settings
from opd_tui.config.reading import SettingsFile
from opd_tui.tui.board.slot_grid import SlotGrid
from opd_tui.tui.catalogue import PLACES, preferences_from
from opd_tui.tui.keys.commands import Command, printed_key
from opd_tui.tui.keys.key_names import key_named
from opd_tui.tui.keys.keymap import checked_keymap, needed_keys
from opd_tui.tui.widgets.row_list import RowList

COMMANDS = {command.id: command for place in PLACES for command in place}


def given(*entries: tuple[str, str]) -> SettingsFile:
    """A settings file with these keys, from line 2 on."""
    text = "[keys]\n" + "".join(f'"{id}" = "{key}"\n' for id, key in entries)
    return SettingsFile(Path("config.toml"), Settings(keys=dict(entries)), text=text)


def checked(*entries: tuple[str, str]) -> tuple[dict[str, str], list[tuple[int | None, str]]]:
    """The keys that count, and what is wrong with the others."""
    keymap, problems = checked_keymap(given(*entries), PLACES)
    return dict(keymap.keys), [(problem.line, problem.message) for problem in problems]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("n", "n"),
        ("N", "N"),
        ("Shift+n", "N"),
        ("F2", "f2"),
        ("Ctrl+N", "ctrl+n"),
        ("^n", "ctrl+n"),
        ("alt+ctrl+x", "alt+ctrl+x"),
        ("ctrl+alt+X", "alt+ctrl+x"),
        (" PgUp ", "pageup"),
        ("Esc", "escape"),
        ("Del", "delete"),
        ("return", "enter"),
        ("space", "space"),
        (" ", "space"),
        ("?", "question_mark"),
        ("question_mark", "question_mark"),
        ("-", "minus"),
        ("minus", "minus"),
        ("hyphen_minus", "minus"),
        ("+", "plus"),
        ("Ctrl++", "ctrl+plus"),
        ("न", "न"),
        *(
            (text, None)
            for text in ("", "  ", "nn", "f99", "ctrl+", "ctrl+bla", "hyper+x", "\x1b", "\u202e", "shift+1")
        ),
    ],
)
def test_a_key_may_be_written_as_people_write_it(written: str, name: str | None) -> None:
    assert key_named(written) == name


def test_every_key_is_printed_so_that_it_can_be_written_back() -> None:
    declared = {key for command in COMMANDS.values() for key in command.keys.split(",")}
    for key in (*declared, "f2", "ctrl+n", "alt+f4", "pageup", "space", "ctrl+shift+x", "G", "delete", "backspace"):
        assert key_named(printed_key(key)) == key


def test_no_two_commands_have_one_key_in_one_place() -> None:
    assert checked() == ({}, [])
    for place in PLACES:
        keys = [(key, command.id) for command in place for key in command.keys.split(",")]
        assert len({key for key, _ in keys}) == len(set(keys))


def test_the_keys_that_widgets_take_are_those_that_no_command_can_have() -> None:
    widgets = (Input, SlotGrid, RowList, ScrollableContainer, Screen)
    taken = {key for widget in widgets for key in BindingsMap(widget.BINDINGS).key_to_bindings}
    assert taken - set(needed_keys()) == set()
    assert set(needed_keys()) - taken == {"escape", "y", "ctrl+at", *(f"ctrl+{letter}" for letter in "szhijm")}


def test_no_command_has_a_key_that_something_else_needs() -> None:
    needed = needed_keys()
    own = {"open", "back", "token.forget"}  # Enter, Esc and Delete, which nothing else takes in a list
    own |= {"slot.close", "doctor.delay", "doctor.leave"}  # which edit a text, and no list has one
    others = [id for id in COMMANDS if id not in own]
    assert [id for id in others for key in COMMANDS[id].keys.split(",") if key in needed] == []


def test_several_keys_stand_with_commas_between_them() -> None:
    assert checked(("token.new", "F11, n,Ctrl+N, n"), ("demo.pause", ",")) == (
        {"token.new": "f11,n,ctrl+n", "demo.pause": "comma"},
        [],
    )


def test_two_commands_may_change_places() -> None:
    assert checked(("token.new", "c"), ("token.cancel", "n")) == ({"token.new": "c", "token.cancel": "n"}, [])


def test_commands_of_different_places_may_have_one_key() -> None:
    assert checked(("session.open", "c"), ("find", "F10"), ("filter", "F10")) == (
        {"session.open": "c", "find": "f10", "filter": "f10"},
        [],
    )


def test_a_key_that_another_command_has_in_the_same_place_is_refused() -> None:
    keys, ((line, message),) = checked(("find", "F10"), ("token.new", "c"))
    assert keys == {"find": "f10"}
    assert (line, message) == (
        3,
        "The key c of token.new belongs to token.cancel in the same place; n is kept for token.new.",
    )


def test_of_two_that_want_one_key_the_later_in_the_file_keeps_its_own() -> None:
    keys, ((line, message),) = checked(("token.cancel", "F11"), ("token.new", "F11"))
    assert keys == {"token.cancel": "f11"}
    assert line == 3
    assert "F11 of token.new belongs to token.cancel" in message


def test_whoever_gets_its_own_key_back_may_take_it_from_another() -> None:
    keys, problems = checked(("token.new", "c"), ("token.cancel", "e"))
    assert keys == {}
    assert [line for line, _ in problems] == [3, 2]


@pytest.mark.parametrize(
    ("id", "key", "said"),
    [
        ("token.nwe", "F2", "'token.nwe' is no command (did you mean token.new?)"),
        ("panel.issue", "F2", "is no command"),
        ("token.new", "F22x", "'F22x' is no key; write n, F2, Ctrl+N"),
        ("token.new", "", "is no key"),
        ("token.cancel", "ctrl+banana", "'ctrl+banana' is no key"),
        ("token.new", "F2,,n", "is no key"),
        ("token.new", "Backspace", "The key Backspace is needed for typing. n is kept for token.new."),
        ("token.new", "Ctrl+A", "needed for typing"),
        ("token.new", "j", "needed to move about"),
        ("token.new", "Left", "needed"),
        ("token.new", "Tab", "needed to move about"),
        ("token.new", "Enter", "needed to go on"),
        ("token.new", "Esc", "needed to go back"),
        ("token.new", "y", "needed to say yes"),
        ("token.new", "Ctrl+C", "needed by the terminal"),
        ("app.quit", "Ctrl+S", "needed by the terminal"),
        ("app.help", "Ctrl+J", "needed by the terminal"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused(id: str, key: str, said: str) -> None:
    keys, ((line, message),) = checked((id, key))
    assert keys == {}
    assert line == 2
    assert said in message
    assert message.isprintable()


def test_a_command_may_be_given_its_own_key() -> None:
    assert checked(("open", "Enter, F11"), ("back", "Esc"))[1] == []


def test_help_footer_and_sentences_name_the_key_that_a_command_has() -> None:
    keymap = preferences_from(given(("token.new", "F11, n"), ("day.next", "F12"))).keymap
    new, previous = keymap.command(COMMANDS["token.new"]), keymap.command(COMMANDS["day.previous"])
    assert (new.key_label, keymap.key_of(COMMANDS["token.new"])) == ("F11 n", "F11")
    assert isinstance(previous.hint, tuple)
    assert isinstance(previous.hint[0], Command)
    assert previous.hint[0].key_label == "F12"


def test_a_theme_that_is_none_is_refused_with_the_names_of_those_that_are() -> None:
    file = SettingsFile(Path("config.toml"), Settings(theme="nrd"), text="\ntheme = 'nrd'")
    preferences = preferences_from(file)
    ((message, line),) = preferences.problems
    assert (preferences.theme, line) == (None, 2)
    assert "'nrd' is no theme (did you mean nord?)" in message
    assert "textual-dark, textual-light, nord," in message
    assert preferences.file.settings.theme is None
