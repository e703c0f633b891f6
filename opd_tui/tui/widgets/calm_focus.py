"""Gaining and losing the focus without being painted all over."""

from __future__ import annotations

from textual import events
from textual.scroll_view import ScrollView


class CalmFocus(ScrollView):
    """Does what a scroll view does when the focus comes and goes, but paints only what shows it."""

    def watch_has_focus(self, _has_focus: bool) -> None:
        """No rule of the stylesheets asks whether it has the focus, so they need not be applied again."""

    def refresh_focus(self) -> None:
        """Paint again what the focus changes."""
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
