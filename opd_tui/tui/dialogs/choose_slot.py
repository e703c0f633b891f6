"""The dialog that chooses the slot to which a token moves, the nearest free seat first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static

from opd_tui.desk.search import slot_words
from opd_tui.desk.search_keys import search_key
from opd_tui.domain.model import SlotRecord, TokenRecord
from opd_tui.tui.dialogs.search_list import Found, SearchList
from opd_tui.tui.drawing.doctor_names import short_name
from opd_tui.tui.drawing.text import count

ARRIVES = "As a new arrival there   Tab keeps the place in line"
KEEPS = "Keeps the place in line   Tab makes it a new arrival"


class ChooseSlot(SearchList):
    """The slots to which a token can move; Enter takes the selected one, without typing the nearest free seat."""

    PLACEHOLDER = "a doctor, a specialty, a time, a day …"
    READING = "Reading the slots …"
    NOTHING = "There is no other slot that is open. Esc closes."
    HINT = "↑ ↓ choose   Enter take it   Esc close"
    BINDINGS = [Binding("tab,shift+tab", "toggle_place", "Keep the place", show=False)]

    def __init__(
        self, record: TokenRecord, read_places: Callable[[], Awaitable[Sequence[SlotRecord]]], *, asks_place: bool
    ) -> None:
        super().__init__(f"Move {record.token.label}")
        self.record = record
        self.read_places = read_places
        self.asks_place = asks_place
        self.keeps_place = False
        """Whether the token keeps its time of issue."""

    async def load(self) -> tuple[Found, ...]:
        day = self.record.slot.date
        return tuple(found_place(place, day) for place in await self.read_places())

    def counted(self, items: Sequence[Found]) -> str:
        """Return how many slots there are."""
        return f"{count(len(items), 'slot')}, the nearest free seat first"

    def foot(self) -> ComposeResult:
        if self.asks_place:
            yield Static(id="place", markup=False, classes="hint")
        yield from super().foot()

    def on_mount(self) -> None:
        self.show_place()

    def show_place(self) -> None:
        """Show whether the token keeps its place, and which key changes that."""
        if self.asks_place:
            self.query_one("#place", Static).update(KEEPS if self.keeps_place else ARRIVES)

    def action_toggle_place(self) -> None:
        self.keeps_place = self.asks_place and not self.keeps_place
        self.show_place()


def found_place(place: SlotRecord, day: dt.date) -> Found:
    """Return a slot as a search result, with its date unless it is the given day."""
    date = "" if place.slot.date == day else f"{place.slot.date:%a %d %b}"
    title = f"{place.slot.expected_start}  {place.doctor.code:<4} {short_name(place.doctor)}"
    note = "  ".join(filter(None, (f"{seats_left(place):<14}", date, place.doctor.specialty)))
    words = slot_words(place)
    return Found(
        place.doctor, place.slot, None, title, note, replace(words, text=f"{words.text} {search_key(f'{date} {note}')}")
    )


def seats_left(place: SlotRecord) -> str:
    """Return how many seats a slot has left: `3 free of 10`, `full, 2 wait`."""
    if place.free_seats > 0:
        return f"{place.free_seats} free of {place.slot.capacity}"
    return f"full, {place.load.waiting} wait" if place.load.waiting else "full"
