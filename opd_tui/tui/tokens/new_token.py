"""The panel for issuing a token: type a name and press Enter."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widgets import Input, Static

from opd_tui.desk.actions import IssueToken
from opd_tui.domain.errors import InvalidAction
from opd_tui.domain.field_types import NAME_LENGTH
from opd_tui.domain.model import Patient, SlotRecord, Source
from opd_tui.domain.text import clean_text
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

    record: var[SlotRecord | None] = var(None)
    phone: var[str | None] = var(None)
    another_day = False
    """Whether the slot is on a day other than today."""
    complains = False
    """Whether an error is shown, which a late forecast must not overwrite."""
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

    def open(self, record: SlotRecord, source: Source, now: dt.datetime | None) -> None:
        """Open the panel for a slot; `now` is the desk's clock in the hospital's time zone."""
        self.record, self.phone, self.locked = record, None, False
        self.another_day = now is not None and now.date() != record.slot.date
        self.show_title()
        self.query_one(Input).value = ""
        self.say("")
        chooser = self.query_one(SourceChoice)
        with self.prevent(SourceChoice.Changed):
            chooser.source = source
        refresh_layout_map(self)
        self.visible = True
        self.screen.set_focus(self.query_one(Input))
        self.ask_preview()

    def show_title(self) -> None:
        """Show the slot, and the phone number once it is known, in the title."""
        if self.record is not None:
            slot = self.record.slot
            date = f" · {slot.date:%a %d %b}" if self.another_day else ""
            phone = f" · phone {self.phone}" if self.phone else ""
            self.border_title = Content(f"New token · {self.record.doctor.name} {slot.window}{date}{phone}")

    def close(self) -> None:
        """Hide the panel."""
        refresh_layout_map(self)
        self.visible = False
        self.record, self.locked = None, False

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Show the forecast or an error."""
        self.complains = wrong
        forecast = self.query_one("#forecast", Static)
        forecast.set_class(wrong, "-wrong")
        forecast.update(text, layout=False)

    def complain(self, text: str) -> None:
        """Show an error, and select the patient so that typing replaces it; drop what is typed behind."""
        self.say(text, wrong=True)
        field = self.query_one(Input)
        field.focus()
        field.action_select_all()
        self.host.keys.refused()

    def watch_locked(self, locked: bool) -> None:
        """Refuse text, and dim while waiting; most actions finish before this shows."""
        self.query_one(TypedText).locked = locked
        if locked:
            self.set_timer(FADE_SECONDS, lambda: self.set_class(self.locked, "-locked"))
        else:
            self.remove_class("-locked")

    def unlock(self) -> None:
        """Accept input again."""
        self.locked = False
        self.query_one(Input).focus()

    @property
    def moves_nobody(self) -> bool:
        """Whether the forecast is known and moves no other patient."""
        return self.foreseen is not None and all(token is None for token, _, _ in self.foreseen)

    def ask_preview(self) -> None:
        """Request a forecast for this slot and source."""
        self.complains, self.foreseen = False, None
        if self.record is not None:
            self.post_message(self.PreviewWanted(self._action(NOBODY)))

    def _action(self, patient: Patient) -> IssueToken:
        assert self.record is not None
        return IssueToken(slot=self.record.slot.id, patient=patient, source=self.query_one(SourceChoice).source)

    @on(SourceChoice.Changed)
    def show_source(self) -> None:
        self.ask_preview()

    @on(Input.Changed)
    def forget_complaint(self) -> None:
        """Replace an error with a new forecast once the user continues typing."""
        if self.complains and not self.locked and self.query_one(Input).value:
            self.ask_preview()

    @on(Input.Submitted)
    @on(SourceChoice.Submitted)
    def submit(self, event: Message) -> None:
        """Validate the input and submit the action; lock so that a second Enter cannot issue another token."""
        event.stop()
        if self.locked or self.record is None:
            return
        field = self.query_one(Input)
        typed = clean_text(field.value)
        if typed and not any(c.isalpha() for c in typed):
            self._take_phone(typed)
            return
        try:
            patient = Patient(name=typed, phone=self.phone)
        except InvalidAction:
            self.complain("Type the patient's name first." if not typed else "A name needs a letter.")
            return
        self.locked = True
        self.post_message(self.Submitted(self._action(patient)))

    def _take_phone(self, typed: str) -> None:
        """Accept input without letters as a phone number, then ask for the name."""
        field = self.query_one(Input)
        try:
            self.phone = Patient(name=NOBODY.name, phone=typed).phone
        except InvalidAction:
            self.complain("A name needs a letter; a phone number has 3 to 15 digits.")
            return
        self.show_title()
        field.value = ""
        field.focus()
        self.say(f"Phone {self.phone}. Now the name.")
        self.complains = True  # keeps this text until the user types the name

    def action_other_field(self) -> None:
        """Move the focus between the patient and the source, the only two fields."""
        field = self.query_one(Input)
        (self.query_one(SourceChoice) if field.has_focus else field).focus()

    def action_close(self) -> None:
        if not self.locked:
            self.post_message(self.Closed())
