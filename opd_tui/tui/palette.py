"""The command palette: every command that works here, in the same words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider

from opd_tui.tui.commands import EVERYWHERE, Command
from opd_tui.tui.preferred import PreferredApp
from opd_tui.tui.screens.bar_screen import BarScreen


class DeskCommands(Provider):
    """Hits are made of the declarations alone: no text that a person typed is parsed here."""

    def _commands(self) -> Iterator[Command]:
        screen = self.screen
        if isinstance(screen, BarScreen):
            yield from screen.INTENTS
            yield from screen.desk_app.demo_commands()
        yield from EVERYWHERE

    def _keys(self, command: Command) -> str:
        app = self.app
        return (app.keymap.command(command) if isinstance(app, PreferredApp) else command).key_label

    def _entries(self) -> Iterator[tuple[str, str, Callable[[], Any]]]:
        for command in self._commands():
            if command.in_palette:
                run = partial(self.app.run_action, command.action, self.screen)
                yield f"{command.label} ({self._keys(command)})", command.help, run
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
