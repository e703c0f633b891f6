"""The demo as plain text in 80 columns, for pipes, screen readers and terminals without colour."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from opd_tui.demo.player import PlayedStep, Player, Refused
from opd_tui.demo.script import Script
from opd_tui.desk.outcome import Outcome
from opd_tui.desk.views import Queue
from opd_tui.domain.model import Status, TokenRecord

WIDTH = 79
LEGEND = "● is a taken seat, ○ is a free one."
CLOSING = "Nothing was saved. Run `opd-tui` in a terminal to open your own desk."

_ASCII = str.maketrans({"●": "#", "○": ".", "·": "|", "–": "-"})


def opening_lines(script: Script) -> list[str]:
    """Return the lines before the first step."""
    return [script.heading, "=" * len(script.heading), *([LEGEND] if script.boards else [])]


def step_lines(played: PlayedStep, player: Player) -> list[str]:
    """Return a step's time and caption, the result of each action, and the board after it if the script shows it."""
    time, lines = f"{played.step.at:%H:%M}", []
    if played.step.caption:
        lines = ["", *wrapped(f"{time}  {played.step.caption}", 7)]
    for result in played.results:
        lines += wrapped(f"  {'' if player.script.boards else time + ' '}{result_sentence(result)}", 4)
    if player.script.boards:
        lines.append("")
        for record in player.desk.board(player.script.date).slots:
            lines += board_lines(player.desk.queue(record.slot.id))
    return lines


def result_sentence(result: Outcome | Refused) -> str:
    """Return an action's result as a list item, marked if it was refused."""
    return f"! Refused: {result.refusal.message}" if isinstance(result, Refused) else f"- {result.sentence}."


def board_lines(queue: Queue) -> list[str]:
    """Return a slot's seats with its seated and waiting tokens, wrapped if it has many."""
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


def closing_lines(player: Player) -> list[str]:
    """Return the final status of every token, and what to do next."""
    lines = ["", "At the end"]
    records = player.desk.token_list(date=player.script.date)
    for status in (Status.ACTIVE, Status.WAITING, Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW):
        if numbers := numbers_of(status, records):
            lines += wrapped(f"  {status.name:9}  {' '.join(numbers)}", 13)
    return [*lines, "", CLOSING]


def numbers_of(status: Status, records: Iterable[TokenRecord]) -> list[str]:
    """Return the numbers of the tokens with a status, in the order given."""
    return [record.token.number for record in records if record.token.status is status]


def wrapped(line: str, indent: int) -> list[str]:
    """Wrap a line at spaces to the width, with its continuation lines indented."""
    return textwrap.wrap(line, WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)


def fit_encoding(line: str, encoding: str) -> str:
    """Return the line unchanged if the encoding has all its characters, else in ASCII."""
    try:
        line.encode(encoding)
    except UnicodeEncodeError:
        return line.translate(_ASCII).encode("ascii", "replace").decode("ascii")
    return line
