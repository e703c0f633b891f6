"""Databases of older versions."""

from __future__ import annotations

import pytest

from tests.support.older import fill_as_old
from tests.support.stores import NewStore, Store


@pytest.fixture
def version() -> int:
    """The version of an older database, if a test does not name others."""
    return 1


@pytest.fixture
def old(new_store: NewStore, version: int) -> Store:
    """A database as an older version of the program left it."""
    return fill_as_old(new_store(empty=True), version)
