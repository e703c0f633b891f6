"""The journal entries of this desk that its followers must skip: no longer than until each has passed them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from weakref import WeakSet


@dataclass(eq=False)
class Follower:
    """One reader of the news; `own` are the entries of its desk that are still to come."""

    own: set[int] = field(default_factory=set)

    def of_others(self, entries: Sequence[int]) -> list[int]:
        """Return the entries of other desks, and forget those of its own that have come."""
        others = [entry for entry in entries if entry not in self.own]
        self.own.difference_update(entries)
        return others


class OwnEntries:
    """Hands the entries of a desk to its followers; without a follower nothing is remembered."""

    def __init__(self) -> None:
        # One lock for all: a follower that starts during a commit must learn of it from here, since the watch
        # may report the entry before the commit returns.
        self._lock = threading.Lock()
        self._committing: set[int] = set()
        self._followers: WeakSet[Follower] = WeakSet()  # one that was dropped without being closed is gone, too

    def new_follower(self) -> Follower:
        """Return a follower that skips what is committed from now on."""
        with self._lock:
            follower = Follower(set(self._committing))
            self._followers.add(follower)
            return follower

    def restart(self, follower: Follower) -> None:
        """Forget what a lost watch never reported: a database that takes over may give its ids to others."""
        with self._lock:
            if follower in self._followers:
                follower.own = set(self._committing)

    @contextmanager
    def committing(self, entry_id: int) -> Iterator[None]:
        """Mark an entry during its commit; if that fails, the id is left to another desk's entry."""
        with self._lock:
            self._committing.add(entry_id)
            for follower in self._followers:
                follower.own.add(entry_id)
        try:
            yield
        except BaseException:
            with self._lock:
                for follower in self._followers:
                    follower.own.discard(entry_id)
            raise
        finally:
            with self._lock:
                self._committing.discard(entry_id)
