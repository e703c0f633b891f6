"""The panel for issuing a token: type a name and press Enter."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.timer import Timer
from textual.widgets import Input, Static

from opd_tui.desk.actions import IssueToken
from opd_tui.domain.errors import InvalidAction
from opd_tui.domain.field_types import NAME_LENGTH
from opd_tui.domain.model import Patient, SlotId, SlotRecord, Source
from opd_tui.domain.text import clean_text
from opd_tui.domain.typed_patient import patient_typed
from opd_tui.tui.drawing.layout_map import refresh_layout_map
from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.tokens.source_choice import SourceChoice
from opd_tui.tui.widgets.typed_text import TypedText

if TYPE_CHECKING:
    from opd_tui.desk.outcome import Moves

NOBODY = Patient(name="somebody")
"""The placeholder patient for previews before a name is typed."""
FADE_SECONDS = 0.15
"""Delay before the panel is dimmed while it waits for the desk."""
PAUSE_SECONDS = 0.2
"""The pause in typing after which the name is looked up: longer than most people need for a key."""
TYPED_BEFORE = "Typed before; type over it for another patient"


@dataclass(frozen=True)
class Draft:
    """What was typed in a panel that was closed without issuing a token."""

    slot: SlotId
    text: str
    phone: str | None
    source: Source | None
    """The source, if it was chosen by hand."""


class NewToken(Vertical):
    """An overlay with the patient, the source and the forecast, which leaves the rest of the layout in place.

    A closed panel is hidden with `visible` and not removed, because Textual repaints everything below a widget that is
    added or removed.
    """

    BINDINGS = [
        Binding("escape", "close", "Close", show=False),
        Binding("tab,shift+tab,down,up", "other_field", "Source", show=False),
    ]

    host = getters.app(DeskHost)
    field = getters.query_one(TypedText)
    chooser = getters.query_one(SourceChoice)

    record: var[SlotRecord | None] = var(None)
    phone: var[str | None] = var(None)
    """The phone number that was typed before the name."""
    opened_with = Source.WALKIN
    """The source with which the panel was opened."""
    another_day = False
    """Whether the slot is on a day other than today."""
    complains = False
    """Whether an error is shown, which a late forecast must not overwrite."""
    belongs_to_name = False
    """Whether the phone and the source belong to the name in the field, so that they go when another is typed."""
    is_restored = False
    """Whether the text was typed before the panel was last closed."""
    questioned = ""
    """The name with digits that Enter has questioned, and takes the second time."""
    forecast = ""
    pause: Timer | None = None
    """Runs while the user types the name."""
    locked: var[bool] = var(False)
    """Whether a submitted token is being issued."""
    foreseen: var[Moves | None] = var(None)
    """The moves that the current input would cause, or None before they are known."""

    class PreviewWanted(Message):
        """Posted when a new forecast is needed."""

        def __init__(self, action: IssueToken) -> None:
            super().__init__()
            self.action = action

    class Submitted(Message):
        """Posted when the user submits the token."""

        def __init__(self, action: IssueToken) -> None:
            super().__init__()
            self.action = action

    class Closed(Message):
        """Posted when the user leaves without issuing a token."""

    def compose(self) -> ComposeResult:
        with Horizontal(classes="field"):
            yield Static("Patient", classes="field-label")
            yield TypedText(
                id="patient", placeholder="name (or the phone number first), then Enter", max_length=NAME_LENGTH
            )
        with Horizontal(classes="field"):
            yield Static("Source", classes="field-label")
            yield SourceChoice(id="source")
        yield Static(id="forecast", markup=False)

    @property
    def is_open(self) -> bool:
        """Whether the panel is open."""
        return self.visible

    @property
    def draft(self) -> Draft | None:
        """What is typed, or None if nothing is."""
        if self.record is None or not (clean_text(self.field.value) or self.phone):
            return None
        source = self.chooser.source
        by_hand = source if source is not self.opened_with else None
        return Draft(self.record.slot.id, self.field.value, self.phone, by_hand)

    def open(self, record: SlotRecord, source: Source, now: dt.datetime | None, draft: Draft | None = None) -> None:
        """Open the panel for a slot, with what was typed before; `now` is the hospital's clock."""
        self.record, self.opened_with, self.locked = record, source, False
        self.another_day = now is not None and now.date() != record.slot.date
        refresh_layout_map(self)
        self.visible = True
        self.fill(draft)
        self.screen.set_focus(self.field)
        self.ask_preview()

    def fill(self, draft: Draft | None) -> None:
        """Show what was typed before, selected, or empty fields; an emergency stays one."""
        self.is_restored = self.belongs_to_name = draft is not None
        self.questioned = self.forecast = ""
        # A phone without a name goes into the field, where typing replaces it like a name.
        has_name = draft is not None and bool(clean_text(draft.text))
        with self.prevent(Input.Changed, SourceChoice.Changed):
            self.phone = draft.phone if draft and has_name else None
            self.field.value = "" if draft is None else draft.text if has_name else draft.phone or ""
            by_hand = draft.source if draft and self.opened_with is not Source.EMERGENCY else None
            self.chooser.source = by_hand or self.opened_with
        self.field.select_all()
        self.show_title()
        self.say("")

    def show_title(self) -> None:
        """Show the slot, and the phone number once it is known, in the title."""
        if self.record is not None:
            slot = self.record.slot
            date = f" · {slot.date:%a %d %b}" if self.another_day else ""
            phone = f" · phone {self.phone}" if self.phone else ""
            self.border_title = Content(f"New token · {self.record.doctor.name} {slot.window}{date}{phone}")

    def close(self) -> None:
        """Hide the panel."""
        self.stop_pause()
        refresh_layout_map(self)
        self.visible = False
        self.record, self.locked = None, False

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Show the forecast or an error."""
        self.complains = wrong
        forecast = self.query_one("#forecast", Static)
        forecast.set_class(wrong, "-wrong")
        if forecast.content != text:
            forecast.update(text, layout=False)

    def show_forecast(self, forecast: str) -> None:
        """Show a forecast below what is understood of the input."""
        self.forecast = forecast
        phone = patient_typed(self.field.value).phone
        notes = (TYPED_BEFORE if self.is_restored else "", f"Phone {phone}" if phone else "")
        self.say("\n".join(filter(None, (" · ".join(filter(None, notes)), forecast))))

    def watch_locked(self, locked: bool) -> None:
        """Refuse text, and dim while waiting; most actions finish before this shows."""
        self.field.locked = locked
        if locked:
            self.set_timer(FADE_SECONDS, lambda: self.set_class(self.locked, "-locked"))
        else:
            self.remove_class("-locked")

    def unlock(self) -> None:
        """Accept input again after no token was issued; another name starts anew."""
        self.locked, self.belongs_to_name = False, True

    def complain(self, text: str) -> None:
        """Show an error, select the patient so that typing replaces it, and drop what is typed behind."""
        self.stop_pause()
        self.say(text, wrong=True)
        self.field.focus()
        self.field.select_all()
        self.host.keys.refused()

    @property
    def moves_nobody(self) -> bool:
        """Whether the forecast is known and moves no other patient."""
        return self.foreseen is not None and all(token is None for token, _, _ in self.foreseen)

    def ask_preview(self) -> None:
        """Request a forecast for this slot and source."""
        self.complains, self.foreseen = False, None
        self.look_up()

    def look_up(self) -> None:
        """Request a forecast for the name typed so far, which changes nobody's seat."""
        self.stop_pause()
        if self.record is not None and not self.locked:
            self.post_message(self.PreviewWanted(self._action(self._patient() or NOBODY)))

    def stop_pause(self) -> None:
        """Cancel the look-up that waits for a pause in typing."""
        if self.pause is not None:
            self.pause.stop()
            self.pause = None

    def _action(self, patient: Patient) -> IssueToken:
        assert self.record is not None
        return IssueToken(slot=self.record.slot.id, patient=patient, source=self.chooser.source)

    def _patient(self) -> Patient | None:
        """Return the patient that is typed, or None if it is not a name."""
        typed = patient_typed(self.field.value)
        try:
            return Patient(name=typed.name, phone=typed.phone or self.phone)
        except InvalidAction:
            return None

    @on(SourceChoice.Changed)
    def show_source(self) -> None:
        self.ask_preview()

    @on(Input.Changed)
    def follow_typing(self) -> None:
        """Replace an error with a new forecast once the user continues typing, and look the name up at a pause."""
        if self.locked or self.record is None:
            return
        self.is_restored = False
        if self.complains:
            if self.field.value:
                self.ask_preview()
            return
        self.show_forecast(self.forecast)
        self.stop_pause()
        self.pause = self.set_timer(PAUSE_SECONDS, self.look_up)

    @on(TypedText.Replaced)
    def start_anew(self) -> None:
        """Forget the phone and the source of the name that was replaced."""
        if self.belongs_to_name and not self.locked:
            self.belongs_to_name = False
            self.phone = None
            self.chooser.source = self.opened_with
            self.show_title()
            self.ask_preview()

    @on(Input.Submitted)
    @on(SourceChoice.Submitted)
    def submit(self, event: Message) -> None:
        """Validate the input and submit the action; lock so that a second Enter cannot issue another token."""
        event.stop()
        if self.locked or self.record is None:
            return
        typed = patient_typed(self.field.value)
        if typed.name and not any(c.isalpha() for c in typed.name):
            self._take_phone(typed.name)
        elif typed.has_digits and typed.name != self.questioned:
            self.questioned = typed.name
            self.complain(f"“{typed.name}” has digits in it. Enter again takes it as the name.")
        elif (patient := self._patient()) is None:
            self.complain("Type the patient's name first.")
        else:
            self.stop_pause()
            self.locked = True
            self.post_message(self.Submitted(self._action(patient)))

    def _take_phone(self, typed: str) -> None:
        """Accept input without letters as a phone number, then ask for the name."""
        try:
            self.phone = Patient(name=NOBODY.name, phone=typed).phone
        except InvalidAction:
            self.complain("A name needs a letter; a phone number has 3 to 15 digits.")
            return
        self.belongs_to_name = False
        self.show_title()
        self.field.value = ""
        self.field.focus()
        self.say(f"Phone {self.phone}. Now the name.")
        self.complains = True  # keeps this text until the user types the name

    def action_other_field(self) -> None:
        """Move the focus between the patient and the source, the only two fields."""
        (self.chooser if self.field.has_focus else self.field).focus()

    def action_close(self) -> None:
        if not self.locked:
            self.post_message(self.Closed())
