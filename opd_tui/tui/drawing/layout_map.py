"""A workaround for Textual's stale layout map when widgets are shown or hidden."""

from __future__ import annotations

from contextlib import suppress

from textual.errors import NoWidget
from textual.widget import Widget


def refresh_layout_map(widget: Widget) -> None:
    """Make a widget's screen compute its full layout map; call this before showing or hiding a widget.

    After scrolling, Textual computes the map only on demand. If that happens after a widget is hidden, the next layout
    finds no difference and leaves the hidden widget on the terminal (as of Textual 8.2.8).
    """
    with suppress(NoWidget):
        widget.screen.find_widget(Widget())  # only the full map can show that this widget is not on screen
