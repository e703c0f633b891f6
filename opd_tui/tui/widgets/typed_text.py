"""A text input that refuses text while it is locked."""

from __future__ import annotations

from textual import events, getters
from textual.message import Message
from textual.widgets import Input

from opd_tui.tui.host.desk_host import DeskHost

STILL_BUSY = "One moment: the desk is still busy with this."


def offer_again(field: Input, *, keeps_text: bool = False) -> None:
    """Focus a field and select it, so that typing replaces its text; or keep that, where an answer may come late."""
    field.screen.set_focus(field)
    if keeps_text:
        field.call_later(field.action_end)  # the focus comes first, which selects the text
    else:
        field.select_all()


class TypedText(Input):
    """An input that takes a paste as one piece of text, and whose cursor does not blink.

    While `locked`, it refuses text that nobody would read.
    """

    host = getters.app(DeskHost)
    locked = False

    class Replaced(Message):
        """Posted when the user deletes the whole text or types over it."""

        def __init__(self, sender: TypedText) -> None:
            super().__init__()
            self.sender = sender

        @property
        def control(self) -> TypedText:
            return self.sender

    def on_mount(self) -> None:
        self.cursor_blink = False

    def watch_has_focus(self, has_focus: bool) -> None:
        """Skip the style update of a hidden field that loses the focus; it is restyled when it regains it."""
        if has_focus or self.visible:
            super().watch_has_focus(has_focus)

    def on_key(self, event: events.Key) -> None:
        if self.locked and event.is_printable:
            event.prevent_default().stop()
            self.host.refuse_key(STILL_BUSY)

    def on_paste(self, event: events.Paste) -> None:
        event.prevent_default().stop()
        if self.locked:
            self.host.refuse_key(STILL_BUSY)
        else:
            self.replace(event.text, *sorted(self.selection))

    def replace(self, text: str, start: int, end: int) -> None:
        """Replace a part of the text; every way of editing ends here."""
        whole = bool(self.value) and min(start, end) <= 0 and max(start, end) >= len(self.value)
        super().replace(text, start, end)
        if whole:
            self.post_message(self.Replaced(self))
