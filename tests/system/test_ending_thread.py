"""What the thread that ends the app leaves behind: nothing."""

from __future__ import annotations

import os
import threading
from typing import Any, cast

import pytest

from opd_tui.tui.shell import ending
from opd_tui.tui.shell.ending import Ending

pytestmark = pytest.mark.skipif(not ending.CAN_WATCH, reason="this system has no signals to wait for")


def test_after_the_end_a_late_wake_writes_to_nobody_and_other_threads_fail_as_before() -> None:
    before = threading.excepthook
    with Ending(cast(Any, None)) as watch:
        assert threading.excepthook == watch.with_thread
        writer = watch.writer
    reader, other = os.pipe()
    os.dup2(other, writer)
    os.set_blocking(reader, False)
    watch.wake()
    with pytest.raises(BlockingIOError):
        os.read(reader, 1)
    for file in {reader, other, writer}:
        os.close(file)
    assert threading.excepthook is before
