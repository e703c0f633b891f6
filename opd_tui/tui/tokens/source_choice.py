"""The selector for a token's source."""

from __future__ import annotations

from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from opd_tui.domain.model import Source

SOURCE_KEYS = {
    "e": Source.EMERGENCY,
    "p": Source.PAID,
    "f": Source.FOLLOWUP,
    "o": Source.ONLINE,
    "w": Source.WALKIN,
}

ROOM_FOR_GAPS = 64
"""The columns of the five sources with gaps between them."""


class SourceChoice(Widget, can_focus=True):
    """The five sources on one line; a letter selects one."""

    BINDINGS = [
        Binding("left,h,k", "step(-1)", "Stronger", show=False),
        Binding("right,l,j", "step(1)", "Weaker", show=False),
        Binding("enter", "submit", "Issue", show=False),
        *(Binding(key, f"choose('{source.name}')", source.label, show=False) for key, source in SOURCE_KEYS.items()),
    ]

    source: reactive[Source] = reactive(Source.WALKIN)

    class Changed(Message):
        """Posted when the selected source changes."""

    class Submitted(Message):
        """Posted when Enter is pressed."""

    def render(self) -> Content:
        gap = "  " if self.size.width >= ROOM_FOR_GAPS else ""
        return Content(gap).join(
            [
                Content.from_markup(
                    "[reverse] $key $name [/]" if source is self.source else " [b]$key[/] $name ",
                    key=key.upper(),
                    name=source.label,
                )
                for key, source in SOURCE_KEYS.items()
            ]
        )

    def watch_source(self) -> None:
        self.post_message(self.Changed())

    def action_choose(self, name: str) -> None:
        self.source = Source[name]

    def action_step(self, step: int) -> None:
        sources = list(Source)
        self.source = sources[(sources.index(self.source) + step) % len(sources)]

    def action_submit(self) -> None:
        self.post_message(self.Submitted())
