"""A server that a desk cannot use, and what the desk says about it: a sentence with a next step and no password."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.errors import StoreUnavailable
from tests.support.helpers import cannot_open, invoke, issue, run
from tests.support.proxy import Proxy, free_port
from tests.support.stores import PostgresStore, Stores

if TYPE_CHECKING:
    from tests.support.server import Server


@pytest.fixture
def store_kind() -> str:
    return "postgresql"


SECRET = "hush%2Fhush%40"
"""A password as a URL writes it: `hush/hush@`."""


@pytest.mark.fast_cases(3)
@pytest.mark.parametrize(
    ("location", "saying"),
    [
        (f"postgresql://desk:{SECRET}@127.0.0.1:PORT/NAME", 'refuses: password authentication failed for user "desk".'),
        (f"postgresql://nobody:{SECRET}@127.0.0.1:PORT/NAME", "Check the user, the password and the database's name."),
        ("postgresql://desk@127.0.0.1:PORT/NAME", "asks for a password. Put it into ~/.pgpass or"),
        (f"postgresql://desk:{SECRET}@127.0.0.1:FREE/NAME", "refused. Check its address, and whether it runs."),
        (f"postgresql://desk:{SECRET}@nowhere.invalid/NAME", "nowhere.invalid"),
        (f"postgresql://desk:{SECRET}@{'x' * 80}/NAME", "invalid characters"),
        (f"postgresql://desk:{SECRET}@127.0.0.1:PORT/NAME?sslmode=require", "server does not support SSL"),
        (f"postgresql://desk:{SECRET}@127.0.0.1:PORT/NAME?color=red", 'invalid connection option "color". Check it.'),
        (f"postgresql://desk:{SECRET}@127.0.0.1:none/NAME", "This is not a database URL."),
        ("postgresql://desk:hush@hush@127.0.0.1:PORT/NAME", "Write it as %40, or use ~/.pgpass."),
        (f"mysql://desk:{SECRET}@127.0.0.1/NAME", "mysql:// is not supported."),
    ],
)
def test_what_a_desk_cannot_reach_is_refused_in_one_sentence_without_the_password(
    store: PostgresStore, clock: FixedClock, location: str, saying: str
) -> None:
    names = {"PORT": store.server.port, "FREE": free_port(), "NAME": store.name}
    for word, value in names.items():
        location = location.replace(word, str(value))
    cannot_open(location, clock, saying)
    with pytest.raises(StoreUnavailable) as refusal:
        open_front_desk(location, clock=clock, zone="UTC")
    assert "hush" not in "".join(traceback.format_exception(refusal.value, limit=0))
    result = invoke("doctor", "list", "--database", location)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "hush" not in result.stderr


def test_a_database_that_is_not_there_is_refused(store: PostgresStore, clock: FixedClock) -> None:
    cannot_open(store.server.url("elsewhere"), clock, 'refuses: database "elsewhere" does not exist. Check')


def test_a_password_is_shown_nowhere(filled: FrontDesk, store: PostgresStore) -> None:
    password = store.server.password
    told = [filled.database.location, repr(filled.database.engine)]
    told += [invoke(*command, "--database", store.location).output for command in (["paths"], ["verify"])]
    assert not [text for text in told if password in text]
    assert store.name in told[0]


def test_an_empty_database_is_filled_by_an_action_and_refused_to_a_list(stores: Stores, clock: FixedClock) -> None:
    with stores.one(empty=True) as store:
        cannot_open(store.location, clock, "The database on the server is empty. Check its name.", create=False)
        assert store.tables() == []
        assert invoke("doctor", "list", "--database", store.location).exit_code == 2
        assert invoke("doctor", "add", "--name", "Dr A", "--database", store.location).exit_code == 0
        assert "Dr A" in invoke("doctor", "list", "--database", store.location).stdout


@pytest.mark.parametrize("table", ["contact", "hospital"])
def test_another_programs_tables_are_left_alone(stores: Stores, clock: FixedClock, table: str) -> None:
    with stores.one(empty=True) as store:
        store.execute(f"CREATE TABLE {table} (name TEXT)", f"GRANT ALL ON {table} TO desk")
        cannot_open(store.location, clock, "holds another program's tables. Create an empty one for the desk.")
        assert store.tables() == [table]


def test_a_database_that_cannot_write_every_name_is_refused(store: PostgresStore, clock: FixedClock) -> None:
    server = store.server
    server.create_database("latin", options="ENCODING 'LATIN1' LOCALE 'C'")
    try:
        cannot_open(server.url("latin"), clock, "is encoded in LATIN1. Make one with ENCODING 'UTF8'.")
    finally:
        server.drop_database("latin")


def test_a_server_that_is_too_old_is_refused(store: PostgresStore, proxy: Proxy, clock: FixedClock) -> None:
    version = store.query("SHOW server_version")[0][0].encode()
    older = b"13" + version[2:]
    proxy.replace = (b"server_version\0" + version, b"server_version\0" + older)
    far = store.location.replace(f":{proxy.server_port}/", f":{proxy.port}/")
    cannot_open(far, clock, "The server runs PostgreSQL 13; the desk needs 15 or newer.")


@pytest.mark.slow
def test_a_server_that_takes_the_line_and_says_nothing_is_given_up(
    store: PostgresStore, proxy: Proxy, clock: FixedClock, impatient: None
) -> None:
    far = store.location.replace(f":{proxy.server_port}/", f":{proxy.port}/")
    proxy.silent = True
    cannot_open(far, clock, "cannot be reached: connection timeout expired. Check its address")
    proxy.silent = False
    proxy.silence_at = b"hospital"
    cannot_open(far, clock, "cannot be reached")


def test_without_its_driver_the_command_says_how_to_install_it(store: PostgresStore, tmp_path: Path) -> None:
    (tmp_path / "psycopg.py").write_text("raise ImportError('no libpq here')")
    result = run("doctor", "list", "--database", store.location, PYTHONPATH=str(tmp_path))
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"Install it with `pip install 'opd-tui[postgres]'`." in result.stderr
    assert result.stderr.count(b"\n") == 1


def test_a_user_without_rights_is_refused_in_words(filled: FrontDesk, store: PostgresStore) -> None:
    store.execute("REVOKE INSERT ON token FROM desk")
    with pytest.raises(StoreUnavailable, match=r"does not let this user write\. Check the user's permissions\."):
        issue(filled, 2, "Imran")


@contextmanager
def full_house(server: Server) -> Iterator[None]:
    """The server takes no more desks in."""
    server.admin.execute("ALTER ROLE desk CONNECTION LIMIT 0")
    try:
        yield
    finally:
        server.admin.execute("ALTER ROLE desk CONNECTION LIMIT -1")


def test_a_server_without_room_says_so_and_is_not_taken_for_a_dead_one(
    filled: FrontDesk, store: PostgresStore, clock: FixedClock
) -> None:
    with full_house(store.server):
        cannot_open(store.location, clock, 'refuses: too many connections for role "desk".')
        store.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'opd-tui'")
        with pytest.raises(
            StoreUnavailable, match=r"refuses: too many .*\. Write on paper meanwhile; the desk tries again"
        ):
            filled.board(filled.today())
    filled.board(filled.today())


# What surroundings and roles set for every connection


@contextmanager
def role_with(store: PostgresStore, setting: str) -> Iterator[None]:
    """The desks' user has a setting of its own in this database."""
    store.server.admin.execute(f"ALTER ROLE desk IN DATABASE {store.name} SET {setting}".encode())
    try:
        yield
    finally:
        store.server.admin.execute(f"ALTER ROLE desk IN DATABASE {store.name} RESET ALL".encode())


