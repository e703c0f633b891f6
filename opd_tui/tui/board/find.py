"""The dialog that finds a patient, token or slot of the day by words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual.widgets import Input

from opd_tui.desk.search import slot_words, token_words
from opd_tui.domain.model import SlotRecord, TokenRecord
from opd_tui.tui.dialogs.search_list import Found, SearchList
from opd_tui.tui.drawing.text import count, doctor_label, seats, status_words

Day = tuple[Sequence[TokenRecord], Sequence[SlotRecord]]
"""The tokens and slots of a day."""

TYPE_FIRST = "Type a name, a number or a phone first, or choose with ↑ ↓."


class Find(SearchList):
    """A search for a token or slot of the day; Enter goes there."""

    PLACEHOLDER = "a name, a number, a phone, a doctor, room 4 …"
    READING = "Reading the day …"
    NOTHING = "There is nobody and no slot on this day."
    WHERE = " on this day"
    HINT = "↑ ↓ choose   Enter go there   Esc close"

    def __init__(self, read_day: Callable[[], Awaitable[Day]]) -> None:
        super().__init__("Find")
        self.read_day = read_day

    async def load(self) -> tuple[Found, ...]:
        tokens, slots = await self.read_day()
        return (*map(found_token, tokens), *map(found_slot, slots))

    def counted(self, items: Sequence[Found]) -> str:
        """Return the numbers of patients and slots: `12 patients and 3 slots`."""
        patients = sum(item.token is not None for item in items)
        return f"{count(patients, 'patient')} and {count(len(items) - patients, 'slot')}"

    def why_not(self) -> str | None:
        """Return why Enter goes nowhere: nothing is found, or nothing was typed or chosen yet."""
        typed = self.query_one(Input).value.strip()
        return super().why_not() or (None if typed or self.chosen_by_hand else TYPE_FIRST)


def found_token(record: TokenRecord) -> Found:
    """Return a token as a search result."""
    token = record.token
    title = f"{token.number:<7} {token.patient.name}"
    note = f"{token.source.label:<9} {status_words(record):<11} {record.slot.expected_start} {record.doctor.name}"
    return Found(record.doctor, record.slot, token.id, title, note, token_words(record))


def found_slot(record: SlotRecord) -> Found:
    """Return a slot as a search result."""
    note = f"{record.slot.expected_window}  {seats(record)}"
    return Found(record.doctor, record.slot, None, doctor_label(record.doctor), note, slot_words(record))
