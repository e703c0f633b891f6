"""The journal entries of this desk, which its followers skip; each is forgotten once every follower has seen it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from weakref import WeakSet


@dataclass(eq=False)
class Follower:
    """One reader of the news; `own` are its desk's entries that the watch has yet to report."""

    own: set[int] = field(default_factory=set)

    def of_others(self, entries: Sequence[int]) -> list[int]:
        """Return the entries of other desks, and forget this desk's entries among them."""
        others = [entry for entry in entries if entry not in self.own]
        self.own.difference_update(entries)
        return others


class OwnEntries:
    """Tells a desk's followers which entries are its own; without followers it stores nothing."""

    def __init__(self) -> None:
        # Taken by the threads that commit and by those that follow, and never held during the commit itself.
        # A follower that starts during a commit gets the entry from `_committing`, since the watch may report the
        # entry before the commit returns. `Follower.of_others` needs no lock: set operations are atomic under the GIL.
        self._lock = threading.Lock()
        self._committing: set[int] = set()
        self._followers: WeakSet[Follower] = WeakSet()  # weak: an iterator may be dropped without being closed

    def new_follower(self) -> Follower:
        """Return a follower that skips what this desk commits from now on."""
        with self._lock:
            follower = Follower(set(self._committing))
            self._followers.add(follower)
            return follower

    def restart(self, follower: Follower) -> None:
        """Forget the entries that a lost watch never reported.

        A standby that takes over may lack them and give their ids to other desks' entries.
        """
        with self._lock:
            if follower in self._followers:
                follower.own = set(self._committing)

    @contextmanager
    def committing(self, entry_id: int) -> Iterator[None]:
        """Mark an entry as this desk's while it is committed; if that fails, another desk's entry may get the id."""
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
