"""Drawing the whole terminal again, after something else has written to it."""

from __future__ import annotations

import sys

from textual.app import App

CLEAR = "\x1b[0m\x1b[2J"


def redraw(app: App[None]) -> None:
    """Clear the terminal and draw everything again; a repaint alone leaves cells that Textual does not know of."""
    if not app.is_headless and sys.__stderr__ is not None:  # Textual writes there too
        sys.__stderr__.write(CLEAR)
        sys.__stderr__.flush()
    app.refresh(layout=True)
