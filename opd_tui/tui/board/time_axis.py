"""The scale of the board: from minutes of the day to columns."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

PACES = (36, 24, 18, 12, 8, 6, 4)
"""The scales to choose from, in columns an hour."""
SCROLLING_PACE = 12
"""The scale of a day that does not fit, in columns an hour."""
GAP_COLUMNS = 6
"""The most columns for a time without any slot, enough for a label."""
LABEL_STEPS = ((60, 6), (30, 12), (15, 12))
"""Steps in minutes at which times are written, and the columns that each needs to the next label."""


class Span(NamedTuple):
    """A window in minutes of the day, and the fewest columns that it needs."""

    start: int
    end: int
    columns: int


@dataclass(frozen=True)
class TimeAxis:
    """An even scale that is stretched only where a short slot needs the room, and shrunk where there is no slot.

    Slots of five minutes make only their own hours wide, and a slot that runs meanwhile is as long as they are
    together.
    """

    stops: tuple[int, ...] = (0,)
    """The minutes of the day at which a slot starts or ends."""
    columns: tuple[int, ...] = (0,)
    """The column of each stop."""

    @property
    def width(self) -> int:
        """The number of columns from the first stop to the last."""
        return self.columns[-1]

    def covers(self, minute: int) -> bool:
        """Return whether a minute lies between the first and the last stop."""
        return self.stops[0] <= minute <= self.stops[-1]

    def column(self, minute: int) -> int:
        """Return the column of a minute; minutes before or after the axis are at its ends."""
        after = bisect_right(self.stops, minute)
        if after == 0:
            return 0
        if after == len(self.stops):
            return self.width
        start, end = self.stops[after - 1 : after + 1]
        left, right = self.columns[after - 1 : after + 1]
        return left + (right - left) * (minute - start) // (end - start)

    def labels(self) -> Iterator[tuple[int, str]]:
        """Yield the columns at which times are written, with the times."""
        taken: list[int] = []
        for step, room in LABEL_STEPS:
            for minute in (self.stops[0], *range(-(-self.stops[0] // step) * step, self.stops[-1], step)):
                column = self.column(minute)
                if all(abs(column - other) >= room for other in taken):
                    taken.append(column)
                    yield column, f"{minute // 60:02}:{minute % 60:02}"

    def first_stop(self, first: int, start: int, end: int, room: int) -> int:
        """Return the stop at the left edge that shows a slot from `start` to `end` in `room` columns.

        It is the nearest one to `first`, the present minute at the left edge, and leaves nothing empty on the right.
        """
        last = self.stop_from(self.width - room)
        stop = min(self.stops[max(bisect_right(self.stops, first) - 1, 0)], last)
        if start < stop:
            return start
        if self.column(end) > self.column(stop) + room:
            return min(self.stop_from(self.column(end) - room), start)
        return stop

    def stop_from(self, column: int) -> int:
        """Return the first stop at or after a column."""
        return self.stops[min(bisect_left(self.columns, column), len(self.stops) - 1)]


def fitted_axis(spans: Collection[Span], width: int) -> TimeAxis:
    """Return the widest axis that fits, or one to scroll if none does; the blanks after the figures go first."""
    closer = tight(spans)
    axes = (axis_of(each, pace) for each in (spans, closer) for pace in PACES)
    return next((axis for axis in axes if axis.width <= width), axis_of(closer, SCROLLING_PACE))


def tight(spans: Collection[Span]) -> set[Span]:
    """Return spans without the blank after the figures."""
    return {span._replace(columns=span.columns - 1) for span in spans}


def axis_of(spans: Collection[Span], pace: int) -> TimeAxis:
    """Return the axis with so many columns an hour, and more where a span needs them."""
    stops = sorted({minute for span in spans for minute in (span.start, span.end)})
    if not stops:
        return TimeAxis()
    ending: dict[int, list[Span]] = {}
    for span in spans:
        ending.setdefault(span.end, []).append(span)
    furthest = {span.start: span.end for span in sorted(spans)}
    places, reach = {stops[0]: 0.0}, 0
    for before, stop in pairwise(stops):
        reach = max(reach, furthest.get(before, 0))
        even = (stop - before) * pace / 60
        needed = (places[span.start] + span.columns for span in ending.get(stop, ()))
        places[stop] = max(places[before] + (even if reach > before else min(even, GAP_COLUMNS)), *needed, 0)
    return TimeAxis(tuple(stops), tuple(int(place) for place in places.values()))
