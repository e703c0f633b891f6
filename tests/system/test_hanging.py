"""A run of the tests always comes to its end, whatever hangs in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.helpers import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
SETTINGS = "[pytest]\ntimeout = 1\nasyncio_mode = auto\n"
SOONER = """
from tests.support import plugin

plugin.GRACE_SECONDS = 2
"""
DEAF = """
import asyncio

async def test_that_swallows_its_cancellation():
    while True:
        try:
            await asyncio.sleep(1000)
        except BaseException:
            pass
"""
THREAD = """
import threading

def test_that_leaves_a_thread_behind():
    threading.Thread(target=threading.Event().wait).start()
"""


@pytest.mark.slow
@pytest.mark.parametrize("processes", ["0", "2"])
@pytest.mark.parametrize("hanging", [DEAF, THREAD], ids=["deaf", "thread"])
def test_a_run_ends_whatever_hangs(tmp_path: Path, hanging: str, processes: str) -> None:
    for name, text in {"pytest.ini": SETTINGS, "conftest.py": SOONER, "test_it.py": hanging}.items():
        (tmp_path / name).write_text(text)
    command = [sys.executable, "-m", "pytest", "-p", "tests.support.plugin", "-n", processes]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, timeout=PATIENCE_SECONDS, check=False
    )  # raises where it does not end
