"""A list of lines on bare Textual, drawn line by line: `python -m tests.benchmarks.floors.lines LINES`."""

from __future__ import annotations

import sys

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static


class Lines(ScrollView, can_focus=True):
    """So many lines with a cursor."""

    BINDINGS = [
        ("up", "move(-1)", "Up"),
        ("down", "move(1)", "Down"),
        ("pageup", "move(-30)", "Page up"),
        ("pagedown", "move(30)", "Page down"),
        ("home", "move(-1000000)", "First"),
        ("end", "move(1000000)", "Last"),
    ]
    cursor: var[int] = var(0)

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.virtual_size = Size(80, count)

    def action_move(self, step: int) -> None:
        before, self.cursor = self.cursor, min(max(self.cursor + step, 0), self.count - 1)
        self.refresh_line(before)
        self.refresh_line(self.cursor)
        top, height = self.scroll_offset.y, self.size.height
        if not top <= self.cursor < top + height:
            target = self.cursor if self.cursor < top else self.cursor - height + 1
            self.scroll_to(y=target, animate=False, force=True, immediate=True)

    def render_line(self, y: int) -> Strip:
        line = y + self.scroll_offset.y
        if line >= self.count:
            return Strip.blank(self.size.width)
        pointer = "▸" if line == self.cursor else " "
        style = Style(bold=line == self.cursor)
        return Strip([Segment(f"{pointer} line {line:04} and what it says", style)]).adjust_cell_length(self.size.width)


class LinesApp(App[None]):
    """A heading and the list."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def compose(self) -> ComposeResult:
        yield Static("A list")
        yield Lines(self.count)


if __name__ == "__main__":
    LinesApp(int(sys.argv[1])).run()
