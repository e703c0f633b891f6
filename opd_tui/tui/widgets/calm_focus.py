"""A scroll view that does not fully repaint when it gains or loses the focus."""

from __future__ import annotations

from textual import events
from textual.scroll_view import ScrollView


class CalmFocus(ScrollView):
    """A scroll view that repaints only the affected part when the focus changes."""

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Skip Textual's style update, because no stylesheet rule depends on the focus of this widget."""

    def refresh_focus(self) -> None:
        """Repaint the part that shows the focus."""
        raise NotImplementedError

    def on_focus(self, event: events.Focus) -> None:
        event.prevent_default()
        self.has_focus = True
        self._tell(events.DescendantFocus(self))

    def on_blur(self, event: events.Blur) -> None:
        event.prevent_default()
        self.has_focus = False
        self._tell(events.DescendantBlur(self))

    def _tell(self, event: events.Event) -> None:
        self.refresh_focus()
        if self.parent is not None:
            self.parent.post_message(event)
