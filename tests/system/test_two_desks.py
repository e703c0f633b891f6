"""Two desks in two real terminals, driven at once by keys; `python -m tests.two_desks` does a whole day of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.stores import NewStore, on_every_store
from tests.two_desks.run import run_a_day


@on_every_store
@pytest.mark.parametrize("actions", [5, pytest.param(30, marks=pytest.mark.slow)])
def test_two_desks_at_once_leave_what_their_journal_in_order_makes_of_the_rules(
    new_store: NewStore, tmp_path: Path, actions: int, seed: int
) -> None:
    report = run_a_day(new_store(empty=True), tmp_path, actions, seed)
    said = "\n".join(report.lines())
    assert not report.problems, f"seed {seed}: {said}"
    assert report.total >= actions, said
