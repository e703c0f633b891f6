"""The demo as plain text in 80 columns, for pipes, screen readers and terminals without colour."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from opd_tui.demo.player import PlayedStep, Refused
from opd_tui.demo.timeline import DATE
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.outcome import Outcome
from opd_tui.desk.views import Queue
from opd_tui.domain.model import Status, TokenRecord

WIDTH = 79
HEADING = "A morning at the front desk: more patients than seats"
LEGEND = "● is a taken seat, ○ a free one."
CLOSING = "Nothing of this was kept. Run `opd-tui` in a terminal to open your own desk."

_ASCII = str.maketrans({"●": "#", "○": ".", "·": "|", "–": "-"})


def opening_lines() -> list[str]:
    """What is shown before the first step."""
    return [HEADING, "=" * len(HEADING), LEGEND]


def step_lines(played: PlayedStep, desk: FrontDesk) -> list[str]:
    """A step's time and caption, what came of each action, and the board after it."""
    lines = ["", *wrapped(f"{played.step.at:%H:%M}  {played.step.caption}", 7)]
    for result in played.results:
        lines += wrapped(f"  {result_sentence(result)}", 4)
    lines.append("")
    for record in desk.board(DATE).slots:
        lines += board_lines(desk.queue(record.slot.id))
    return lines


def result_sentence(result: Outcome | Refused) -> str:
    """What came of an action, marked if it was refused."""
    return f"! Refused: {result.refusal.message}" if isinstance(result, Refused) else f"- {result.sentence}."


def board_lines(queue: Queue) -> list[str]:
    """A slot's seats, who has one and who waits; one line, unless many wait."""
    slot, taken = queue.slot.slot, queue.slot.load.taken
    dots = "●" * taken + "○" * queue.slot.free_seats
    records = [row.record for row in queue.rows]
    groups = [
        " ".join([status.value, *numbers])
        for status in (Status.ACTIVE, Status.WAITING)
        if (numbers := numbers_of(status, records))
    ]
    line = f"  {queue.slot.doctor.name}  {slot.window}  {dots} {taken}/{slot.capacity}  {' · '.join(groups)}"
    return wrapped(line.rstrip(), 6)


def closing_lines(desk: FrontDesk) -> list[str]:
    """Where every token stands at the end, and how to go on."""
    lines = ["", "At the end"]
    records = desk.token_list(date=DATE)
    for status in (Status.ACTIVE, Status.WAITING, Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW):
        if numbers := numbers_of(status, records):
            lines += wrapped(f"  {status.name:9}  {' '.join(numbers)}", 13)
    return [*lines, "", CLOSING]


def numbers_of(status: Status, records: Iterable[TokenRecord]) -> list[str]:
    """The numbers of the tokens with a status, in the order given."""
    return [record.token.number for record in records if record.token.status is status]


def wrapped(line: str, indent: int) -> list[str]:
    """A line cut at spaces to the width, its continuations indented."""
    return textwrap.wrap(line, WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)


def fit_encoding(line: str, encoding: str) -> str:
    """The line as it is where the encoding can write it, else in ASCII."""
    try:
        line.encode(encoding)
    except UnicodeEncodeError:
        return line.translate(_ASCII).encode("ascii", "replace").decode("ascii")
    return line
