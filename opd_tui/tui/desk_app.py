"""The front desk's app, as its screens and dialogs know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.screen import Screen

    from opd_tui.tui.app import OpdApp


class DeskApp:
    """A property for the app of a screen, as Textual's `getters.app`, which would import the app before its screens."""

    def __get__(self, screen: Screen[Any], owner: type[Screen[Any]]) -> OpdApp:
        from opd_tui.tui.app import OpdApp

        app = screen.app
        assert isinstance(app, OpdApp)
        return app
