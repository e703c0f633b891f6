"""A command and what was chosen for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from opd_tui.desk.actions import Action
from opd_tui.desk.outcome import Forecast
from opd_tui.tui.keys.commands import DeskCommand
from opd_tui.tui.screens.chosen import Chosen


@dataclass(frozen=True)
class Request:
    """What a person asks of the desk, before the fields of its form are filled in."""

    command: DeskCommand
    chosen: Chosen | None

    @property
    def about(self) -> str:
        """What it is about, as a question and a title call it."""
        return self.chosen.name if self.chosen else ""

    @property
    def title(self) -> str:
        """The title of its form."""
        return " · ".join(filter(None, (self.command.title or self.command.label, self.about)))

    def presets(self, day: dt.date | None) -> dict[str, str]:
        """What its form suggests: what the command says, else what the chosen thing has now, else the day shown."""
        date = {"date": day.isoformat()} if day else {}
        now = self.chosen.presets(self.command.asked) if self.chosen else {}
        return {**date, **now, **self.command.presets}

    def action(self, fields: Mapping[str, object]) -> Action:
        """The action that it makes; raises InvalidAction."""
        needs = self.command.needs
        known = {needs.value: self.chosen.thing.id} if needs and self.chosen else {}
        return self.command.action_class.from_mapping({**known, **fields})

    def question(self, action: Action, forecast: Forecast) -> str | None:
        """What is asked before the action is performed."""
        question = action.question(forecast, self.about)
        return f"{question} {self.command.note}".rstrip() if question else None
