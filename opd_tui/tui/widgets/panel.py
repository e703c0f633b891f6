"""A framed panel."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.containers import Vertical
from textual.geometry import Region
from textual.strip import Strip

from opd_tui.tui.drawing.cells import fit, joined
from opd_tui.tui.drawing.looks import look


class Panel(Vertical):
    """A container with its title in the frame, whose top is heavy and highlighted while it contains the focus.

    Only the title line is repainted when the focus changes; a border styled with `:focus-within` would repaint the
    whole panel and its content.
    """

    def __init__(self, title: str, *, id: str) -> None:
        super().__init__(id=id)
        self._title = title

    @property
    def title(self) -> str:
        """The title in the frame."""
        return self._title

    @title.setter
    def title(self, title: str) -> None:
        if title != self._title:
            self._title = title
            self._refresh_top()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self._refresh_top()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        self._refresh_top()

    def _refresh_top(self) -> None:
        self.refresh(Region(-1, -1, self.outer_size.width, 1))

    def render_lines(self, crop: Region) -> list[Strip]:
        strips = super().render_lines(crop)
        if crop.y == 0 and strips:
            strips[0] = self._top(self.outer_size.width).crop(crop.x, crop.right)
        return strips

    def _top(self, width: int) -> Strip:
        focused = self.has_focus_within
        state, across = ("-focused", "━") if focused else ("", "─")
        frame, title = look(self, f"frame{state}"), look(self, f"title{state}")
        words = fit(self._title, min(cell_len(self._title), width - 6))
        line = joined((f"╭{across}", frame), (f" {words} ", title), (across * width, frame))
        strip = Strip([*Strip(line).crop(0, width - 1), *joined(("╮", frame))]).apply_style(self.rich_style)
        for line_filter in self.get_line_filters():
            strip = strip.apply_filter(line_filter, self.background_colors[1])
        return strip
