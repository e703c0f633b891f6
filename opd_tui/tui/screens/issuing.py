"""Issuing a token from the panel, which previews the effect and closes when the new token is shown."""

from __future__ import annotations

from contextlib import nullcontext, suppress

from textual.widget import Widget

from opd_tui.desk.actions import IssueToken
from opd_tui.desk.actions.visitors import KnownVisitor
from opd_tui.desk.actions.words import whose_number
from opd_tui.desk.outcome import Forecast, Outcome
from opd_tui.desk.search_patients import FoundPatients
from opd_tui.domain.errors import AnswerLost, DeskBusy, DeskRefusal, MovesChanged
from opd_tui.domain.events import PatientRegistered
from opd_tui.domain.model import SlotRecord, Source
from opd_tui.tui.commands import MERGE
from opd_tui.tui.drawing.sentences import forecast_clause, same_name
from opd_tui.tui.keys.key_queue import Hold
from opd_tui.tui.screens.command_flow import CommandFlow
from opd_tui.tui.screens.day_screen import DayScreen
from opd_tui.tui.screens.request import FASTER
from opd_tui.tui.tokens.known_patient import joined_note
from opd_tui.tui.tokens.new_token import NewToken
from opd_tui.tui.tokens.visitor_entry import Draft


class Issuing:
    """The controller of a screen's new-token panel."""

    def __init__(self, screen: DayScreen, panel: NewToken, flow: CommandFlow) -> None:
        self.screen = screen
        self.host = screen.host
        self.panel = panel
        self.flow = flow
        self.focused_before: Widget | None = None
        """The widget that had the focus before the panel opened."""
        self.draft: Draft | None = None
        """What was typed in the panel when it was last left."""
        self.has_asked = False
        """Whether a question was asked about the token, whose answer may come late."""

    @property
    def is_under_way(self) -> bool:
        """Whether a token is being issued."""
        return self.panel.is_open and self.panel.locked

    def open(self, record: SlotRecord, source: Source) -> None:
        """Open the panel for a slot, with what was typed for it before."""
        self.focused_before = self.screen.focused
        draft, self.draft = self.draft, None
        belongs_here = draft is not None and draft.slot == record.slot.id
        self.panel.open(record, source, self.host.now, draft if belongs_here else None)

    def leave(self) -> None:
        """Close the panel without a token, and keep what was typed until the panel is opened again."""
        self.draft = self.panel.draft
        self.close()

    def forget_draft(self) -> None:
        """Forget what was typed before."""
        self.draft = None

    def close(self) -> None:
        """Close the panel and restore the focus."""
        self.panel.close()
        if self.focused_before is not None:
            self.screen.set_focus(self.focused_before)

    def look_again(self) -> None:
        """Refresh the preview, because another desk may have taken the seat."""
        if self.panel.is_open and not self.panel.complains:
            self.panel.ask_preview()

    async def search(self, wanted: NewToken.SearchWanted, held: Hold | None) -> None:
        """Show the known patients whom a text finds, the first of them while the others are still read.

        With keys held, do what the search is wanted for as soon as enough are found, unless something else is typed.
        """
        async with held or nullcontext():
            found = FoundPatients(is_complete=False)
            try:
                while not (found.is_complete or (wanted.then and len(found.hits) >= wanted.enough)):
                    found = await self.host.async_desk.read(lambda desk: desk.find_patients(wanted.text))
                    self.panel.entry.show_hits(wanted.text, found)
            except DeskRefusal as refusal:
                self.panel.entry.clear_hits()  # those of an earlier text must not be taken
                if held:
                    self.host.refuse_key(self.host.message_of(refusal))
                return
            if wanted.then and self.panel.is_open and self.panel.entry.text == wanted.text:
                wanted.then()
            self.screen.show_hints()

    async def show_forecast(self, action: IssueToken) -> None:
        """Preview the token and show the forecast in the panel."""
        try:
            forecast = await self.host.preview(action)
        except DeskRefusal as refusal:
            if not self.panel.complains and not self.panel.locked:  # while locked, the token may still be issued
                self.panel.show_forecast(self.host.message_of(refusal), wrong=True)
        else:
            if not self.panel.complains and not self.panel.locked:
                self.panel.foreseen = forecast.outcome.moves
                self.show(action, forecast)

    def show(self, action: IssueToken, forecast: Forecast) -> None:
        """Show a forecast in the panel, and the record that the visit joins or whose hospital number was typed."""
        is_taken = isinstance(action.patient, KnownVisitor)
        joined = "" if is_taken else joined_note(forecast.outcome, self.panel.hits.today)
        joined = joined or whose_number(forecast.number_of)
        self.panel.show_forecast(f"→ {self.in_words(forecast)}", joined)

    def in_words(self, forecast: Forecast) -> str:
        """Return the forecast as a clause, with a note on others of the same name and on a window that is over."""
        record, now = forecast.outcome.token, self.host.now
        over = f"{record.slot.expected_window} is over" if record and now and record.slot.is_over(now) else ""
        notes = [note for note in (same_name(forecast), over) if note]
        return ". Note: ".join(filter(None, (forecast_clause(forecast), "; ".join(notes))))

    async def issue(self, action: IssueToken, held: Hold) -> None:
        """Issue the token, asking first if a patient would lose a seat; the panel closes together with the new view."""
        self.has_asked = False
        async with held:
            try:
                outcome = await self.perform_foreseen(action)
                if outcome is None:
                    outcome = await self.flow.confirm_and_perform(action, lambda now: self.question(action, now))
            except AnswerLost as lost:
                self.close()  # another Enter in the panel could issue a second token
                self.host.keys.refused()
                self.host.notices.refuse(lost)
            except DeskRefusal as refusal:
                again = " Press Enter to try again." if isinstance(refusal, DeskBusy) else ""
                self.complain(f"{self.host.message_of(refusal)}{again}")
            else:
                await self.finish(outcome)
            finally:
                if self.screen.news_came:
                    self.screen.reload()

    def complain(self, text: str) -> None:
        """Show an error and unlock the panel; what is typed may be a late answer, which must not replace the name."""
        self.panel.unlock()
        self.panel.complain(text, keeps_text=self.has_asked)

    async def finish(self, outcome: Outcome | None) -> None:
        """Close the panel in the same repaint that shows the new token, or keep it open if none was issued."""
        if outcome is None:
            self.complain("Not issued. Enter asks again, ^u clears the name, Esc leaves.")
            return
        await self.screen.load_change(outcome)
        with self.host.batch_update():
            self.close()
            if outcome.token is not None:
                self.screen.show_token(outcome.token.token.id)
        if any(isinstance(event, PatientRegistered) for event in outcome.events):
            self.screen.run_worker(self.offer_merge(outcome), group="offer")

    async def offer_merge(self, outcome: Outcome) -> None:
        """Name the key that merges a new record with an earlier one that seems to be the same person's."""
        assert outcome.token is not None
        token = outcome.token.token
        with suppress(DeskRefusal):
            if await self.host.async_desk.read(lambda desk: desk.has_other_record(token.patient_id)):
                self.host.notices.mention(
                    f"{token.patient.name}{f' of {token.patient.phone}' if token.patient.phone else ''} is a record of "
                    f"its own now: {self.host.keymap.key_of(MERGE)} on {token.number} merges it with the earlier one."
                )

    async def perform_foreseen(self, action: IssueToken) -> Outcome | None:
        """Perform the action without a new preview if the panel's forecast moves no other patient.

        Return None if it does, if the forecast is out of date, if the day is past, or if a hospital number was typed,
        which may be another patient's.
        """
        today, day = self.host.now and self.host.now.date(), self.host.day
        if not self.panel.moves_nobody or action.patient.uhid or (today and day and day < today):
            return None
        try:
            return await self.host.perform(action, expect=self.panel.foreseen)
        except MovesChanged:
            return None

    def question(self, action: IssueToken, forecast: Forecast) -> str | None:
        """Return the question if a patient would lose a seat or the panel's forecast is out of date, else None."""
        question, record = action.question(forecast), forecast.outcome.token
        self.show(action, forecast)  # the panel is seen beside the question
        if not question and record is not None and self.panel.foreseen not in (None, forecast.outcome.moves):
            question = f"{FASTER}{record.token.patient.name} now {self.in_words(forecast)}. Issue the token?"
        self.has_asked |= bool(question)
        return question
