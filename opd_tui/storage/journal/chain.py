"""The journal's hash chains: each event has a hash over itself and the previous event's hash.

There is one chain for each slot, and a global chain for events without a slot's lock: doctors, the opening of slots,
forgotten patients. The last hash of a chain is stored in its slot's row, that of the global chain in the hospital's.
Editing or deleting an event breaks its chain; deleting the last event leaves a hash that differs from the stored one;
and a slot deleted with all its events is revealed by its opening in the global chain.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import SlotId
from opd_tui.storage.journal.formats import StoredEvent, chained_hash, entry_text

START = ""
"""The previous hash of a chain's first event."""


@dataclass(frozen=True, slots=True)
class WrittenEvent:
    """An event as stored in the journal, with its entry, number and hash."""

    entry_id: int
    entry: JournalEntry
    stored: StoredEvent
    number: int
    """The event's number within its entry, from 1."""
    hash: str


@dataclass
class ChainCheck:
    """Recomputes all chains, event by event; `broken` holds the problems."""

    ends: dict[SlotId | None, str] = field(default_factory=lambda: defaultdict(lambda: START))
    broken: list[str] = field(default_factory=list)

    def add(self, written: WrittenEvent) -> None:
        """Check the next event of the journal."""
        chain = written.stored.slot_id
        expected = chained_hash(
            self.ends[chain], entry_text(written.entry_id, written.entry, written.stored.format), written.stored
        )
        if expected != written.hash:
            self.broken.append(f"the journal {described(chain)} was altered at or before entry {written.entry_id}")
        self.ends[chain] = written.hash

    def compare(self, chain: SlotId | None, stored: str) -> None:
        """Check that a chain's last hash is the one stored in the row of its slot or the hospital."""
        if self.ends.get(chain, START) != stored:
            self.broken.append(f"the journal {described(chain)} does not end where it should")


def described(chain: SlotId | None) -> str:
    """Return the words for a chain in a problem."""
    return "of no slot" if chain is None else f"of slot {chain}"
