"""The dialog that shows a token's slip as it is printed."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from opd_tui.desk.slip import Slip
from opd_tui.printing.layout import SlipLayout, as_text
from opd_tui.printing.slip_printer import SlipPrinter
from opd_tui.tui.commands import SLIP

FRAME = 7
"""The columns of the dialog's frame and padding, and of a scrollbar."""


class SlipDialog(ModalScreen[bool]):
    """A slip in the width of its paper; `p` closes it with True, which prints it."""

    BINDINGS = [
        Binding("escape,enter,q", "leave", "Close", show=False),
        Binding(SLIP.keys, "leave", "Close", show=False, id=SLIP.id),
        Binding("p", "print", "Print", show=False),
        Binding("j,down", "scroll(1)", "Down", show=False),
        Binding("k,up", "scroll(-1)", "Up", show=False),
    ]

    def __init__(self, slip: Slip, layout: SlipLayout, printer: SlipPrinter | None) -> None:
        super().__init__()
        self.slip = slip
        self.layout_of_slip = layout
        self.printer = printer

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog slip") as dialog:
            dialog.border_title = Content(f"Slip of {self.slip.record.token.number}")
            dialog.border_subtitle = self.keys_line()
            dialog.styles.width = self.layout_of_slip.width + FRAME
            yield Static(self.text(), markup=False)

    def text(self) -> Content:
        """Return the slip, with the big line in bold."""
        layout = self.layout_of_slip
        lines = layout.lines(self.slip, self.printer.letters if self.printer else str)
        looks = ("bold" if line.is_big else "" for line in lines)
        texts = as_text(lines, layout.width).splitlines()
        return Content("\n").join(map(Content.styled, texts, looks))

    def keys_line(self) -> str:
        """Return what the keys do; without a printer there is none to print with."""
        if self.printer is None:
            return "no printer is set   Esc close"
        return f"p {'print again' if self.slip.printed else 'print'}   Esc close"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to print only if there is a printer."""
        return action != "print" or self.printer is not None

    def action_print(self) -> None:
        self.dismiss(True)

    def action_leave(self) -> None:
        self.dismiss(False)

    def action_scroll(self, lines: int) -> None:
        """Scroll down or up."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
