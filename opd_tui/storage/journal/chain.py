"""The journal's chains: each line carries a hash of itself and of the line before it in its chain.

There is one chain for each slot and one, the house's, for what has no slot of its own yet: doctors, the opening of
slots, forgotten patients. The end of a slot's chain is kept with the slot, that of the house's with the hospital. So a
line that is altered or removed by hand breaks its chain, a removed end differs from the end that is kept, and a slot
that is removed with all its lines is missed by the house's chain, which has its opening.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

from opd_tui.domain.instants import write_instant
from opd_tui.domain.journal import JournalEntry, JournalLine
from opd_tui.domain.model import SlotId

START = ""
"""What stands before the first line of a chain."""


def chain_of(line: JournalLine) -> SlotId | None:
    """The slot whose chain the line belongs to, or None for the house's."""
    return line.slot_id if line.token_id is not None else None


def entry_text(entry_id: int, entry: JournalEntry) -> str:
    """What of an entry is hashed with each of its lines."""
    instants = write_instant(entry.at), write_instant(entry.recorded_at)
    return json.dumps([entry_id, entry.action, *instants, entry.operator, entry.desk])


def line_hash(previous: str, entry: str, line: JournalLine) -> str:
    """SHA-256 over the hash before, the entry's text and the line, in hexadecimal digits."""
    names = (line.from_status, line.to_status, line.reason)
    fields = [
        previous,
        entry,
        line.doctor_id,
        line.slot_id,
        line.token_id,
        *(name and name.name for name in names),
        line.because_of,
        line.facts,
    ]
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """A line as it stands in the journal, with its entry, what of that is hashed with it, and its hash."""

    entry: JournalEntry
    entry_text: str
    line: JournalLine
    sequence: int
    hash: str


@dataclass
class ChainCheck:
    """Follows one chain line after line; `broken` says where it does not hold together."""

    end: str = START
    broken: list[str] = field(default_factory=list)

    def add(self, written: WrittenLine) -> None:
        """Take the chain's next line."""
        if line_hash(self.end, written.entry_text, written.line) != written.hash:
            chain = of_chain(chain_of(written.line))
            self.broken.append(f"the journal {chain} was altered at or before line {written.sequence}")
        self.end = written.hash

    def compare(self, chain: SlotId | None, kept: str) -> None:
        """See that the chain ends where its slot or the hospital says."""
        if self.end != kept:
            self.broken.append(f"the journal {of_chain(chain)} does not end where it should")


def of_chain(chain: SlotId | None) -> str:
    return "of the house" if chain is None else f"of slot {chain}"
