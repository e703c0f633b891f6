"""The help and settings dialogs, built from the command and option declarations."""

from __future__ import annotations

from opd_tui.tui.catalogue import EVERYWHERE
from opd_tui.tui.commands import MOVES, NEW
from opd_tui.tui.dialogs.help import Help
from opd_tui.tui.drawing.text import Section
from opd_tui.tui.hints import PANEL_KEYS
from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.screens.bar_screen import BarScreen
from opd_tui.tui.settings.sections import settings_sections


def show_keys(app: DeskHost) -> None:
    """Show the keys of the active screen."""
    screen = app.screen
    if not isinstance(screen, BarScreen):
        return
    sections: list[Section] = [("On this screen", app.keymap.rows(screen.INTENTS)), ("In every list", MOVES)]
    if NEW in screen.INTENTS:
        sections.append(("In the panel for a new token", PANEL_KEYS))
    if app.demo_commands():
        sections.append(("In the demo", app.keymap.rows(app.demo_commands())))
    sections.append(("Everywhere", app.keymap.rows(EVERYWHERE)))
    app.push_screen(Help("Keys", sections))


def show_settings(app: DeskHost) -> None:
    """Show the settings and the problems in the settings file."""
    app.push_screen(Help("Settings", settings_sections(app.preferences)))
