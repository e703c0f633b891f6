"""A desk command with its selected item."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from opd_tui.desk.actions import Action
from opd_tui.desk.outcome import Forecast
from opd_tui.domain.events import TokenCompleted
from opd_tui.domain.model import Slot
from opd_tui.domain.records import Spec
from opd_tui.tui.keys.commands import DeskCommand
from opd_tui.tui.keys.typed import Typed
from opd_tui.tui.screens.chosen import Chosen
from opd_tui.tui.screens.lateness import Lateness

FASTER = "Another desk was faster, so this has changed. "


@dataclass(frozen=True)
class Request:
    """A request to the desk before the fields of its form are filled in."""

    command: DeskCommand
    chosen: Chosen | None
    day: dt.date | None = None
    """The displayed day."""
    now: dt.datetime | None = None
    """The desk's clock in the hospital's time zone."""
    key: Typed | None = None
    """The key of the command."""

    @property
    def about(self) -> str:
        """The name of the selected item, for a question or title."""
        return self.chosen.name if self.chosen else ""

    @property
    def title(self) -> str:
        """The title of the form."""
        return " · ".join(filter(None, (self.command.title or self.command.label, self.about)))

    @property
    def action_class(self) -> type[Action]:
        """The class of the action."""
        slot = self.chosen.thing if self.chosen else None
        is_closed = isinstance(slot, Slot) and slot.closed_at is not None
        return self.command.action_when_closed if is_closed else self.command.action_class

    @property
    def asked(self) -> tuple[Spec, ...]:
        """The fields of the form."""
        if self.chosen is None or not self.chosen.slots:
            return self.command.asked
        late = Lateness(self.chosen.slots[0].start, self.now if self.is_today else None)
        return tuple(replace(spec, type=late) if spec.name == "minutes" else spec for spec in self.command.asked)

    @property
    def is_today(self) -> bool:
        """Whether the displayed day is today."""
        return self.now is not None and self.now.date() == self.day

    @property
    def presets(self) -> dict[str, str]:
        """The form's initial values: from the command, else the selected item, else the displayed day and the time."""
        here = {"date": self.day.isoformat()} if self.day else {}
        if self.now is not None and self.is_today:
            here["from"] = f"{self.now:%H:%M}"
        now = self.chosen.presets(self.command.asked) if self.chosen else {}
        return {**here, **now, **self.command.presets}

    def action(self, fields: Mapping[str, object]) -> Action:
        """Return the action; raise InvalidAction if the fields are invalid, or if one is missing."""
        needs, names = self.command.needs, {spec.name for spec in self.action_class.own_specs()}
        known: dict[str, object] = {needs.value: self.chosen.thing.id} if needs and self.chosen else {}
        if self.day is not None and "date" in names:
            known["date"] = self.day
        return self.action_class.from_mapping({**self.command.fixed, **known, **fields})

    def question(self, action: Action, forecast: Forecast) -> str | None:
        """Return the question to ask before the action is performed, or None."""
        question = action.question(forecast, self.about)
        if question is None and self.completes_another(forecast):
            return f"{FASTER}Now: {forecast.outcome.sentence}. Do it?"
        return f"{question} {self.command.note}".rstrip() if question else None

    def completes_another(self, forecast: Forecast) -> bool:
        """Return whether the action would complete another token than the one on the screen."""
        completed = forecast.outcome.changed(TokenCompleted) if self.command.completes else None
        expected = self.chosen.completes if self.chosen else None
        return completed is not None and (expected is None or completed.id != expected.id)
