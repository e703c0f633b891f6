"""Recent actions as sentences, read from the journal so that they survive a restart and include other desks."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from textual.geometry import Region
from textual.reactive import reactive, var
from textual.strip import Strip
from textual.widget import Widget

from opd_tui.desk.outcome import Outcome
from opd_tui.tui.drawing.cells import fit, joined, wrapped
from opd_tui.tui.drawing.looks import look
from opd_tui.tui.drawing.sentences import forms_of, outcome_sentence

INDENT = 8
"""The columns of the time before each sentence."""


class Activity(Widget):
    """The latest actions at all desks, newest first."""

    items: var[tuple[Outcome, ...]] = var((), init=False)
    empty: reactive[str] = reactive("")
    """The message before anything has happened."""
    zone: ZoneInfo | None = None
    desk: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    """The visible lines: time, or blanks if the sentence goes on, and words."""

    def watch_items(self) -> None:
        self.wrap()

    def on_resize(self) -> None:
        self.wrap()

    def wrap(self) -> None:
        """Break the sentences into lines, and repaint those that differ."""
        room, height = self.size.width - INDENT - 1, self.size.height
        before, lines = self.lines, []
        for item in self.items[:height]:
            first, *rest = wrapped(sentence_of(item, self.desk, self.zone), max(room, 1))
            lines += [(time_of(item, self.zone), first), *(("", words) for words in rest)]
        self.lines = tuple(lines[:height])
        for y in range(height):
            if before[y : y + 1] != self.lines[y : y + 1]:
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        width, dim = self.size.width, look(self, "dim")
        if y < len(self.lines):
            time, words = self.lines[y]
            line = joined((f" {time:5}  ", dim), (fit(words, width - INDENT - 1), None))
        else:
            line = joined((self.empty if y == 0 and not self.items else "", dim))
        return Strip(line).adjust_cell_length(width).apply_style(self.rich_style).simplify()


def time_of(item: Outcome, zone: ZoneInfo | None) -> str:
    """Return the local time at which an outcome was recorded."""
    return f"{item.entry.recorded_at.astimezone(zone):%H:%M}"


def sentence_of(item: Outcome, desk: str, zone: ZoneInfo | None) -> str:
    """Return an outcome as a sentence, preceded by the desk if it was not this one."""
    elsewhere = "" if item.entry.desk == desk else f"{item.entry.desk}: "
    return elsewhere + outcome_sentence(item, zone)


def forms_of_entry(item: Outcome, desk: str, zone: ZoneInfo | None) -> tuple[str, ...]:
    """Return an outcome's time and sentence in one line, in fewer and fewer words."""
    return forms_of(f"{time_of(item, zone)}  {sentence_of(item, desk, zone)}", item)
