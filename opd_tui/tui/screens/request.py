"""A desk command with its selected item."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from opd_tui.desk.actions import Action
from opd_tui.desk.outcome import Forecast
from opd_tui.domain.events import TokenCompleted
from opd_tui.tui.keys.commands import DeskCommand
from opd_tui.tui.screens.chosen import Chosen

FASTER = "Another desk was faster, so this has changed. "


@dataclass(frozen=True)
class Request:
    """A request to the desk before the fields of its form are filled in."""

    command: DeskCommand
    chosen: Chosen | None

    @property
    def about(self) -> str:
        """The name of the selected item, for a question or title."""
        return self.chosen.name if self.chosen else ""

    @property
    def title(self) -> str:
        """The title of the form."""
        return " · ".join(filter(None, (self.command.title or self.command.label, self.about)))

    def presets(self, day: dt.date | None) -> dict[str, str]:
        """Return the form's initial values: from the command, else the selected item, else the displayed day."""
        date = {"date": day.isoformat()} if day else {}
        now = self.chosen.presets(self.command.asked) if self.chosen else {}
        return {**date, **now, **self.command.presets}

    def action(self, fields: Mapping[str, object]) -> Action:
        """Return the action; raise InvalidAction if the fields are invalid."""
        return self.command.action_class.from_mapping({**self.command.fixed, **self.known, **fields})

    @property
    def known(self) -> dict[str, object]:
        """The fields that follow from the selected item: its id, and the day of a doctor's command."""
        if self.command.needs is None or self.chosen is None:
            return {}
        has_date = any(spec.name == "date" for spec in self.command.action_class.own_specs())
        date = {"date": self.chosen.date} if has_date and self.chosen.date else {}
        return {self.command.needs.value: self.chosen.thing.id, **date}

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
