"""The command palette: every command, including those of other screens, which it opens first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider

from opd_tui.tui.catalogue import EVERYWHERE
from opd_tui.tui.host.preferred_app import PreferredApp
from opd_tui.tui.keys.commands import Command
from opd_tui.tui.modes import MODES
from opd_tui.tui.screens.bar_screen import BarScreen
from opd_tui.tui.screens.desk_screen import DeskScreen


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

    def _entries(self) -> Iterator[tuple[str, str, Callable[[], Any]]]:
        for command in self._commands():
            if command.in_palette:
                run = partial(self.app.run_action, command.action, self.screen)
                yield f"{command.label} ({self._keys(command)})", command.help, run
        for mode, command in self._elsewhere():
            if command.in_palette:
                keys = f"{self._keys(mode)}, then {self._keys(command)}"
                yield f"{command.label} ({keys})", command.help, partial(self._go_and_run, mode, command)
        for system in self.app.get_system_commands(self.screen):
            yield system.title, system.help, system.callback

    async def discover(self) -> Hits:
        for title, help, run in self._entries():
            yield DiscoveryHit(title, run, help=help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, help, run in self._entries():
            if (score := matcher.match(title)) > 0:
                yield Hit(score, matcher.highlight(title), run, help=help)
