"""The panel of the slots, as high as the doctors need and the queue allows."""

from __future__ import annotations

from textual import getters
from textual.app import ComposeResult
from textual.geometry import Size
from textual.widgets import Static

from opd_tui.tui.board.slot_grid import SlotGrid
from opd_tui.tui.widgets.panel import Panel

FRAME_LINES = 2
QUEUE_SHARE = 0.45
QUEUE_LINES = (6, 12)
"""The fewest and most lines that are kept for the queue's panel."""
NEWS_LINES = 6
"""The lines of the news below the queue, where a narrow terminal is high enough."""


class SlotsPanel(Panel):
    """A panel with the slots of the day, or why there are none."""

    grid = getters.query_one(SlotGrid)

    def __init__(self) -> None:
        super().__init__("Slots", id="slots")

    def compose(self) -> ComposeResult:
        yield Static(id="no-slots", markup=False)
        yield SlotGrid(id="grid")

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the lines for all doctors, as far as enough is left for the queue; `container` has no frame."""
        if not self.grid.display:
            return super().get_content_height(container, viewport, width)
        fewest, most = QUEUE_LINES
        below = min(max(int((container.height + FRAME_LINES) * QUEUE_SHARE), fewest), most)
        if self.screen.has_class("-narrow") and self.screen.has_class("-tall"):
            below += NEWS_LINES
        return max(min(self.grid.virtual_size.height, container.height - below), 2)
