"""What dialogs that keep keys waiting have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from textual.screen import ModalScreen

from opd_tui.tui.screens.bar_screen import the_app

if TYPE_CHECKING:
    from opd_tui.tui.app import OpdApp

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer]):
    """A dialog of the front desk."""

    @property
    def desk_app(self) -> OpdApp:
        app = self.app
        assert isinstance(app, the_app())
        return app
