"""The state that the journal alone gives, line after line."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from opd_tui.domain.instants import write_instant
from opd_tui.domain.journal import JournalLine
from opd_tui.domain.model import Reason, Status, TokenId

Facts = dict[str, Any]

LEADS_TO = {
    Reason.ISSUED: Status.WAITING,
    Reason.ALLOCATED: Status.ACTIVE,
    Reason.PREEMPTED: Status.WAITING,
    Reason.PROMOTED: Status.ACTIVE,
    Reason.CANCELLED: Status.CANCELLED,
    Reason.NO_SHOW: Status.NO_SHOW,
    Reason.COMPLETED: Status.COMPLETED,
}
"""The one status that each reason leads to."""
CAUSED_BY_ANOTHER = (Reason.PREEMPTED, Reason.PROMOTED)


@dataclass
class Fold:
    """Doctors, slots and tokens as the journal has them; `broken` says where it contradicts itself."""

    doctors: dict[int, Facts] = field(default_factory=dict)
    slots: dict[int, Facts] = field(default_factory=dict)
    tokens: dict[int, Facts] = field(default_factory=dict)
    lines: int = 0
    broken: list[str] = field(default_factory=list)

    def add(self, at: dt.datetime, line: JournalLine) -> None:
        """Take one more line, in sequence, of an action that took place at this instant."""
        self.lines += 1
        if line.token_id is not None:
            self._change_token(line.token_id, at, line)
        elif line.slot_id is not None:
            self.slots[line.slot_id] = {"doctor_id": line.doctor_id, **line.facts}
        elif line.doctor_id is not None:
            self.doctors[line.doctor_id] = dict(line.facts)

    def _change_token(self, token_id: TokenId, at: dt.datetime, line: JournalLine) -> None:
        if line.reason is None or LEADS_TO[line.reason] is not line.to_status:
            self.broken.append(f"the journal's reason for a change of token {token_id} does not fit")
        if (line.because_of is not None) != (line.reason in CAUSED_BY_ANOTHER):
            self.broken.append(f"the journal does not say rightly who caused a change of token {token_id}")
        token = self._issued(line) if line.reason is Reason.ISSUED else self._moved(token_id, line)
        token["status"] = line.to_status.name if line.to_status else None
        if line.to_status and not line.to_status.is_open:
            token["closed_at"] = write_instant(at)
        self.tokens[token_id] = token

    def _issued(self, line: JournalLine) -> Facts:
        """A new token, whose doctor and date are its slot's."""
        slot = self.slots.get(line.slot_id or 0, {})
        return {"slot_id": line.slot_id, "doctor_id": slot.get("doctor_id"), "date": slot.get("date"), **line.facts}

    def _moved(self, token_id: TokenId, line: JournalLine) -> Facts:
        """A token of before, from where it was."""
        token = self.tokens.get(token_id, {})
        was = line.from_status.name if line.from_status else None
        if token.get("status") != was or token.get("slot_id") != line.slot_id:
            self.broken.append(
                f"the journal moves token {token_id} from {was} in slot {line.slot_id}, where it was not"
            )
        return token