@pytest.mark.fast_cases(1)
@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII", "UTF8", "EUC_JP"])
def test_names_are_exchanged_in_utf8_whatever_the_surroundings_say(
    filled: FrontDesk, store: PostgresStore, encoding: str
) -> None:
    issued = run("token", "issue", "--slot", "2", "--patient", "राम Łukasz", "--source", "PAID", "--database",
                 store.location, PGCLIENTENCODING=encoding)  # fmt: skip
    assert (issued.returncode, issued.stderr) == (0, b"")
    assert [row[0] for row in store.query("SELECT name FROM patient ORDER BY id DESC LIMIT 1")] == ["राम Łukasz"]
    far = f"{store.location}?client_encoding={encoding}"
    assert "राम Łukasz" in invoke("token", "list", "--database", far).stdout


SURROUNDINGS = {
    "PGOPTIONS": ["-c statement_timeout=1", "-c nonsense=1", "-c quote_all_identifiers=on"],
    "PGSSLMODE": ["require", "nonsense"],
    "PGTARGETSESSIONATTRS": ["read-only", "standby"],
    "PGTZ": ["UTC", "Mars/Olympus"],
    "PGDATESTYLE": ["German"],
    "PGAPPNAME": ["x" * 300, "\udce9"],
    "PGCLIENTENCODING": ["nonsense"],
    "PGCONNECT_TIMEOUT": ["abc"],
    "PGHOSTADDR": ["10.255.255.1.1"],
    **{name: ["nonsense"] for name in ("PGSERVICE", "PGREQUIREAUTH", "PGGEQO", "PGLOADBALANCEHOSTS", "PGPASSFILE")},
    **{name: ["require"] for name in ("PGCHANNELBINDING", "PGGSSENCMODE")},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SURROUNDINGS)
