"""Finding known patients, without a screen."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing

from opd_tui.desk.opening import open_front_desk
from tests.benchmarks.data import FIRST_NAMES, LAST_NAMES, PATIENTS
from tests.benchmarks.report import Budget, Row
from tests.benchmarks.site import Site
from tests.benchmarks.stats import p95, summary
from tests.benchmarks.store import timed


def hits(site: Site) -> Iterator[Row]:
    """Known patients by the end of a phone, a whole phone, a name, and what nobody has, as far as it is typed."""
    figure = []
    with closing(open_front_desk(str(site.original(site.year)))) as desk:
        while desk.index_patients():
            pass
        for text in typed(site.samples(100)):
            figure.append(timed(lambda text=text: desk.find_patients(text)))
    yield Row(
        f"known patients among {PATIENTS:,} for what is typed, p95",
        Budget(most=30),
        p95(figure),
        details={"figure": summary(figure)},
    )


def typed(count: int) -> Iterator[str]:
    """What a person types until somebody is found."""
    for _ in range(count):
        yield f"{random.randrange(10_000):04}"
        yield f"7000{random.randrange(1, PATIENTS):06}"
        name = f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"
        yield name[: random.randint(2, len(name))]
        yield f"Zz {random.choice(LAST_NAMES)}"
