"""The panel for issuing a token: type a name and press Enter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual import events, on
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.timer import Timer
from textual.widgets import Input, Static

from opd_tui.desk.actions import IssueToken
from opd_tui.desk.actions.visitors import Visitor
from opd_tui.domain.model import SlotRecord, Source, TokenRecord
from opd_tui.tui.drawing.layout_map import refresh_layout_map
from opd_tui.tui.tokens.panel_fields import PanelFields
from opd_tui.tui.tokens.patient_hits import PatientHits
from opd_tui.tui.tokens.source_choice import SourceChoice
from opd_tui.tui.tokens.visitor_entry import NOBODY, Draft
from opd_tui.tui.widgets.row_list import RowList
from opd_tui.tui.widgets.typed_text import TypedText, offer_again

if TYPE_CHECKING:
    from opd_tui.desk.outcome import Moves

FADE_SECONDS = 0.15
"""Delay before the panel is dimmed while it waits for the desk."""
PAUSE_SECONDS = 0.2
"""The pause in typing after which the name is looked up: longer than most people need for a key."""


class NewToken(PanelFields):
    """An overlay with the patient, the source, details and the forecast, which leaves the rest of the layout in place.

    Known patients appear below the name while it is typed. Taking one is a choice: Enter in the name issues a token for
    what is typed.

    A closed panel is hidden with `visible` and not removed, because Textual repaints everything below a widget that is
    added or removed.
    """

    BINDINGS = [
        Binding("escape", "close", "Close", show=False),
        Binding("g", "go_to_open_token", "Go there", show=False),
    ]

    record: var[SlotRecord | None] = var(None)
    opened_with = Source.WALKIN
    """The source with which the panel was opened."""
    another_day = False
    """Whether the slot is on a day other than today."""
    complains = False
    """Whether an error is shown that a late forecast must not overwrite."""
    forecast = ""
    joined = ""
    """What the forecast says of the record that the visit joins, or of whose hospital number was typed."""
    is_refused = False
    """Whether the forecast is a refusal."""
    pause: Timer | None = None
    """Runs while the user types the name."""
    foreseen: var[Moves | None] = var(None)
    """The moves that the current input would cause, or None before they are known."""

    @property
    def is_open(self) -> bool:
        """Whether the panel is open."""
        return self.visible

    @property
    def draft(self) -> Draft | None:
        """What is typed, or None if nothing is."""
        source = self.chooser.source
        by_hand = source if source is not self.opened_with else None
        return self.entry.draft(self.record.slot.id, by_hand) if self.record else None

    def open(self, record: SlotRecord, source: Source, now: dt.datetime | None, draft: Draft | None = None) -> None:
        """Open the panel for a slot, with what was typed before; `now` is the hospital's clock."""
        self.record, self.opened_with, self.locked = record, source, False
        self.hits.today = now.date() if now else None
        self.another_day = now is not None and now.date() != record.slot.date
        refresh_layout_map(self)
        self.visible = True
        self.fill(draft)
        self.screen.set_focus(self.field)
        self.ask_preview()
        if self.entry.text and self.entry.known is None:
            self.post_message(self.SearchWanted(self.entry.text))

    def fill(self, draft: Draft | None) -> None:
        """Show what was typed before, selected, or empty fields; an emergency stays one."""
        self.forecast = self.joined = ""
        by_hand = draft.source if draft and self.opened_with is not Source.EMERGENCY else None
        with self.prevent(SourceChoice.Changed):
            self.chooser.source = by_hand or self.opened_with
        self.entry.fill(draft)
        self.show_title()
        self.say("")

    def show_title(self) -> None:
        """Show the slot, and the phone number once it is known, in the title."""
        if self.record is not None:
            slot = self.record.slot
            date = f" · {slot.date:%a %d %b}" if self.another_day else ""
            phone = f" · phone {self.entry.phone}" if self.entry.phone else ""
            self.border_title = Content(f"New token · {self.record.doctor.name} {slot.expected_window}{date}{phone}")

    def close(self) -> None:
        """Hide the panel in the next repaint, whatever else that shows."""
        self.stop_pause()
        refresh_layout_map(self)
        self.visible = False
        # Its own request for a layout comes to the screen some messages later, when the screen may have been painted.
        self.screen.refresh(repaint=False, layout=True)
        self.record, self.locked = None, False

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Show the forecast or an error."""
        forecast = self.query_one("#forecast", Static)
        forecast.set_class(wrong, "-wrong")
        if forecast.content != text:
            forecast.update(text, layout=False)

    def show_forecast(self, forecast: str, joined: str = "", *, wrong: bool = False) -> None:
        """Show a forecast, or a refusal, below what is understood of the input and the record that the visit joins."""
        self.forecast, self.joined, self.is_refused = forecast, joined, wrong
        self.say("\n".join(filter(None, (*self.notes(), forecast))), wrong=wrong)

    def notes(self) -> Iterator[str]:
        """Yield what is understood of the input, and what matters of a known patient."""
        yield self.entry.typed_note(self.today)
        if self.record is not None and self.entry.known is not None:
            yield self.entry.known_note(self.record, self.host.follow_up_days, can_go=self.takes_letters)
        yield self.joined

    @property
    def open_token(self) -> TokenRecord | None:
        """The open token that the patient who was taken has with this doctor on this day, or None."""
        return self.entry.open_token(self.record) if self.record else None

    @property
    def takes_letters(self) -> bool:
        """Whether a letter is a key here, and not text."""
        return not isinstance(self.screen.focused, TypedText)

    def watch_locked(self, locked: bool) -> None:
        """Refuse text, and dim while waiting; most actions finish before this shows."""
        self.field.locked = locked
        if locked:
            self.set_timer(FADE_SECONDS, lambda: self.set_class(self.locked, "-locked"))
        else:
            self.remove_class("-locked")

    def unlock(self) -> None:
        """Accept input again after no token was issued; another name starts anew."""
        self.locked, self.entry.belongs_to_name = False, True

    def complain(self, text: str, field: TypedText | None = None, *, keeps_text: bool = False) -> None:
        """Show an error, offer the name or another field to be typed again, and drop what is typed behind."""
        self.stop_pause()
        self.complains = True
        if field is None and self.open_token is not None:
            self.screen.set_focus(self.chooser)  # where a letter is a key
            text = f"{text} g goes there."
        else:
            offer_again(field or self.field, keeps_text=keeps_text)
        self.say(text, wrong=True)
        self.host.keys.refused()

    @property
    def moves_nobody(self) -> bool:
        """Whether the forecast is known and moves no other patient."""
        return self.foreseen is not None and all(token is None for token, _, _ in self.foreseen)

    def ask_preview(self) -> None:
        """Request a forecast for this slot and source."""
        self.complains, self.foreseen, self.joined = False, None, ""
        self.look_up()

    def look_up(self) -> None:
        """Request a forecast for the name typed so far, which changes nobody's seat."""
        self.stop_pause()
        if self.record is not None and not self.locked:
            self.post_message(self.PreviewWanted(self._action(self.entry.visitor(self.today) or NOBODY)))

    def stop_pause(self) -> None:
        """Cancel the look-up that waits for a pause in typing."""
        if self.pause is not None:
            self.pause.stop()
            self.pause = None

    @property
    def today(self) -> dt.date:
        """Today at the hospital, from which an age counts."""
        assert self.host.desk is not None
        return self.host.desk.today()

    def _action(self, patient: Visitor) -> IssueToken:
        assert self.record is not None
        return IssueToken(slot=self.record.slot.id, patient=patient, source=self.chooser.source)

    @on(PatientHits.Taken)
    @on(RowList.Clicked)
    def take_hit(self) -> None:
        """Take the chosen patient, and go to the source: one letter makes it a follow-up, and Enter issues."""
        if (hit := self.hits.chosen) is not None and not self.locked:
            self.entry.take(hit)
            self.screen.set_focus(self.chooser)
            self.show_title()
            self.ask_preview()

    @on(SourceChoice.Changed)
    def show_source(self) -> None:
        self.ask_preview()

    @on(Input.Changed, "#patient")
    def search(self) -> None:
        """Search for known patients; another text is not the patient who was taken."""
        if self.record is not None and not self.locked:
            self.entry.show_known(None)
            self.entry.is_restored = False
            self.post_message(self.SearchWanted(self.field.value))

    @on(Input.Changed)
    def follow_typing(self) -> None:
        """Replace an error with a new forecast once the user continues typing, and look the name up at a pause."""
        if self.locked or self.record is None:
            return
        if self.complains:
            if self.field.value:
                self.ask_preview()
            return
        self.show_forecast("" if self.is_refused else self.forecast)  # what an earlier text would join is unknown now
        self.stop_pause()
        self.pause = self.set_timer(PAUSE_SECONDS, self.look_up)

    @on(events.DescendantFocus)
    def follow_focus(self) -> None:
        """Say what was wrong in a field that was left, and name a letter's key only where it is one."""
        if self.record is not None and not self.locked and not self.complains and self.forecast:
            self.show_forecast(self.forecast, self.joined, wrong=self.is_refused)

    @on(TypedText.Replaced, "#patient")
    def start_anew(self) -> None:
        """Forget the phone, the details and the source of the name that was replaced."""
        if self.entry.belongs_to_name and not self.locked:
            self.entry.clear_rest()
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
        if self.entry.is_phone_alone:
            self.post_message(self.SearchWanted(self.entry.text, self.take_digits, enough=2))
        elif (problem := self.entry.problem(self.today)) is not None:
            field, why = problem
            self.complain(why, field)
        elif (visitor := self.entry.visitor(self.today)) is not None:
            self.stop_pause()
            self.locked = True
            self.post_message(self.Submitted(self._action(visitor)))

    def take_digits(self) -> None:
        """Take the known patient whom digits name, or else the digits as a phone number, and ask for the name."""
        if self.entry.names_a_known_patient:
            self.take_hit()
        elif self.entry.is_part_of_a_number:
            self.complain("Choose with ↓, or type the whole number.", keeps_text=True)
        elif not self.entry.take_phone():
            self.complain("A name needs a letter; a phone number has 3 to 15 digits.")
        else:
            self.show_title()
            self.field.focus()
            self.say(f"Phone {self.entry.phone}. Now the name.")
            self.complains = True  # keeps this text until the user types the name

    def action_go_to_open_token(self) -> None:
        if self.open_token is not None and not self.locked:
            self.post_message(self.OpenTokenWanted(self.open_token))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to go to the patient's open token only if there is one."""
        return action != "go_to_open_token" or self.open_token is not None

    def action_close(self) -> None:
        if not self.locked:
            self.post_message(self.Closed())
