"""A desk on a database of its own, at a clock that stands still."""

from __future__ import annotations

import datetime as dt
import gc
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import CancelToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from tests.support.helpers import CANCELLED, add_doctor, issue, open_slot
from tests.support.proxy import Proxy
from tests.support.stores import (
    KINDS,
    NewStore,
    PostgresStore,
    PostgresStores,
    SqliteStores,
    Store,
    Stores,
    on_every_store,
)

if TYPE_CHECKING:
    from tests.support.server import Server

pytest_plugins = ["tests.support.plugin"]

ZONE = "Asia/Kolkata"
NINE = dt.datetime(2026, 11, 22, 3, 30, tzinfo=dt.UTC)
"""09:00 at the hospital."""
RAN_ON = "ran on"
"""The property of a test that names its server."""


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the developer's own desk or terminal reaches a test."""
    for name in list(os.environ):
        if name in ("NO_COLOR", "COLUMNS", "LINES", "ESCDELAY") or name.startswith(("TEXTUAL", "OPD_TUI_", "SSH_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture(autouse=True)
def shared_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the program does to its process for good is not done to that of the tests, which goes on."""
    monkeypatch.setattr(os, "nice", lambda increment: increment, raising=False)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(gc, "disable", lambda: None)
    monkeypatch.setattr("textual.screen.UPDATE_PERIOD", 1 / 1000)  # as the program has it from its environment


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NINE)


@pytest.fixture
def database_path(tmp_path: Path) -> Path:
    return tmp_path / "opd.db"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{on_every_store.name}(always): run once on each kind of database")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = metafunc.definition.get_closest_marker(on_every_store.name)
    if "store_kind" in metafunc.fixturenames and marker:
        first, *others = KINDS
        marks = () if marker.kwargs.get("always") else pytest.mark.slow
        metafunc.parametrize("store_kind", [first, *(pytest.param(kind, marks=marks) for kind in others)])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    ran = (report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, ()))
    servers = Counter(value for report in ran for name, value in report.user_properties if name == RAN_ON)
    for server, count in servers.items():
        terminalreporter.write_line(f"{count} tests ran on {server}.")


@pytest.fixture
def store_kind() -> str:
    """What kind of database a test uses, if it does not run on every kind."""
    return "sqlite"


@contextmanager
def started_server(*, durable: bool = False) -> Iterator[Server]:
    """A PostgreSQL server; whoever asks for one is skipped where none can be started."""
    try:
        from tests.support.server import NoServer, Server
    except ImportError as error:
        pytest.skip(f"PostgreSQL cannot be tested: {error}")
    try:
        server = Server(durable=durable)
    except NoServer as reason:
        pytest.skip(f"PostgreSQL cannot be tested: {reason}")
    with closing(server):
        yield server


@pytest.fixture(scope="session")
def lasting_server() -> Iterator[Server]:
    """A server that every test may use and none may stop; without PostgreSQL the tests are skipped."""
    with started_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_stores(lasting_server: Server) -> PostgresStores:
    """Databases of that server, as the program makes them."""
    return PostgresStores(lasting_server, FixedClock(NINE), ZONE)


@pytest.fixture(scope="session")
def breakable_stores() -> Iterator[PostgresStores]:
    """Databases of a server that tests may stop and kill, and that waits for its disk as a real one does."""
    with started_server(durable=True) as server:
        yield PostgresStores(server, FixedClock(NINE), ZONE)


@pytest.fixture
def stores(store_kind: str, request: pytest.FixtureRequest, database_path: Path) -> Stores:
    """Databases of one kind for desks in Asia/Kolkata."""
    if store_kind == "sqlite":
        return SqliteStores(database_path)
    stores: PostgresStores = request.getfixturevalue(
        "breakable_stores" if store_kind == "breakable" else "postgres_stores"
    )
    request.node.user_properties.append((RAN_ON, stores.server.name))
    return stores


@pytest.fixture
def server(store: PostgresStore) -> Server:
    """The server that keeps the test's database."""
    return store.server


@pytest.fixture
def new_store(stores: Stores) -> Iterator[NewStore]:
    """Makes databases that are taken back after the test."""
    with ExitStack() as stack:
        yield lambda **how: stack.enter_context(stores.one(**how))


@pytest.fixture
def store(new_store: NewStore) -> Store:
    """The database that the desks of a test share."""
    return new_store()


@pytest.fixture
def open_desk(store: Store, clock: FixedClock) -> Iterator[Callable[..., FrontDesk]]:
    """Opens desks on one database; closes them all."""
    desks: list[FrontDesk] = []

    def open_one(operator: str = "meera", desk: str = "desk 1") -> FrontDesk:
        desks.append(open_front_desk(store.location, operator=operator, desk=desk, clock=clock, zone=ZONE))
        return desks[-1]

    yield open_one
    for opened in desks:
        opened.close()


@pytest.fixture
def desk(open_desk: Callable[..., FrontDesk]) -> FrontDesk:
    return open_desk()


@pytest.fixture
def filled(desk: FrontDesk) -> FrontDesk:
    """Doctor A with a full slot: two seated, one waiting, one cancelled; and an empty slot after it."""
    doctor = add_doctor(desk, "Dr A", code="A", specialty="Medicine", room="1")
    slot = open_slot(desk, doctor)
    open_slot(desk, doctor, "10:00", "11:00")
    for name in ("Asha", "Ravi", "Sunita", "Meera"):
        issue(desk, slot, {"name": f"{name} Kumar", "phone": "98765 43210"})
    desk.perform(CancelToken(token=CANCELLED))
    return desk


@pytest.fixture
def proxy(store: Store) -> Iterator[Proxy]:
    """A line to the server of a test's database."""
    assert isinstance(store, PostgresStore)
    with Proxy(store.server.port) as proxy:
        yield proxy


@pytest.fixture
def open_far_desk(store: Store, proxy: Proxy, clock: FixedClock) -> Iterator[Callable[..., FrontDesk]]:
    """Opens desks that reach the database through the proxy."""
    location = store.location.replace(f":{proxy.server_port}/", f":{proxy.port}/")
    desks: list[FrontDesk] = []

    def open_one(operator: str = "ravi", desk: str = "far") -> FrontDesk:
        desks.append(open_front_desk(location, operator=operator, desk=desk, clock=clock, zone=ZONE))
        return desks[-1]

    yield open_one
    proxy.cut()
    for opened in desks:
        opened.close()


@pytest.fixture
def impatient(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    """Desks and servers give up four times as soon, which is still long for a busy machine."""
    from opd_tui.storage.engines.monitored_connection import ANSWER_SECONDS
    from opd_tui.storage.engines.postgresql import CONNECTING, IDLE_SECONDS

    monkeypatch.setattr(
        "opd_tui.storage.engines.monitored_connection.MonitoredConnection.answer_seconds", ANSWER_SECONDS / 4
    )
    monkeypatch.setattr("opd_tui.storage.engines.postgresql.IDLE_SECONDS", IDLE_SECONDS / 4)
    monkeypatch.setitem(CONNECTING, "connect_timeout", "2")  # the least that the driver takes
