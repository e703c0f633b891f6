"""The bars at the top and bottom of every screen: current screen, day, user and keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from opd_tui.tui.drawing.cells import Line, fit, joined
from opd_tui.tui.drawing.looks import look
from opd_tui.tui.keys.commands import Command

if TYPE_CHECKING:
    from opd_tui.desk.views import Totals


class Bar(Widget):
    """A bar across the screen, one or two lines high."""

    def line(self, width: int) -> Line:
        """Return the bar's content."""
        raise NotImplementedError

    def second_line(self) -> Line:
        """Return the content of the second line."""
        return []

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        line = self.second_line() if y else self.line(width)
        return Strip(line).adjust_cell_length(width).apply_style(self.rich_style).simplify()

    def styled(self, *parts: tuple[str, str | None]) -> Line:
        """Return texts side by side, each in its look."""
        return joined(*((text, look(self, name) if name else None) for text, name in parts))


class TopBar(Bar):
    """The hospital, the displayed day, the time, and the desk with its operator."""

    title: reactive[str] = reactive("OPD front desk")
    today_key: reactive[str] = reactive("t")
    day: reactive[dt.date | None] = reactive(None)
    now: reactive[dt.datetime | None] = reactive(None)
    """The desk's clock in the hospital's time zone."""
    who: reactive[str] = reactive("")
    offline_notice: reactive[str] = reactive("")
    """The offline notice, shown in place of `who`."""

    def line(self, width: int) -> Line:
        middle, alert = self._day_and_time()
        room = max(width - cell_len(middle) - 4, 0)
        left = f" {self.title if cell_len(self.title) < room else fit(self.title, room - 1)}"
        space = width - cell_len(left) - cell_len(middle) - 4
        who = self.offline_notice or (self.who if cell_len(self.who) <= space else "")
        gap = max(width - cell_len(left) - cell_len(middle) - cell_len(who) - 1, 2)
        before = max(min(gap - 2, width // 2 - cell_len(left) - cell_len(middle) // 2), 2)
        return self.styled(
            (left, "strong"),
            (" " * before, None),
            (middle, "mark" if alert else "strong"),
            (" " * (gap - before), None),
            (who, "mark" if self.offline_notice else None),
        )

    def _day_and_time(self) -> tuple[str, bool]:
        if self.now is None or self.day is None:
            return "opening the database …", False
        other = self.day - self.now.date()
        if not other:
            return f"{self.now:%a %d %b %Y  %H:%M}", False
        ago = f"{abs(other.days)} day{'s' if abs(other.days) > 1 else ''} {'ahead' if other.days > 0 else 'ago'}"
        return f"{self.day:%a %d %b %Y} ({ago}; press {self.today_key} for today)  {self.now:%H:%M}", True


class ModeBar(Bar):
    """The main screens with their keys, the current one highlighted, and the totals of the day."""

    current: reactive[str] = reactive("board")
    modes: reactive[tuple[Command, ...]] = reactive(())
    totals: reactive[Totals | None] = reactive(None)

    def line(self, width: int) -> Line:
        waiting = f" {self.totals.waiting}" if self.totals and self.totals.waiting else ""
        parts: list[tuple[str, str | None]] = [(" ", None)]
        for command in self.modes:
            name = command.id.removeprefix("mode.")
            label = f"{command.key_label} {command.label}{waiting if name == 'waitlist' else ''}"
            parts.append(
                (f"▐{label}▌" if name == self.current else f" {label} ", "current" if name == self.current else None)
            )
            parts.append((" ", None))
        room = width - sum(cell_len(text) for text, _ in parts) - 1
        totals = totals_in_words(self.totals, room) if self.totals else ""
        return self.styled(*parts, (f"{totals:>{max(room, 0)}}", None))


class Count(NamedTuple):
    """A number of the day's totals, with its word, a brief one, and its rank: the highest is dropped first."""

    word: str
    brief: str
    number: int
    rank: int


def totals_in_words(totals: Totals, room: int) -> str:
    """Return a day's totals but for those that are zero: in short words, then without the least important, if need be.

    Whom to tell, who is done and who waits stay the longest.
    """
    counts = [
        Count("inside", "in", totals.inside, 5),
        Count("here", "here", totals.here, 3),
        Count("seated", "seat", totals.seated, 4),
        Count("waiting", "wait", totals.waiting, 2),
        Count("done", "done", totals.done, 1),
        Count("no-show", "no-show", totals.no_show, 6),
        Count("to tell", "tell", totals.to_tell, 0),
    ]
    shown = [count for count in counts if count.number]
    while shown:
        words = [f"{count.word} {count.number}" for count in shown]
        brief = [f"{count.brief} {count.number}" for count in shown]
        for text in (" · ".join(words), " · ".join(brief), "·".join(brief)):
            if cell_len(text) <= room:
                return text
        shown.remove(max(shown, key=lambda count: count.rank))
    return ""


class CommandFooter(Bar):
    """The available keys; if they do not fit, whole hints are dropped, the least important first."""

    commands: reactive[tuple[Command, ...]] = reactive(())

    def line(self, width: int) -> Line:
        shown = self.fitting(width)
        parts: list[tuple[str, str | None]] = [(" ", None)]
        for command in shown:
            key, label = hint_of(command)
            parts += [(key, "key"), (f" {label}  ", None)]
        return self.styled(*parts)

    def fitting(self, width: int) -> Sequence[Command]:
        """Return the commands that fit, in their original order."""
        wanted = [command for command in self.commands if command.footer is not None]
        while wanted and sum(cell_len(" ".join(hint_of(command))) + 2 for command in wanted) >= width:
            wanted.remove(max(wanted, key=lambda command: command.footer or 0))
        return wanted


def hint_of(command: Command) -> tuple[str, str]:
    """Return a command's key and label in the footer."""
    if command.hint is None:
        return command.key_label, command.label
    other, label = command.hint
    return f"{command.key_label} {other.key_label}", label
