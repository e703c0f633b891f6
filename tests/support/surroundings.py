"""`python -m tests.support.surroundings FILE`: run `opd-tui` once in each of the surroundings that a JSON file names.

The program is imported once; each run is a fork, which enters its surroundings and then goes on as the command itself.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import resource
import runpy
import signal
import sys
import time
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 40
NEW_MOUNTS, PRIVATE, BIND, READ_ONLY = 0x20000, 0x44000, 0x1000, 0x1001 | 0x20
"""Flags of Linux' unshare(2) and mount(2): a namespace, private and recursive, bind, and bind again read-only."""
IMPORTED = (
    *(
        "opd_tui.cli.commands",
        "opd_tui.desk.opening",
        "opd_tui.desk.answers",
        "opd_tui.crashes",
        "tzlocal",
        "_strptime",
    ),
    *("sqlalchemy.dialects.sqlite", "opd_tui.storage.engines.sqlite", "opd_tui.storage.engines.postgresql"),
    *("encodings.idna", "sqlalchemy.dialects.postgresql.psycopg", "opd_tui.demo.player"),
)
"""What only root can read, perhaps, and is imported late."""
NO_MOUNTS = 90
"""The status of a run whose mounts are not permitted here."""


def enter(case: dict[str, Any]) -> None:
    """Make this process one that was started in these surroundings."""
    os.chdir(case["folder"])
    for kind, source, target in case["mounts"]:
        mount(kind, source, target)
    os.environ.clear()
    os.environ.update(case["environment"])
    time.tzset()
    os.umask(case["umask"])
    for descriptor, (path, flags) in enumerate(case["streams"]):
        os.close(descriptor)
        if path is not None:
            os.dup2(opened := os.open(path, flags, 0o666), descriptor)
            if opened != descriptor:
                os.close(opened)
    for number, mode in enumerate(("r", "w", "w")):
        is_open = case["streams"][number][0] is not None
        stream = os.fdopen(number, mode, encoding="utf-8", closefd=False) if is_open else None
        setattr(sys, ("stdin", "stdout", "stderr")[number], stream)
    if case["account"]:
        os.setgroups([])
        os.setgid(case["account"])
        os.setuid(case["account"])
    for name, limit in case["limits"].items():
        resource.setrlimit(getattr(resource, name), (limit, limit))


def mount(kind: str, source: str, target: str) -> None:
    """Mount a file or folder over another one, for this process alone; end it if that is not permitted."""
    libc = ctypes.CDLL(None, use_errno=True)
    flags = {"tmpfs": 0, "bind": BIND, "read-only": BIND}[kind]
    type_, data = (b"tmpfs", b"size=96k") if kind == "tmpfs" else (None, None)
    done = (
        libc.unshare(NEW_MOUNTS) == 0
        and libc.mount(None, b"/", None, PRIVATE, None) == 0
        and libc.mount(source.encode(), target.encode(), type_, flags, data) == 0
        and (kind != "read-only" or libc.mount(None, target.encode(), None, READ_ONLY, None) == 0)
    )
    if not done:
        os._exit(NO_MOUNTS)


def ended(child: int) -> int | None:
    """Return the status of a run, or None if it hangs."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def main(file: Path) -> None:
    for name in IMPORTED:
        importlib.import_module(name)
    from opd_tui import environment

    environment.system_zone()
    environment.default_operator()
    statuses = []
    for case in json.loads(file.read_text()):
        if not (child := os.fork()):
            enter(case)
            sys.argv = ["opd-tui", *case["arguments"]]
            runpy.run_module("opd_tui", run_name="__main__")
            sys.exit()
        statuses.append(ended(child))
    sys.stdout.write(json.dumps(statuses))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
