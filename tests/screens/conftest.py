"""On the screens no test depends on how fast the machine is."""

from __future__ import annotations

import pytest

from opd_tui.tui.keys import key_queue


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second Enter is the second half of a double one however slow the machine is, unless another key is between."""
    monkeypatch.setattr(key_queue, "DOUBLED_SECONDS", 3600.0)
