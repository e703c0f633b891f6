"""The state of a row that the journal alone gives, event after event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from opd_tui.domain.events import Event, Fields, PatientForgotten
from opd_tui.storage.journal import format_1
from opd_tui.storage.journal.chain import WrittenEvent


class Fold:
    """One row as its events leave it; `state` is None where none made it, `broken` says what contradicts itself."""

    def __init__(self, name: str, written: Iterable[WrittenEvent], slots: Mapping[int, Fields]) -> None:
        """Fold the events of the row called `name`; `slots` are the slots as the journal has them."""
        self.name = name
        self.state: dict[str, Any] | None = None
        self.broken: list[str] = []
        for each in written:
            event = each.stored.event
            if each.stored.format == 1:
                if isinstance(event, PatientForgotten):
                    continue  # the upgrade registered the patient as forgotten
                event = format_1.completed(event, each.entry, slots)
            self._add(event)

    def _add(self, event: Event) -> None:
        if problem := event.problem():
            self.broken.append(f"the journal's reason for a change of {self.name} does not fit: {problem}")
        if event.before is None:
            if self.state is not None:
                self.broken.append(f"the journal makes {self.name} twice")
            self.state = dict(event.after)
            return
        state = self.state or {}
        for field, was in event.before.items():
            if state.get(field) != was:
                self.broken.append(
                    f"the journal changes {self.name} from {field} {was}, where it was {state.get(field)}"
                )
        self.state = {**state, **event.after}