def test_whatever_the_environment_tells_libpq_a_command_ends_in_words(
    filled: FrontDesk, store: PostgresStore, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for value in SURROUNDINGS[name]:
        monkeypatch.setenv(name, value)
        result = invoke("doctor", "list", "--database", store.location)
        assert result.exit_code == 0 or result.stderr.startswith("opd-tui: The database server "), (
            value,
            result.output,
        )


@pytest.mark.fast_cases(1)
@pytest.mark.parametrize(
    "setting",
    [
        *("statement_timeout = 1", "lock_timeout = 1", "idle_in_transaction_session_timeout = 1"),
        *("quote_all_identifiers = on", "standard_conforming_strings = off", "DateStyle = 'German'"),
        *("default_transaction_isolation = 'serializable'", "bytea_output = 'escape'", "client_encoding = 'LATIN1'"),
    ],
)
def test_a_setting_of_the_role_does_not_count(filled: FrontDesk, store: PostgresStore, setting: str) -> None:
    with role_with(store, setting):
        result = invoke("verify", "--database", store.location)
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.fast_cases(1)
@pytest.mark.parametrize("path", ["''", "nowhere", '"$user"', "pg_catalog", "pg_temp"])
def test_a_search_path_without_a_schema_is_named(
    stores: Stores, filled: FrontDesk, store: PostgresStore, clock: FixedClock, path: str
) -> None:
    with role_with(store, f"search_path = {path}"):
        cannot_open(store.location, clock, "search_path on the server names no schema that exists. `ALTER ROLE")
        in_public = invoke("doctor", "list", "--database", f"{store.location}?options=-csearch_path%3Dpublic")
        assert in_public.exit_code == 0, in_public.stderr
    with stores.one(empty=True) as empty, role_with(empty, f"search_path = {path}"):
        cannot_open(empty.location, clock, "names no schema that exists")


def test_tables_of_another_schema_are_named_to_a_list(
    filled: FrontDesk, store: PostgresStore, clock: FixedClock
) -> None:
    store.execute("CREATE SCHEMA ward AUTHORIZATION desk")
    try:
        with role_with(store, "search_path = ward"):
            cannot_open(store.location, clock, "The tables are in the schema public, which the user's", create=False)
    finally:
        store.execute("DROP SCHEMA ward")
