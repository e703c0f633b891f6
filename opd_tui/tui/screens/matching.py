"""Search by words in any order."""

from __future__ import annotations

from collections.abc import Callable

from opd_tui.tui.screens.search_keys import query_keys


def matcher(query: str) -> Callable[[str], bool]:
    """Return a predicate that is true if a search key contains every word of the query, in any of its spellings."""
    wanted = [query_keys(word) for word in query.split()]
    return lambda words: all(any(key in words for key in keys) for keys in wanted)
