"""The list of known patients below the name field of the new-token panel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable

from rich.style import Style
from textual.binding import Binding
from textual.message import Message

from opd_tui.desk.actions.words import last_digits
from opd_tui.desk.search_patients import FoundPatients, PatientHit
from opd_tui.tui.drawing.cells import Line, fit, joined
from opd_tui.tui.drawing.layout_map import refresh_layout_map
from opd_tui.tui.tokens.known_patient import age_and_sex, last_visit
from opd_tui.tui.widgets.row_list import RowList

LEAST_OF_NAME = 14
AGE_WIDTH, PHONE_WIDTH, VISIT_WIDTH = 9, 6, 26


class PatientHits(RowList[PatientHit]):
    """The patients whom the typed text finds, one per row; as high as the longest list since the panel was opened."""

    BINDINGS = [
        Binding("enter", "take", "Take", show=False),
        Binding("escape", "leave", "Back", show=False),
    ]

    today: dt.date | None = None
    rows_shown = 0
    """The height of the list, 0 while it is hidden."""

    class Taken(Message):
        """Posted when the user takes the patient under the cursor."""

    class Left(Message):
        """Posted when the user goes back to the name."""

    def on_mount(self) -> None:
        self.show(FoundPatients())

    def show(self, found: FoundPatients) -> None:
        """Show what was found, the cursor on the first; nothing found hides the list."""
        rows = max(len(found.hits), self.rows_shown) if found.hits else 0
        if rows != self.rows_shown or self.display != bool(rows):
            refresh_layout_map(self)
            self.rows_shown, self.display = rows, bool(rows)
            self.styles.height = rows
        self.set_reactive(PatientHits.cursor, 0)
        self.items = found.hits
        self.refresh()

    def key_of(self, item: PatientHit) -> Hashable | None:
        return item.id

    def draw(self, item: PatientHit, width: int) -> Line:
        pointer = "▸" if (self.has_focus or self.always_chosen) and item is self.chosen else " "
        name = max(width - AGE_WIDTH - PHONE_WIDTH - VISIT_WIDTH - 5, LEAST_OF_NAME)
        columns = (
            f"{fit(age_and_sex(item.patient, self.today), AGE_WIDTH)} {fit(last_digits(item.patient), PHONE_WIDTH)} "
            f"{fit(last_visit(item, self.today), VISIT_WIDTH)}"
        )
        return joined((f"{pointer} {fit(item.patient.name, name)} ", Style()), (columns, self.part("dim")))

    def action_move(self, step: int) -> None:
        """Move the cursor, or go back to the name from the first row."""
        if step < 0 and self.cursor == 0:
            self.action_leave()
        else:
            super().action_move(step)

    def action_take(self) -> None:
        self.post_message(self.Taken())

    def action_leave(self) -> None:
        self.post_message(self.Left())
