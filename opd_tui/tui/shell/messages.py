"""Messages over dialogs, and the list of the last messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import ModalScreen

from opd_tui.tui.commands import MESSAGES
from opd_tui.tui.widgets.message_line import MessageLine

if TYPE_CHECKING:
    from opd_tui.tui.host.desk_host import DeskHost


def show_over_dialog(app: DeskHost) -> None:
    """Give an open dialog a message line of its own: its backdrop dims that of the screen below."""
    screen = app.screen if app.screen_stack else None
    if not isinstance(screen, ModalScreen) or not screen.is_mounted or app.idle.until_a_key:
        return
    if not screen.query(MessageLine):
        line = MessageLine()
        line.set_reactive(MessageLine.more_key, app.keymap.key_of(MESSAGES))
        screen.mount(line)


def show_messages(app: DeskHost) -> None:
    """Show the last messages, or close their list."""
    from opd_tui.tui.dialogs.message_history import MessageHistory

    if isinstance(app.screen, MessageHistory):
        app.screen.dismiss()
        return
    app.push_screen(MessageHistory(app.notices.log.history, app.now.date() if app.now else None))
