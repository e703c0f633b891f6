"""The dialog that finds the other record of a patient."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from operator import methodcaller

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from opd_tui.desk.outcome import Outcome
from opd_tui.desk.search_patients import FoundPatients, PatientHit
from opd_tui.domain.errors import AnswerLost, DeskRefusal
from opd_tui.domain.model import Token
from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.keys.key_queue import Hold
from opd_tui.tui.tokens.patient_hits import PatientHits
from opd_tui.tui.widgets.row_list import RowList
from opd_tui.tui.widgets.typed_text import TypedText, offer_again

NOBODY_ELSE = "No other record is found. Type a name, the end of a phone number or a hospital number."
NOT_MERGED = "Not merged. Enter shows both again, Esc leaves."


class OtherRecords(PatientHits):
    """The records that were found, without the patient's own."""

    always_chosen = True


class ChooseRecord(ModalScreen[Outcome | AnswerLost | None]):
    """A search for another record of a token's patient, which begins with those of the same phone or name.

    The dialog stays open, with what is typed, until the records are merged.
    """

    BINDINGS = [
        Binding("escape", "leave", "Close", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("up", "move(-1)", "Up", show=False),
    ]

    host = getters.app(DeskHost)
    rows = getters.query_one(OtherRecords)
    searched: list[str] | None = None
    """The texts whose records are shown."""

    locked = False
    """Whether the records are being merged, or the user is asked about it."""

    def __init__(self, token: Token, submit: Callable[[PatientHit], Awaitable[Outcome | None]]) -> None:
        super().__init__()
        self.token = token
        self.submit = submit
        """Merges the token's patient with another: returns None if the user declines."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog find") as dialog:
            dialog.border_title = Content(f"Merge {self.token.patient.name} with another record")
            yield TypedText(placeholder="a name, a phone, a hospital number", id="record")
            yield Static(id="found-count", markup=False)
            yield OtherRecords(can_focus=False)
            yield Static("↑ ↓ choose   Enter shows both   Esc close", markup=False, classes="hint")

    def on_mount(self) -> None:
        self.rows.today = self.host.now.date() if self.host.now else None
        self.set_focus(self.query_one(Input))
        self.search(self.host.keys.held(self))

    @on(Input.Changed)
    def follow(self) -> None:
        self.search(None)

    @property
    def texts(self) -> list[str]:
        """What is searched: the typed text, or else the patient's phone and then the name."""
        patient = self.token.patient
        typed = self.query_one(Input).value.strip()
        return [typed] if typed else [text for text in (patient.phone, patient.name) if text]

    @work(exclusive=True, group="search")
    async def search(self, held: Hold | None) -> None:
        """Search, and show the first that finds another record; a newer search cancels this one."""
        async with held or nullcontext():
            try:
                await self.search_now()
            except DeskRefusal as refusal:
                self.say(self.host.message_of(refusal))

    async def search_now(self) -> None:
        """Search for the typed text; raise a DeskRefusal if the desk cannot."""
        texts = self.texts
        hits = await self.others(texts)
        self.searched = texts
        self.show(hits)

    async def others(self, texts: list[str]) -> tuple[PatientHit, ...]:
        """Return what the first text finds that finds another record than the token's own, among all patients."""
        for text in texts:
            found = FoundPatients(is_complete=False)
            while not found.is_complete:
                found = await self.host.async_desk.read(methodcaller("find_patients", text))
                if hits := tuple(hit for hit in found.hits if hit.id != self.token.patient_id and hit.visits):
                    return hits
        return ()

    def show(self, hits: tuple[PatientHit, ...]) -> None:
        """Show the records."""
        self.rows.show(FoundPatients(hits))
        self.say("" if hits else NOBODY_ELSE)

    def say(self, text: str) -> None:
        """Show a message above the records."""
        self.query_one("#found-count", Static).update(text)

    @on(RowList.Clicked)
    @on(Input.Submitted)
    def choose(self) -> None:
        """Choose the record under the cursor, as soon as the search for the typed text has ended."""
        if not self.locked:
            self.set_locked(True)
            self.choose_found(self.host.keys.held(self, finishes=True))

    @work
    async def choose_found(self, held: Hold) -> None:
        """Merge the record under the cursor and close with the outcome, or show why it was not merged."""
        async with held:
            try:
                if self.searched != self.texts:
                    await self.search_now()
                hit = self.rows.chosen
                outcome = await self.submit(hit) if hit else None
            except AnswerLost as lost:
                self.dismiss(lost)
            except DeskRefusal as refusal:
                self.unlock(self.host.message_of(refusal))
            else:
                self.dismiss(outcome) if outcome else self.unlock(NOT_MERGED if hit else NOBODY_ELSE)

    def set_locked(self, locked: bool) -> None:
        """Refuse or accept input."""
        self.locked = self.query_one(TypedText).locked = locked

    def unlock(self, why: str) -> None:
        """Show why nothing was merged and accept input again; a late answer must not replace the text."""
        self.say(why)
        self.set_locked(False)
        offer_again(self.query_one(TypedText), keeps_text=True)
        self.host.keys.refused()

    def action_move(self, step: int) -> None:
        if self.rows.items:
            self.rows.action_move(step)

    def action_leave(self) -> None:
        if not self.locked:
            self.dismiss(None)
