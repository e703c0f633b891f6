"""The journal's chains: each event carries a hash of itself and of the event before it in its chain.

There is one chain for each slot, and a global one for what happens under no slot's lock: doctors, the opening of
slots, forgotten patients. The end of a slot's chain is kept with the slot, that of the global chain with the hospital.
So an event that is altered or removed by hand breaks its chain, a removed end differs from the end that is kept, and a
slot that is removed with all its events is missed by the global chain, which has its opening.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import SlotId
from opd_tui.storage.journal.formats import StoredEvent, chained_hash

START = ""
"""What stands before the first event of a chain."""


@dataclass(frozen=True, slots=True)
class WrittenEvent:
    """An event as it stands in the journal, with its entry, its place and its hash."""

    entry_id: int
    entry: JournalEntry
    stored: StoredEvent
    number: int
    """Its place in the entry, from 1."""
    hash: str


@dataclass
class ChainCheck:
    """Follows all chains, event after event; `broken` says where one does not hold together."""

    ends: dict[SlotId | None, str] = field(default_factory=lambda: defaultdict(lambda: START))
    broken: list[str] = field(default_factory=list)

    def add(self, written: WrittenEvent) -> None:
        """Take the journal's next event."""
        chain = written.stored.slot_id
        expected = chained_hash(self.ends[chain], written.entry_id, written.entry, written.stored)
        if expected != written.hash:
            self.broken.append(f"the journal {of_chain(chain)} was altered at or before entry {written.entry_id}")
        self.ends[chain] = written.hash

    def compare(self, chain: SlotId | None, kept: str) -> None:
        """See that a chain ends where its slot or the hospital says."""
        if self.ends.get(chain, START) != kept:
            self.broken.append(f"the journal {of_chain(chain)} does not end where it should")


def of_chain(chain: SlotId | None) -> str:
    """Return whose chain it is, in words."""
    return "of no slot" if chain is None else f"of slot {chain}"
