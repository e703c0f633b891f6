"""The keys that a user meant by the one that the terminal sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.keys import key_to_character

from opd_tui.tui.keys.key_names import key_named

if TYPE_CHECKING:
    from textual.app import App

Pressed = events.Key | events.Paste | events.MouseDown | events.MouseUp
"""Pasted text and the buttons of the mouse are queued in order with the keys."""

_ALT = "alt+"
_BEHIND_ESCAPE = {"enter", "tab", "backspace", "space"}
"""The keys of more than one letter that a terminal may merge with Esc; for the others, Esc and Alt differ."""


def named(pressed: Pressed | None, key: str) -> bool:
    """Return whether this is the key with that name."""
    return isinstance(pressed, events.Key) and pressed.key == key


def meaning(pressed: Pressed, app: App[None]) -> list[Pressed]:
    """Return the keys that a key stands for on the active screen.

    An Alt key that is not bound is Esc and the key behind it, because a terminal sends both in the same way. A capital
    that is neither text nor bound is its small letter, because Caps Lock may be on.
    """
    if not isinstance(pressed, events.Key):
        return [pressed]
    if pressed.key.startswith(_ALT) and pressed.key not in app.screen.active_bindings:
        behind = _without_alt(pressed)
        return [events.Key("escape", "\x1b"), behind] if behind else [pressed]
    if len(pressed.key) == 1 and pressed.key.isupper() and not _is_text(pressed, app):
        small = pressed.key.lower()
        bound = app.screen.active_bindings
        if pressed.key not in bound and small in bound:
            return [events.Key(small, small)]
    return [pressed]


def _is_text(pressed: events.Key, app: App[None]) -> bool:
    """Return whether the focused widget takes a key as text."""
    return app.focused is not None and app.focused.check_consume_key(pressed.key, pressed.character)


def _without_alt(pressed: events.Key) -> events.Key | None:
    """Return the key that was pressed right after Esc, or None if the terminal tells the two apart."""
    name = pressed.key.removeprefix(_ALT)
    character = pressed.character if pressed.is_printable else key_to_character(key_named(name) or name)
    if name in _BEHIND_ESCAPE:
        return events.Key(name, " " if name == "space" else None)
    if character is None or not character.isprintable():
        return None
    return events.Key(key_named(character) or character, character)
