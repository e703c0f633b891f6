"""The lines above and below the screens: where one is, and which keys work here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from rich.cells import cell_len
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from opd_tui.tui.drawing.cells import Line, fit, joined
from opd_tui.tui.drawing.looks import look
from opd_tui.tui.keys.commands import Command


class Bar(Widget):
    """One line across the screen."""

    def line(self, width: int) -> Line:
        """What the bar says."""
        raise NotImplementedError

    def second_line(self) -> Line:
        """What a bar of two lines says below."""
        return []

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        line = self.second_line() if y else self.line(width)
        return Strip(line).adjust_cell_length(width).apply_style(self.rich_style)

    def styled(self, *parts: tuple[str, str | None]) -> Line:
        """Texts side by side, each in a look."""
        return joined(*((text, look(self, name) if name else None) for text, name in parts))


class TopBar(Bar):
    """The hospital, the day that is shown, the time, and who sits at which desk."""

    title: reactive[str] = reactive("OPD front desk")
    today_key: reactive[str] = reactive("t")
    day: reactive[dt.date | None] = reactive(None)
    now: reactive[dt.datetime | None] = reactive(None)
    """The desk's clock in the hospital's time zone."""
    who: reactive[str] = reactive("")
    offline_notice: reactive[str] = reactive("")
    """Since when the database is not there; it takes the place of who sits here."""

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
    """The screens with their keys; the current one stands out."""

    current: reactive[str] = reactive("board")
    modes: reactive[tuple[Command, ...]] = reactive(())
    waiting: reactive[int | None] = reactive(None)

    def line(self, width: int) -> Line:
        waiting = f" {self.waiting}" if self.waiting else ""
        parts: list[tuple[str, str | None]] = [(" ", None)]
        for command in self.modes:
            name = command.id.removeprefix("mode.")
            label = f"{command.key_label} {command.label}{waiting if name == 'waitlist' else ''}"
            parts.append(
                (f"▐{label}▌" if name == self.current else f" {label} ", "current" if name == self.current else None)
            )
            parts.append((" ", None))
        return self.styled(*parts)


class CommandFooter(Bar):
    """The keys that work here; whole hints are left out, the least needed first, where the line is too short."""

    commands: reactive[tuple[Command, ...]] = reactive(())

    def line(self, width: int) -> Line:
        shown = self.fitting(width)
        parts: list[tuple[str, str | None]] = [(" ", None)]
        for command in shown:
            key, label = hint_of(command)
            parts += [(key, "key"), (f" {label}  ", None)]
        return self.styled(*parts)

    def fitting(self, width: int) -> Sequence[Command]:
        """The hints that fit, in the order in which they were declared."""
        wanted = [command for command in self.commands if command.footer is not None]
        while wanted and sum(cell_len(" ".join(hint_of(command))) + 2 for command in wanted) >= width:
            wanted.remove(max(wanted, key=lambda command: command.footer or 0))
        return wanted


def hint_of(command: Command) -> tuple[str, str]:
    """A command's key and label in the footer."""
    if command.hint is None:
        return command.key_label, command.label
    other, label = command.hint
    return f"{command.key_label} {other.key_label}", label
