"""Translation of keys as users write them into Textual's key names."""

from __future__ import annotations

import re
import unicodedata

from textual.keys import KEY_NAME_REPLACEMENTS, Keys, key_to_character

_ALIASES = {
    "esc": "escape",
    "return": "enter",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "pgdown": "pagedown",
    "del": "delete",
    "ins": "insert",
}
_NAMED_KEYS = {key.value.rpartition("+")[2] for key in Keys} | set(KEY_NAME_REPLACEMENTS.values())
_WRITTEN = re.compile(r"((?:[A-Za-z]+\+)*)(.+)", re.DOTALL)


def key_named(written: str) -> str | None:
    """Return Textual's name for a key written like `n`, `?`, `F2`, `Ctrl+N`, `^n` or `PgUp`, or None if invalid."""
    written = written if written == " " else written.strip()
    if len(written) == 2 and written[0] == "^":
        written = f"ctrl+{written[1]}"
    match = _WRITTEN.fullmatch(written)
    if match is None:
        return None
    modifiers = sorted({"ctrl" if each == "control" else each for each in match[1].lower().split("+")[:-1]})
    base = _base(match[2])
    if base is None or not {"alt", "ctrl", "shift"}.issuperset(modifiers):
        return None
    if not modifiers:
        return base
    if len(base) == 1 and modifiers == ["shift"]:
        return base.upper() if base.isalpha() else None
    return "+".join((*modifiers, base.lower()))


def _base(written: str) -> str | None:
    """Return Textual's name for a key without modifiers, or None if invalid."""
    if len(written) == 1:
        return _character_key(written)
    name = _ALIASES.get(written.lower(), written.lower())
    if len(name) > 1 and name in _NAMED_KEYS:
        return name
    character = key_to_character(name)
    # Excludes Unicode names such as BANANA.
    return _character_key(character) if character and character.isascii() else None


def _character_key(character: str) -> str | None:
    """Return Textual's name for the key of a character, or None if it is not printable."""
    if character.isalnum():
        return character
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name) if character.isprintable() and name else None
