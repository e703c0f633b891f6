"""What is true of every kind of database: whose it is, how it is opened again, and what is not in it."""

from __future__ import annotations

import traceback
from contextlib import closing

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import CompleteToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from tests.conftest import ZONE
from tests.support.helpers import ACTIVE, cannot_open, issue
from tests.support.stores import Store, always_on_every_store, on_every_store

pytestmark = on_every_store


def test_a_database_of_a_newer_version_is_refused_untouched(filled: FrontDesk, store: Store, clock: FixedClock) -> None:
    store.execute("UPDATE hospital SET schema_version = 99, program_version = '7.1'")
    before = store.dump()
    cannot_open(store.location, clock, "made by opd-tui 7.1 and has version 99")
    cannot_open(store.location, clock, "Install opd-tui 7.1 or newer.")
    assert store.dump() == before


@always_on_every_store
def test_the_time_zone_is_kept_from_creation(filled: FrontDesk, store: Store, clock: FixedClock) -> None:
    with closing(open_front_desk(store.location, clock=clock, zone="Europe/Berlin")) as other:
        assert other.zone.key == ZONE


@pytest.mark.parametrize(
    ("statement", "saying"),
    [
        ("UPDATE hospital SET time_zone = 'Mars/Olympus'", "unknown time zone, Mars/Olympus. Update tzdata."),
        ("DELETE FROM hospital", "damaged: it does not say whose it is. Restore a backup."),
    ],
)
def test_a_database_that_lost_what_it_is_is_refused(
    filled: FrontDesk, store: Store, clock: FixedClock, statement: str, saying: str
) -> None:
    store.execute(statement)
    cannot_open(store.location, clock, saying)


BROKEN = {
    "sqlite": "CREATE TRIGGER broken BEFORE INSERT ON patient BEGIN SELECT RAISE(ABORT, 'broken'); END",
    "postgresql": "ALTER TABLE patient ADD CONSTRAINT broken CHECK (name NOT LIKE 'Imran%')",
}


@always_on_every_store
def test_errors_of_the_database_name_no_patient(filled: FrontDesk, store: Store, store_kind: str) -> None:
    store.execute(BROKEN[store_kind])
    with pytest.raises(Exception, match="broken") as error:
        issue(filled, 2, {"name": "Imran Khan", "phone": "98989 89898"})
    told = "".join(traceback.format_exception(error.value, limit=0))
    assert "broken" in told
    assert "Imran" not in told
    assert "98989" not in told


@always_on_every_store
def test_names_and_phones_are_in_no_journal_table(filled: FrontDesk, store: Store) -> None:
    issue(filled, 2, {"name": "Imran Khan", "phone": "98989 89898", "uhid": "MRN77"}, key="k1")
    filled.perform(CompleteToken(token=ACTIVE))
    rows = store.dump()
    assert "Imran Khan" in repr(rows["patient"])
    journal = repr([rows["journal_entry"], rows["journal_event"], rows["idempotency_key"]])
    assert "A-005" in journal
    for personal in ("Imran", "Khan", "Kumar", "imran", "98989", "98765", "MRN77", "mrn77", "Dr A"):
        assert personal not in journal
