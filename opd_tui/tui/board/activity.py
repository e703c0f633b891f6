"""Recent actions as sentences, read from the journal so that they survive a restart and include other desks."""

from __future__ import annotations

from collections.abc import Hashable
from zoneinfo import ZoneInfo

from opd_tui.desk.outcome import Outcome
from opd_tui.tui.drawing.cells import Line, fit, joined
from opd_tui.tui.drawing.sentences import outcome_sentence
from opd_tui.tui.widgets.row_list import RowList


class Activity(RowList[Outcome], can_focus=False):
    """The latest actions at all desks, newest first."""

    zone: ZoneInfo | None = None
    desk: str = ""

    def key_of(self, item: Outcome) -> Hashable | None:
        return None

    def draw(self, item: Outcome, width: int) -> Line:
        entry = item.entry
        time = f"{entry.recorded_at.astimezone(self.zone):%H:%M}"
        elsewhere = "" if entry.desk == self.desk else f"{entry.desk}: "
        words = elsewhere + outcome_sentence(item, self.zone)
        return joined((f" {time}  ", self.part("dim")), (fit(words, width - 9), None))
