"""The benchmarks' own arithmetic, and that their floor does the same work; nothing is timed here."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from opd_tui.desk.opening import open_front_desk
from tests.benchmarks.data import CAPACITY, Content, build, full_slots
from tests.benchmarks.floors.replay import connect_raw, replay
from tests.benchmarks.paint import ANYWHERE, ASIDE, bytes_by_line
from tests.benchmarks.report import END, START, Budget, Row, as_markdown, as_text, quantity, with_table
from tests.benchmarks.screens import BoardView, pointed_at
from tests.benchmarks.stats import median, p95, percentile
from tests.benchmarks.store import record_preemptions
from tests.support.helpers import dump

HISTORY, DOCTORS = 500, 4
SCREEN = """\
 OPD front desk
 ▐1 Board▌  2 Waitlist 2
╭─ Slots ─────────────────────────────────────────────────────╮
│Doctor          10:00                                        │
│D01  Ravi Rao   ▏░ 0/1    ▏                                  │
│D02  Asha Verma ▐█ 1/1 +1 ▌                                  │
╰─────────────────────────────────────────────────────────────╯
╭─ D02 · Dr Asha Verma · 10:00–11:00 ──────╮╭─ Just now ──────╮
│     NUMBER  PATIENT    STATUS            ││ 10:33  D50-056  │
│     D02-016 Ravi Iyer  ● seated          ││        has a    │
│   1 D02-017 Leela Iyer ○ waiting         ││        seat     │
╰──────────────────────────────────────────╯╰─────────────────╯
""".splitlines()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database such as the benchmarks build, with little history."""
    path = tmp_path_factory.mktemp("benchmarks") / "opd.db"
    build(str(path), Content(history=HISTORY, crowd=8, doctors=DOCTORS))
    return path


# Figures


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([1], 0.95, 1),
        (range(1, 101), 0.95, 95),
        (range(1, 101), 0.99, 99),
        (range(1, 21), 0.95, 19),
        ([3, 1, 2], 0.5, 2),
    ],
)
def test_a_percentile_is_the_nearest_rank(values: Sequence[float], share: float, expected: float) -> None:
    assert percentile(values, share) == expected


def test_the_median_and_p95_do_not_mind_the_order() -> None:
    assert (median([5, 1, 4, 2, 3]), p95([5, 1, 4, 2, 3])) == (3, 5)


@pytest.mark.parametrize(
    ("budget", "measured", "floor", "holds"),
    [
        (Budget(most=33), 33.0, None, True),
        (Budget(most=33), 33.1, None, False),
        (Budget(times=3), 3.0, 1.0, True),
        (Budget(times=3), 3.1, 1.0, False),
        (Budget(times=3), 0.1, None, False),
        (Budget(most=33, times=3), 20.0, 5.0, False),
        (Budget(most=33, times=3), 40.0, 20.0, False),
        (Budget(least=0.5), 0.5, None, True),
        (Budget(least=0.5), 0.49, None, False),
        (Budget(most=0), 1.0, None, False),
    ],
)
def test_a_budget_holds_only_where_all_of_it_does(
    budget: Budget, measured: float, floor: float | None, holds: bool
) -> None:
    assert budget.holds(measured, floor) is holds
    assert Row("figure", budget, measured, floor).missed is not holds


def test_what_could_not_be_measured_is_a_miss_unless_the_machine_lacks_what_it_needs() -> None:
    assert Row("figure", Budget(most=1), note="not shown").verdict == "MISSED: not shown"
    lacking = Row("figure", Budget(most=1), note="no server", required=False)
    assert (lacking.missed, lacking.verdict) == (False, "not measured: no server")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.514, "ms", "0.51 ms"), (12.34, "ms", "12.3 ms"), (1310.2, "ms", "1,310 ms"), (1999.6, "bytes", "2,000 bytes"),
     (0.0, "errors", "0 errors"), (0.7, "", "0.7"), (1.0, "%", "1 %")],
)  # fmt: skip
def test_a_quantity_has_no_more_digits_than_one_reads(value: float, unit: str, text: str) -> None:
    assert quantity(value, unit) == text


def test_a_measured_value_that_rounds_to_its_budget_still_shows_its_verdict() -> None:
    (_, line) = as_text([Row("key", Budget(most=33), 33.04, 11.0)]).splitlines()
    assert line.split() == ["key", "33", "ms", "11", "ms", "3.00", "≤", "33", "ms", "MISSED"]


# The README


