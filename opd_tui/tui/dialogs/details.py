"""The card of a token: its patient, its state and history, and the patient's other tokens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from textual import events, getters
from textual.binding import Binding

from opd_tui.desk.outcome import Outcome
from opd_tui.desk.token_card import TokenCard
from opd_tui.desk.views import QueueRow
from opd_tui.domain.model import Status, TokenRecord
from opd_tui.domain.turns import Turn
from opd_tui.tui.commands import VIEW
from opd_tui.tui.dialogs.help import Help
from opd_tui.tui.drawing.text import Section, doctor_label, minutes, status_words
from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.keys.commands import Command

LAST_VISITS = 5
"""How many earlier tokens are listed."""


class Details(Help):
    """A token's card; the key that opened it closes it too, and a key of its row closes it and acts on the row."""

    HINT = "The row's keys work here   Esc close"
    BINDINGS = [Binding(VIEW.keys, "close", "Close", show=False, id=VIEW.id)]

    host = getters.app(DeskHost)

    def __init__(
        self,
        row: QueueRow,
        card: TokenCard,
        host: DeskHost,
        commands: tuple[Command, ...],
        chosen: Callable[[], QueueRow | None],
    ) -> None:
        super().__init__(row.record.token.label, [*sections_of(row, card, host.now, host.zone)])
        self.row = row
        self.chosen = chosen
        """Returns the row that the screen below has chosen."""
        self.commands = commands
        """The commands of the row."""

    async def on_key(self, event: events.Key) -> None:
        """Close the card and run a command of its row."""
        keymap = self.host.keymap
        command = next((each for each in self.commands if event.key in keymap.keys_of(each)), None)
        if command is not None:
            event.stop()
            event.prevent_default()
            below = self.host.screen_stack[-2]
            self.dismiss()
            chosen = self.chosen()  # another desk may have taken the row out of the list
            if chosen is not None and chosen.id == self.row.id:
                await self.host.run_action(command.action, below)
            else:
                self.host.refuse_key(f"{self.row.record.token.label} is no longer in this list.")


def sections_of(row: QueueRow, card: TokenCard, now: dt.datetime | None, zone: dt.tzinfo | None) -> Iterator[Section]:
    """Yield the sections of a card; a patient without other tokens has none for them."""
    date = row.record.slot.date
    yield "Patient", [*patient_rows(row)]
    yield "Token", [*token_rows(row, card.turn, now, zone)]
    yield "What happened", [*history_rows(card.history, date, zone)]
    if today := card.of_day(date):
        yield "Other tokens of the day", [*map(other_row, today)]
    if earlier := card.before(date):
        yield "Earlier tokens", [*map(other_row, earlier[:LAST_VISITS])]


def history_rows(history: tuple[Outcome, ...], date: dt.date, zone: dt.tzinfo | None) -> Iterator[tuple[str, str]]:
    """Yield what happened to a token, a time and a sentence each."""
    for outcome in history:
        at = outcome.entry.at.astimezone(zone)
        when = f"{at:%H:%M}" if at.date() == date else f"{at:%d %b %H:%M}"
        yield when, f"{outcome.sentence} ({outcome.entry.operator})."


def other_row(record: TokenRecord) -> tuple[str, str]:
    """Return another token of the patient."""
    token, slot = record.token, record.slot
    return f"{slot.date:%d %b %Y}", f"{token.number} {status_words(record)}, {slot.expected_start} {record.doctor.name}"


def patient_rows(row: QueueRow) -> Iterator[tuple[str, str]]:
    """Yield what is known of the patient, a label and a value each."""
    patient = row.record.token.patient
    yield "Name", patient.name
    yield "Phone", patient.phone or "not known"
    yield "Hospital number", patient.uhid or "not known"
    if patient.birth_year is not None:
        yield "Born", f"{patient.birth_year}"
    if patient.sex is not None:
        yield "Sex", patient.sex


def token_rows(
    row: QueueRow, turn: Turn | None, now: dt.datetime | None, zone: dt.tzinfo | None
) -> Iterator[tuple[str, str]]:
    """Yield the token's state and its times at the hospital, a label and a value each."""
    token, slot, doctor = row.record.token, row.record.slot, row.record.doctor
    yield "Number", token.number
    yield "Source", token.source.label
    place = f", number {row.place} in line" if row.place else ""
    moved = f"moved to {row.record.moved_to}"
    yield "Status", f"{moved if row.record.moved_to else status_words(row.record)}{place}"
    if turn is not None:
        yield "How long", turn.in_words
    late = f" ({slot.delay_minutes} min late)" if slot.delay_minutes else ""
    yield "Slot", f"{slot.expected_window}, {slot.date:%a %d %b %Y}{late}"
    room = f" · room {doctor.room}" if doctor.room else ""
    yield "Doctor", f"{doctor.code} · {doctor_label(doctor)}{room}"
    yield "Issued at", f"{token.issued_at.astimezone(zone):%H:%M}"
    if token.checked_in_at is not None:
        yield "Here since", f"{token.checked_in_at.astimezone(zone):%H:%M}"
    if token.status is Status.WAITING:
        yield wait_row(row, now, zone)


def wait_row(row: QueueRow, now: dt.datetime | None, zone: dt.tzinfo | None) -> tuple[str, str]:
    """Return since when a patient without a seat has waited, or when the wait begins: not before the slot does."""
    since = max(row.record.token.issued_at, row.begins_at).astimezone(zone)
    if now is None or now < since:
        return "Waits from", f"{since:%H:%M}, when the slot begins"
    return "Waiting since", f"{since:%H:%M} ({minutes(row.waited(now))})"
