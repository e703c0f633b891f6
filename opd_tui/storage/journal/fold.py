"""Folding a row's events into its state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from opd_tui.domain.events import Event, Fields, PatientForgotten
from opd_tui.storage.journal import format_1
from opd_tui.storage.journal.formats import StoredEvent


class Fold:
    """The state of a row by its events, or None if no event created it; `broken` lists contradictions."""

    def __init__(
        self, name: str, written: Iterable[tuple[StoredEvent, str | None]], slots: Mapping[int, Fields]
    ) -> None:
        """Fold the events of a row; `name` is for problems, `slots` are the slots folded before."""
        self.name = name
        self.state: dict[str, Any] | None = None
        self.broken: list[str] = []
        for stored, at in written:
            event = stored.event
            if stored.format == 1:
                if isinstance(event, PatientForgotten):
                    continue  # the upgrade registered the patient as forgotten
                event = format_1.completed(event, at, slots)
            self._add(event)

    def _add(self, event: Event) -> None:
        if problem := event.problem():
            self.broken.append(f"the journal has the wrong kind of event for {self.name}: {problem}")
        if event.before is None:
            if self.state is not None:
                self.broken.append(f"the journal creates {self.name} twice")
            self.state = dict(event.after)
            return
        state = self.state = self.state or {}
        for field, was in event.before.items():
            if state.get(field) != was:
                self.broken.append(f"the journal changes {self.name} from {field} {was}, but it was {state.get(field)}")
        state.update(event.after)
