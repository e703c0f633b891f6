"""The dialog that finds a patient, token or slot of the day by words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass

from rich.style import Style
from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from opd_tui.domain.errors import DeskRefusal
from opd_tui.domain.model import Doctor, Slot, SlotRecord, TokenId, TokenRecord
from opd_tui.tui.drawing.cells import Line, fit, joined
from opd_tui.tui.drawing.text import count, doctor_label, seats, status_words
from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.keys.key_queue import Hold
from opd_tui.tui.screens.matching import matcher
from opd_tui.tui.screens.search_keys import search_key
from opd_tui.tui.widgets.row_list import RowList
from opd_tui.tui.widgets.typed_text import TypedText

Day = tuple[Sequence[TokenRecord], Sequence[SlotRecord]]
"""The tokens and slots of a day."""


@dataclass(frozen=True)
class Found:
    """A search result: a token, or a slot if `token` is None."""

    doctor: Doctor
    slot: Slot
    token: TokenId | None
    title: str
    note: str
    words: str


def found_token(record: TokenRecord) -> Found:
    token = record.token
    words = f"{token.number} {token.patient.name} {token.patient.phone or ''} {token.source.name} {record.doctor.name}"
    note = f"{token.source.name:<9} {status_words(token):<11} {record.slot.start:%H:%M} {record.doctor.name}"
    return Found(
        record.doctor, record.slot, token.id, f"{token.number:<7} {token.patient.name}", note, search_key(words)
    )


def found_slot(record: SlotRecord) -> Found:
    label = doctor_label(record.doctor)
    words = search_key(f"{record.doctor.code} {label} {record.slot.start:%H:%M}")
    return Found(record.doctor, record.slot, None, label, f"{record.slot.window}  {seats(record)}", words)


class FoundRows(RowList[Found]):
    """The search results, one per row."""

    always_chosen = True

    def key_of(self, item: Found) -> Hashable | None:
        return item.slot.id, item.token

    def draw(self, item: Found, width: int) -> Line:
        left = max((width - 20) // 2, 12)  # leaves the doctor, after about 30 columns of note, a similar width
        pointer = "▸" if item is self.chosen else " "
        return joined(
            (f"{pointer} {fit(item.title, left)} ", Style()), (fit(item.note, width - left - 3), self.part("dim"))
        )


class Find(ModalScreen[Found | None]):
    """A search dialog that accepts input while the day is loading; Enter goes to the selected result."""

    BINDINGS = [
        Binding("escape", "leave", "Close", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("up", "move(-1)", "Up", show=False),
    ]

    host = getters.app(DeskHost)
    rows = getters.query_one(FoundRows)

    candidates: tuple[Found, ...] | None = None
    """Everything that can be found, or None before it is loaded."""

    def __init__(self, read_day: Callable[[], Awaitable[Day]]) -> None:
        super().__init__()
        self.read_day = read_day

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog find") as dialog:
            dialog.border_title = "Find"
            yield TypedText(placeholder="a name, a number, a phone, a doctor …")
            yield Static(id="found-count", markup=False)
            yield FoundRows(can_focus=False)
            yield Static("↑ ↓ choose   Enter go there   Esc close", markup=False, classes="hint")

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Input))
        self.begin()

    def begin(self) -> None:
        """Start loading the day and show that."""
        self.say("Reading the day …")
        self.reading = self.read()

    def say(self, text: str) -> None:
        """Show a message above the results."""
        self.query_one("#found-count", Static).update(text)

    @work
    async def read(self) -> None:
        """Load the day and search for the text typed so far."""
        try:
            tokens, slots = await self.read_day()
        except DeskRefusal as refusal:
            self.say(f"{self.host.message_of(refusal)} Press Enter to try again.")
        else:
            self.candidates = (*map(found_token, tokens), *map(found_slot, slots))
            self.rows.empty = "  Nothing found on this day."
            self.search(self.query_one(Input).value)

    @on(Input.Changed)
    def follow(self, event: Input.Changed) -> None:
        self.search(event.value)

    def search(self, query: str) -> None:
        """Show the matches."""
        if self.candidates is None:
            return
        matches = matcher(query)
        found = tuple(item for item in self.candidates if matches(item.words))
        self.rows.items = found
        self.say(f"{count(len(found), 'match', 'matches')} of {len(self.candidates)}")

    @on(Input.Submitted)
    @on(RowList.Clicked)
    def choose(self) -> None:
        if self.candidates is None:
            self.choose_when_read(self.host.keys.held(self))
        elif self.rows.chosen is not None:
            self.dismiss(self.rows.chosen)

    @work(exclusive=True, group="choose")
    async def choose_when_read(self, held: Hold) -> None:
        """Select the result once the day is loaded, retrying a failed load; keys after Enter are held until then."""
        async with held:
            if self.reading.is_finished:
                self.begin()
            await self.reading.wait()
            if self.candidates is not None:
                self.choose()

    def action_move(self, step: int) -> None:
        self.rows.action_move(step)

    def action_leave(self) -> None:
        self.dismiss(None)
