"""Rows with budgets and verdicts; as a table, as JSON, and in the README."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

START, END = "<!-- benchmarks -->", "<!-- /benchmarks -->"
HEADINGS = ("figure", "measured", "floor", "ratio", "budget", "verdict")


@dataclass(frozen=True)
class Budget:
    """What a figure may be: at most `most` of its own unit, at most `times` its floor, at least `least`."""

    most: float | None = None
    times: float | None = None
    least: float | None = None

    def holds(self, measured: float, floor: float | None) -> bool:
        """Whether the figure keeps to it; a ratio to a floor that was not measured cannot be kept."""
        if self.times is not None and (floor is None or measured > self.times * floor):
            return False
        return (self.most is None or measured <= self.most) and (self.least is None or measured >= self.least)

    def words(self, unit: str) -> str:
        """The budget as the table says it."""
        parts = []
        if self.most is not None:
            parts.append(f"≤ {quantity(self.most, unit)}")
        if self.least is not None:
            parts.append(f"≥ {quantity(self.least, unit)}")
        if self.times is not None:
            parts.append(f"≤ {self.times:g} × floor")
        return ", ".join(parts)


@dataclass(frozen=True)
class Row:
    """One line of the table; `measured` is None where it could not be measured, and `note` says why."""

    figure: str
    budget: Budget
    measured: float | None = None
    floor: float | None = None
    unit: str = "ms"
    note: str = ""
    required: bool = True
    """Whether not measuring it is a miss, or only a machine that lacks what it needs."""
    details: dict[str, Any] = field(default_factory=dict)
    """More about the samples, for the JSON file."""

    @property
    def ratio(self) -> float | None:
        """Figure to floor; a share of something has none, it is one itself."""
        if self.measured is None or not self.floor or not self.unit:
            return None
        return self.measured / self.floor

    @property
    def missed(self) -> bool:
        if self.measured is None:
            return self.required
        return not self.budget.holds(self.measured, self.floor)

    @property
    def verdict(self) -> str:
        if self.missed:
            return f"MISSED: {self.note}" if self.note else "MISSED"
        return f"not measured: {self.note}" if self.measured is None else "ok"

    def cells(self) -> tuple[str, ...]:
        """The row as the table says it."""
        return (
            self.figure,
            "–" if self.measured is None else quantity(self.measured, self.unit),
            "–" if self.floor is None else quantity(self.floor, self.unit),
            "–" if self.ratio is None else f"{self.ratio:.2f}",
            self.budget.words(self.unit),
            self.verdict,
        )

    def to_json(self) -> dict[str, Any]:
        names = ("figure", "measured", "floor", "ratio", "unit", "verdict", "missed", "note")
        values = {name: getattr(self, name) for name in names}
        return values | {"budget": self.budget.words(self.unit), "details": self.details}


def quantity(value: float, unit: str) -> str:
    """A number with as many digits as one reads, and its unit: `0.42 ms`, `1,204 bytes`, `0.63`."""
    digits = 0 if unit in ("bytes", "errors") else 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    text = f"{value:,.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text} {unit}".rstrip()


def as_text(rows: Sequence[Row]) -> str:
    """The table for a terminal."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    numbers = range(1, 4)
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def as_markdown(rows: Iterable[Row], date: dt.date, machine: str) -> str:
    """The table for the README, with the day and the machine it was measured on."""
    lines = [f"Measured {date:%d %B %Y}: {machine}.", "", f"| {' | '.join(HEADINGS)} |", "|---|---:|---:|---:|---|---|"]
    lines += [f"| {' | '.join(row.cells())} |" for row in rows]
    return "\n".join(lines) + "\n"


def with_table(readme: str, table: str) -> str:
    """The README with the table between its markers; raises ValueError where it has none."""
    before, start, rest = readme.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"The README has no {START} … {END}.")
    return f"{before}{START}\n{table}{END}{after}"


def machine() -> str:
    """What it ran on, without its name."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} cores, {platform.system()}, {python}, SQLite {sqlite3.sqlite_version}"


def write_json(path: Path, rows: Iterable[Row], took: dict[str, float]) -> None:
    """Everything that was measured, and how many seconds each part of the run took."""
    whole = {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "seconds": took,
        "rows": [row.to_json() for row in rows],
    }
    path.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", "utf-8")
