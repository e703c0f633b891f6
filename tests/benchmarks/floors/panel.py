"""A board's queue and a panel to issue tokens in, on bare Textual with raw `sqlite3`.

`python -m tests.benchmarks.floors.panel DATABASE TRANSACTIONS`: each Enter in the panel repeats the next of the
transactions that were recorded from the program, and then shows the name that was typed in the list.
"""

from __future__ import annotations

import sys
from pathlib import Path

from textual import on
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from tests.benchmarks.floors.replay import connect_raw, load, replay

SHOWN = 20


class Panel(Vertical):
    """The same fields as the program's panel."""

    DEFAULT_CSS = """
    Panel { dock: bottom; height: 6; border: heavy green; }
    Panel Horizontal { height: 1; }
    Panel #label { width: 10; }
    Panel Input { border: none; height: 1; width: 1fr; }
    Panel Input:focus { border: none; }
    """
    BORDER_TITLE = "New token"

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static("Patient", id="label")
            yield Input(placeholder="name")
        yield Static("Source  EMERGENCY  PAID  FOLLOWUP  ONLINE  WALKIN")
        yield Static("gets a seat", id="forecast")


class PanelApp(App[None]):
    """A list of names and the panel."""

    AUTO_FOCUS = None
    BINDINGS = [("n", "new", "New"), ("escape", "close", "Close")]

    def __init__(self, database: Path, transactions: Path) -> None:
        super().__init__()
        self.connection = connect_raw(database)
        self.transactions = iter(load(transactions))
        self.names: list[str] = []

    def compose(self) -> ComposeResult:
        yield Static("The queue", id="names", markup=False)
        yield Panel()

    def on_mount(self) -> None:
        self.query_one(Panel).display = False

    def action_new(self) -> None:
        field = self.query_one(Input)
        field.value = ""
        self.query_one(Panel).display = True
        field.focus()

    def action_close(self) -> None:
        self.query_one(Panel).display = False
        self.set_focus(None)

    @on(Input.Submitted)
    def issue(self, event: Input.Submitted) -> None:
        replay(self.connection, next(self.transactions))
        self.names = [*self.names, f"T-{len(self.names):03} {event.value}"][-SHOWN:]
        with self.batch_update():
            self.query_one("#names", Static).update("\n".join(self.names))
            self.action_close()


if __name__ == "__main__":
    PanelApp(Path(sys.argv[1]), Path(sys.argv[2])).run()