def test_the_table_takes_the_place_of_the_one_before_and_nothing_else_changes() -> None:
    table = as_markdown([Row("key", Budget(most=33, times=3), 10.0, 5.0)], dt.date(2026, 11, 22), "2 cores")
    readme = with_table(f"before\n{START}\nold\n{END}\nafter\n", table)
    assert readme.startswith(f"before\n{START}\nMeasured 22 November 2026: 2 cores.\n")
    assert "| key | 10 ms | 5 ms | 2.00 | ≤ 33 ms, ≤ 3 × floor | ok |" in readme
    assert readme.endswith(f"{END}\nafter\n")
    assert "old" not in readme
    assert with_table(readme, table) == readme


def test_a_readme_without_a_place_for_the_table_is_not_written() -> None:
    with pytest.raises(ValueError, match="no <!-- benchmarks -->"):
        with_table("nothing", "table")


# The screen


def test_the_board_is_read_off_the_screen() -> None:
    board = BoardView.read(SCREEN)
    assert board is not None
    assert board.slot == "D02 10:00–11:00"
    assert board.numbers == ["D02-016", "D02-017"]
    assert board.doctor_at_cursor == "D02"
    assert board.rows == range(2, 12)
    assert "waiting" in (board.line_of("Leela Iyer") or "")
    assert SCREEN[7][: board.width].endswith("╮")
    assert BoardView.read(SCREEN[3:]) is None


def test_the_pointer_of_a_list_names_its_line() -> None:
    assert pointed_at(["  D01-011  Nila Verma", "▸ D01-012  Omar Verma  WALKIN"]) == "D01-012 Omar"
    assert pointed_at(["  D01-011  Nila Verma"]) is None


def test_bytes_go_to_the_line_on_which_they_are_painted() -> None:
    output = b"\x1b[?2026h\x1b[3;10H\x1b[1mab\x1b[0m\x1b[12;1Hcdef\r\ng\x1b[?2026l"
    assert bytes_by_line(output) == {ANYWHERE: 16, 2: 7 + 4 + 2 + 4, 11: 7 + 4 + 2, 12: 1}
    assert bytes_by_line(b"").total() == 0
    assert bytes_by_line(output).total() == bytes_by_line(output, 5).total() == len(output)
    assert bytes_by_line(output, 5) == {ANYWHERE: 16, ASIDE: 7 + 4 + 2 + 4, 11: 7 + 4 + 2, 12: 1}


# The data and the floor


def test_the_data_is_as_the_program_would_have_made_it(small: Path) -> None:
    with closing(sqlite3.connect(small)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        past = "FROM token JOIN slot ON slot.id = token.slot_id WHERE token.date < (SELECT max(date) FROM slot)"
        assert connection.execute(f"SELECT count(*) {past}").fetchone() == (HISTORY,)
        assert connection.execute(f"SELECT count(*) {past} AND token.date <> slot.date").fetchone() == (0,)
        counted = "SELECT doctor_id, date, max(sequence) FROM token GROUP BY 1, 2 ORDER BY 1, 2"
        counters = "SELECT doctor_id, date, last FROM token_counter ORDER BY 1, 2"
        assert connection.execute(counted).fetchall() == connection.execute(counters).fetchall()
        objects = connection.execute("SELECT count(*) FROM sqlite_master WHERE type IN ('trigger', 'index')")
        assert objects.fetchone()[0] > 20
    with closing(open_front_desk(str(small))) as desk:
        board = desk.board(desk.today())
        assert (len(board.doctors), len(board.slots)) == (DOCTORS, 8 * DOCTORS)
        assert max(record.load.waiting for record in board.slots) == 8
        assert all(record.load.taken <= CAPACITY for record in board.slots)
        assert desk.verify().problems == []


def test_the_floor_leaves_the_database_as_the_program_does(small: Path, tmp_path: Path) -> None:
    figure, floor = (Path(shutil.copy2(small, tmp_path / name)) for name in ("figure.db", "floor.db"))
    transactions = record_preemptions(figure, 3)
    with closing(connect_raw(floor)) as connection:
        for issued, cancelled in transactions:
            assert {"BEGIN IMMEDIATE", "COMMIT"} <= {statement.sql for statement in issued}
            replay(connection, issued)
            replay(connection, cancelled)
    left, expected = dump(floor), dump(figure)
    del left["hospital"], expected["hospital"]  # a desk that closes notes there how it leaves the file
    assert left == expected
    assert left["token"] != dump(small)["token"]


def test_a_floor_that_would_be_less_careful_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "plain.db")) as connection:
        connection.execute("CREATE TABLE t (n)")
    with pytest.raises(ValueError, match="write-ahead"):
        connect_raw(tmp_path / "plain.db")


def test_full_slots_are_those_in_which_an_emergency_takes_a_seat(small: Path) -> None:
    with closing(open_front_desk(str(small))) as desk:
        slots = full_slots(desk)
        assert slots
        assert all(record.free_seats == 0 and record.load.waiting for record in slots)
