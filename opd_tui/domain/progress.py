"""How far long work is, told to whoever started it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

ROWS_BETWEEN_REPORTS = 1000


class Progress:
    """Follows long work and may end it; this one does neither."""

    def report(self, step: str, share: float) -> None:
        """Note that a step, such as “copying”, is done to this share from 0 to 1.

        It may raise an exception that ends the work, which then has changed nothing.
        """

    def point_of_no_return(self) -> None:
        """Note that the work is about to count and can no longer be ended."""


UNFOLLOWED = Progress()


class PartOfWork(Progress):
    """One of several equal parts of the same work, each of which counts by itself when it is done."""

    def __init__(self, whole: Progress, number: int, count: int) -> None:
        self.whole = whole
        self.number = number
        self.count = count

    def report(self, step: str, share: float) -> None:
        self.whole.report(f"{step} {self.number + 1} of {self.count}", share)


class RowCount:
    """Reports the share of a step by the number of rows that have passed, in one or several streams."""

    def __init__(self, progress: Progress, step: str, total: int) -> None:
        self.progress = progress
        self.step = step
        self.total = max(total, 1)
        self.passed = 0

    def passing(self, rows: Iterable[T]) -> Iterator[T]:
        """Yield the rows and count them."""
        for row in rows:
            if not self.passed % ROWS_BETWEEN_REPORTS:
                self.report()
            self.passed += 1
            yield row

    def report(self) -> None:
        """Report the share of the rows that have passed."""
        self.progress.report(self.step, min(self.passed / self.total, 1))
