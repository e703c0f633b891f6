"""The user's key bindings, checked against reserved keys and each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from opd_tui.config.reading import SettingsFile, did_you_mean
from opd_tui.config.toml_text import Problem
from opd_tui.domain.records import quoted
from opd_tui.tui.keys.commands import Command, printed_key
from opd_tui.tui.keys.key_names import key_named

Place = Sequence[Command]
"""Commands that are active together, so that no two may share a key."""

_NEEDED = {
    "for typing": "backspace delete alt+backspace ctrl+backspace super+backspace ctrl+a ctrl+d ctrl+e ctrl+k ctrl+u "
    "ctrl+v ctrl+w ctrl+x ctrl+left ctrl+right shift+left shift+right ctrl+shift+a ctrl+shift+left ctrl+shift+right "
    "shift+home shift+end",
    "to move about": "up down left right h j k l g G home end pageup pagedown ctrl+pageup ctrl+pagedown tab shift+tab",
    "by the terminal": "ctrl+c super+c ctrl+s ctrl+z ctrl+h ctrl+i ctrl+j ctrl+m ctrl+at",
    "to go on": "enter",
    "to go back": "escape",
    "to say yes to a question": "y",
}
"""Reserved keys by use; listed here so that the widgets that handle them need not be imported."""


@dataclass(frozen=True)
class Keymap:
    """Keys by command id, for the commands whose default keys are replaced."""

    keys: Mapping[str, str] = field(default_factory=dict)

    def command(self, command: Command) -> Command:
        """Return the command with its keys in this keymap."""
        if command.hint is not None:
            other, label = command.hint
            command = replace(command, hint=(self.command(other), label))
        keys = self.keys.get(command.id)
        return command.with_keys(keys) if keys else command

    def commands(self, commands: Iterable[Command]) -> tuple[Command, ...]:
        """Return the commands with their keys in this keymap."""
        return tuple(map(self.command, commands))

    def rows(self, commands: Iterable[Command]) -> list[tuple[str, str]]:
        """Return the keys and help text of each command, for the help."""
        return [(command.key_label, command.help) for command in self.commands(commands)]

    def keys_of(self, *commands: Command) -> frozenset[str]:
        """Return all keys of some commands, under Textual's names."""
        return frozenset(key for command in self.commands(commands) for key in command.keys.split(","))

    def key_of(self, command: Command) -> str:
        """Return the first key of a command, for use in a sentence."""
        return self.command(command).one_key


def checked_keymap(file: SettingsFile, places: Sequence[Place]) -> tuple[Keymap, list[Problem]]:
    """Return a keymap of the valid keys in a settings file, and the problems with the others."""
    commands = {command.id: command for place in places for command in place}
    chosen: dict[str, str] = {}
    problems = []
    for id, given in file.settings.keys.items():
        try:
            chosen[id] = _accepted(id, given, commands)
        except _WrongKey as error:
            problems.append(Problem(str(error), file.line_of_key(id)))
    problems += _drop_clashes(chosen, places, file)
    return Keymap(chosen), problems


class _WrongKey(ValueError):
    """A key that cannot be used; the message is a full sentence."""


def _accepted(id: str, given: str, commands: Mapping[str, Command]) -> str:
    """Return the keys under Textual's names, separated by commas; raise _WrongKey if one cannot be used."""
    if id not in commands:
        raise _WrongKey(
            f"{quoted(id)} is no command{did_you_mean(id, commands)}; `opd-tui settings` lists those that have a key."
        )
    names = ["comma"] if given.strip() == "," else [_one_key(id, text, commands[id]) for text in given.split(",")]
    return ",".join(dict.fromkeys(names))


def _one_key(id: str, text: str, command: Command) -> str:
    """Return a key under Textual's name; raise _WrongKey if it cannot be used."""
    kept = f"{command.key_label} is kept for {id}."
    name = key_named(text)
    if name is None:
        raise _WrongKey(f"{quoted(text)} is no key; write n, F2, Ctrl+N or Alt+N, several with commas. {kept}")
    if name not in command.keys.split(",") and (use := needed_keys().get(name)):
        raise _WrongKey(f"The key {printed_key(name)} is needed {use}. {kept}")
    return name


def needed_keys() -> dict[str, str]:
    """Return the reserved keys and their uses."""
    return {key: use for use, keys in _NEEDED.items() for key in keys.split()}


def _drop_clashes(chosen: dict[str, str], places: Sequence[Place], file: SettingsFile) -> Iterator[Problem]:
    """Remove conflicting keys, those later in the file first, and yield a problem for each."""
    while clash := next(_clashes(Keymap(chosen), places), None):
        key, *pair = clash
        winner, loser = sorted(pair, key=lambda each: (file.line_of_key(each.id) or 0) if each.id in chosen else -1)
        del chosen[loser.id]
        default = next(command for place in places for command in place if command.id == loser.id)
        yield Problem(
            f"The key {printed_key(key)} of {loser.id} belongs to {winner.id} in the same place; "
            f"{default.key_label} is kept for {loser.id}.",
            file.line_of_key(loser.id),
        )


def _clashes(keymap: Keymap, places: Sequence[Place]) -> Iterator[tuple[str, Command, Command]]:
    """Yield each key that two commands share in one place."""
    for place in places:
        owners: dict[str, Command] = {}
        for command in keymap.commands(place):
            for key in command.keys.split(","):
                owner = owners.setdefault(key, command)
                if owner.id != command.id:
                    yield key, owner, command
