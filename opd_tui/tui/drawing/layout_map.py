"""Where everything stands on a screen, before something of it comes or goes."""

from __future__ import annotations

from contextlib import suppress

from textual.errors import NoWidget
from textual.widget import Widget


def refresh_layout_map(widget: Widget) -> None:
    """Let the screen of a widget work out where everything stands, before something is shown or hidden.

    After it scrolled it does so only when it is asked. If that is after something was hidden, it finds nothing changed
    when it lays itself out, and leaves what was hidden on the terminal (seen in Textual 8.2.8).
    """
    with suppress(NoWidget):
        widget.screen.find_widget(Widget())  # only the whole map can tell that this one stands nowhere
