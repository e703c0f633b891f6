"""The command palette: every command, including those of other screens, which it opens first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from rich.cells import cell_len
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from opd_tui.tui.catalogue import EVERYWHERE
from opd_tui.tui.drawing.cells import fit
from opd_tui.tui.host.preferred_app import PreferredApp
from opd_tui.tui.keys.commands import Command
from opd_tui.tui.modes import MODES
from opd_tui.tui.screens.bar_screen import BarScreen
from opd_tui.tui.screens.desk_screen import DeskScreen

LABEL_WIDTH = 18
"""The width of the labels, in cells."""
BESIDE_ENTRIES = 6
"""The cells beside the entries, for their padding and the scroll bar."""


class Entry(NamedTuple):
    """A line of the palette."""

    label: str
    help: str
    keys: str
    run: Callable[[], Any]


class DeskCommands(Provider):
    """A provider of the declared commands; user data never becomes a hit, so none is parsed as markup."""

    def _commands(self) -> Iterator[Command]:
        screen = self.screen
        if isinstance(screen, BarScreen):
            yield from screen.INTENTS
            yield from screen.host.demo_commands()
        yield from EVERYWHERE

    def _elsewhere(self) -> Iterator[tuple[Command, Command]]:
        """Yield the commands of other screens, each after the command that opens its screen.

        Yield none while a panel is open.
        """
        screen = self.screen
        if not isinstance(screen, BarScreen) or screen.is_blocked:
            return
        listed = {command.id for command in screen.INTENTS}
        for mode in MODES:
            for command in mode.commands:
                if command.id not in listed:
                    listed.add(command.id)
                    yield mode.command, command

    def _keys(self, command: Command) -> str:
        app = self.app
        return (app.keymap.command(command) if isinstance(app, PreferredApp) else command).key_label

    async def _go_and_run(self, mode: Command, command: Command) -> None:
        """Switch to a command's screen, wait until its view is loaded, and run the command."""
        await self.app.run_action(mode.action)
        screen = self.app.screen
        if isinstance(screen, DeskScreen) and screen.is_stale:
            await screen.load()
        await self.app.run_action(command.action, screen)

    def _entries(self) -> Iterator[Entry]:
        for command in self._commands():
            if command.in_palette:
                run = partial(self.app.run_action, command.action, self.screen)
                yield Entry(command.label, command.help, self._keys(command), run)
        for mode, command in self._elsewhere():
            if command.in_palette:
                keys = f"{self._keys(mode)}, then {self._keys(command)}"
                yield Entry(command.label, command.help, keys, partial(self._go_and_run, mode, command))
        for system in self.app.get_system_commands(self.screen):
            yield Entry(system.title, system.help, "", system.callback)

    async def discover(self) -> Hits:
        for entry in self._entries():
            yield DiscoveryHit(self._line(entry, Content(entry.label)), entry.run, entry.label)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for entry in self._entries():
            if (score := matcher.match(entry.label)) > 0:
                yield Hit(score, self._line(entry, matcher.highlight(entry.label)), entry.run, entry.label)

    def _line(self, entry: Entry, label: Content) -> Content:
        """Return an entry in one line: its label, help and keys."""
        room = self.app.size.width - BESIDE_ENTRIES - LABEL_WIDTH - cell_len(entry.keys)
        rest = f"{fit(entry.help, room - 1)} {entry.keys}"
        return label.pad_right(LABEL_WIDTH - label.cell_length).append(Content.styled(rest, "$quiet not bold"))
