"""A bare Textual app: a line of text and a footer, no data."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Footer, Static

READY = "READY"


class Bare(App[None]):
    """The least that a Textual program does."""

    BINDINGS = [("ctrl+q", "quit", "Quit")]

    def compose(self) -> ComposeResult:
        yield Static(READY)
        yield Footer()


if __name__ == "__main__":
    Bare().run()
