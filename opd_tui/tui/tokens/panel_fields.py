"""The fields of the new-token panel, and the keys that lead from one to another."""

from __future__ import annotations

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Static

from opd_tui.domain.field_types import NAME_LENGTH
from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.tokens.panel_messages import PanelMessages
from opd_tui.tui.tokens.patient_details import PatientDetails
from opd_tui.tui.tokens.patient_hits import PatientHits
from opd_tui.tui.tokens.source_choice import SOURCE_KEYS, SourceChoice
from opd_tui.tui.tokens.visitor_entry import VisitorEntry
from opd_tui.tui.widgets.typed_text import TypedText


class PanelFields(PanelMessages, Vertical):
    """The patient, the known patients below, the source and the details.

    A key leads to the same field whether or not the known patients are on the screen yet: the step to them waits for
    the search, and a source's letter chooses the source for what is typed, also among the known patients.
    """

    BINDINGS = [
        Binding("tab,down", "next_field", "Next", show=False),
        Binding("shift+tab,up", "step(-1)", "Previous", show=False),
        *(
            Binding(key, f"choose_source('{source.name}')", source.label, show=False)
            for key, source in SOURCE_KEYS.items()
        ),
    ]

    host = getters.app(DeskHost)
    field = getters.query_one("#patient", TypedText)
    hits = getters.query_one(PatientHits)
    details = getters.query_one(PatientDetails)
    chooser = getters.query_one(SourceChoice)

    locked: var[bool] = var(False)
    """Whether a submitted token is being issued."""

    def compose(self) -> ComposeResult:
        with Horizontal(classes="field"):
            yield Static("Patient", classes="field-label")
            yield TypedText(
                id="patient", placeholder="name (or the phone number first), then Enter", max_length=NAME_LENGTH
            )
        yield PatientHits(id="hits")
        with Horizontal(classes="field"):
            yield Static("Source", classes="field-label")
            yield SourceChoice(id="source")
        yield PatientDetails(id="details", classes="field")
        yield Static(id="forecast", markup=False)

    def on_mount(self) -> None:
        self.entry = VisitorEntry(self.field, self.hits, self.details)

    @on(PatientHits.Left)
    def back_to_name(self) -> None:
        self.screen.set_focus(self.field)

    def action_choose_source(self, name: str) -> None:
        """Go from the known patients to the source, and choose one, for what is typed."""
        if not self.locked:
            self.screen.set_focus(self.chooser)
            self.chooser.action_choose(name)

    def action_next_field(self) -> None:
        """Go from the name to the known patients if there are any, then to the source and the details."""
        entry = self.entry
        if not self.field.has_focus or entry.known is not None or not entry.text or self.locked:
            self.action_step(1)
        elif entry.searched != entry.text:
            self.post_message(self.SearchWanted(entry.text, self.leave_name))
        else:
            self.leave_name()

    def leave_name(self) -> None:
        """Go from the name to the known patients if there are any, else to the source."""
        self.screen.set_focus(self.hits if self.hits.items else self.chooser)

    def action_step(self, step: int) -> None:
        """Go to the next or previous field, past the details that a known patient's record has."""
        fields: list[Widget] = [self.field, self.chooser, *self.details.fields]
        at = next((n for n, field in enumerate(fields) if field.has_focus), 0 if step > 0 else 1)
        self.screen.set_focus(fields[(at + step) % len(fields)])
