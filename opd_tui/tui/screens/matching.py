"""Searching lists by any words of their rows."""

from __future__ import annotations

from collections.abc import Callable

from opd_tui.domain.text import name_key


def matcher(query: str) -> Callable[[str], bool]:
    """Tells whether every word of the query is in a text's search key, whatever their case and accents."""
    wanted = [name_key(word) for word in query.split()]
    return lambda words: all(word in words for word in wanted)
