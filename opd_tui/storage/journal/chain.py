"""The journal's hash chains: each event has a hash over itself and the previous event's hash.

There is one chain for each slot, and a global chain for events without a slot's lock: doctors, the opening of slots,
forgotten patients. The last hash of a chain is stored in its slot's row, that of the global chain in the hospital's.
Editing or deleting an event breaks its chain; deleting the last event leaves a hash that differs from the stored one;
and a slot deleted with all its events is revealed by its opening in the global chain.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from opd_tui.domain.instants import read_instant
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import SlotId
from opd_tui.storage.journal import format_1
from opd_tui.storage.journal.formats import StoredEvent, chained_hash, entry_text

START = ""
"""The previous hash of a chain's first event."""


class EntryRow(NamedTuple):
    """The columns of a journal entry without its id."""

    action: str
    at: str
    recorded_at: str
    operator: str
    desk: str
    road: str

    @property
    def entry(self) -> JournalEntry:
        """The entry; raises ValueError if an instant is not valid."""
        action, at, recorded_at, *actor = self
        return JournalEntry(action, read_instant(at), read_instant(recorded_at), *actor)


class WrittenEvent(NamedTuple):
    """An event as stored in the journal, with its entry, number and hash."""

    entry_id: int
    entry: EntryRow
    stored: StoredEvent
    number: int
    """The event's number within its entry, from 1."""
    hash: str


@dataclass
class ChainCheck:
    """Recomputes all chains, event by event; `broken` holds the problems."""

    ends: dict[SlotId | None, str] = field(default_factory=lambda: defaultdict(lambda: START))
    broken: list[str] = field(default_factory=list)
    _last: tuple[int, int] = (0, 0)
    """The id of the last event's entry, and the event's format."""
    _text: str = ""
    """The text of that entry in that format."""

    def add(self, written: WrittenEvent) -> None:
        """Check the next event of the journal."""
        entry_id, entry, stored, _, hash_ = written
        if self._last != (entry_id, stored.format):
            self._last, self._text = (entry_id, stored.format), entry_text(entry_id, entry, stored.format)
        chain = stored.slot_id
        if chained_hash(self.ends[chain], self._text, stored) != hash_:
            self.broken.append(f"the journal {described(chain)} was altered at or before entry {entry_id}")
        if problem := unhashed_problem(written):
            self.broken.append(f"entry {entry_id} of the journal {problem}")
        self.ends[chain] = hash_

    def compare(self, chain: SlotId | None, stored: str) -> None:
        """Check that a chain's last hash is the one stored in the row of its slot or the hospital."""
        if self.ends.get(chain, START) != stored:
            self.broken.append(f"the journal {described(chain)} does not end where it should")


def unhashed_problem(written: WrittenEvent) -> str | None:
    """Return what is wrong with the parts of an event that no hash covers, or None."""
    stored = written.stored
    text = "".join((stored.kind, stored.subject, stored.before or "", stored.after, stored.details))
    if not (text.isascii() and text.isprintable()):
        return "has a character that it never writes"
    if stored.format == 1 and (written.entry.road or not format_1.is_canonical(stored)):
        return "was altered where its format has no hash"
    return None


def described(chain: SlotId | None) -> str:
    """Return the words for a chain in a problem."""
    return "of no slot" if chain is None else f"of slot {chain}"
