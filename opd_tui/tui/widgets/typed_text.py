"""A field to type into that shows a pasted text as the desk would store it."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from opd_tui.domain.text import clean_text


class TypedText(Input):
    """Control and format characters of a pasted text do not reach the terminal; the cursor does not blink."""

    def on_mount(self) -> None:
        self.cursor_blink = False

    def watch_has_focus(self, has_focus: bool) -> None:
        """A field that is hidden need not look as if it had no focus; it is styled when it has it again."""
        if has_focus or self.visible:
            super().watch_has_focus(has_focus)

    def on_paste(self, event: events.Paste) -> None:
        event.prevent_default().stop()
        self.replace(clean_text(event.text), *sorted(self.selection))
