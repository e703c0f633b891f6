"""Two desks in two real terminals, driven at once by keys; `python -m tests.two_desks` does a whole day of it."""

from __future__ import annotations

import random
from pathlib import Path

from tests.support.stores import NewStore, on_every_store
from tests.two_desks.run import run_a_day

ACTIONS = 60


@on_every_store
def test_two_desks_at_once_leave_what_their_journal_in_order_makes_of_the_rules(
    new_store: NewStore, tmp_path: Path
) -> None:
    seed = random.randrange(10**6)
    report = run_a_day(new_store(empty=True), tmp_path, ACTIONS, seed)
    said = "\n".join(report.lines())
    assert not report.problems, f"seed {seed}: {said}"
    assert report.total >= ACTIONS, said
