"""Search by words in any order."""

from __future__ import annotations

from collections.abc import Callable

from opd_tui.domain.text import name_key


def matcher(query: str) -> Callable[[str], bool]:
    """Return a predicate that is true if a search key contains every word of the query, ignoring case and accents."""
    wanted = [name_key(word) for word in query.split()]
    return lambda words: all(word in words for word in wanted)
