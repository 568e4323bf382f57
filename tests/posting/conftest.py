"""A posting door with items behind it, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.orm import Session

from shopfloor.posting.check import run_all
from tests.factories_posting import Door, make_items


@pytest.fixture
def door(session: Session, run: Any) -> Iterator[Door]:
    """Whatever a test posts: every invariant holds afterwards (CI-03)."""
    make_items(session)
    yield Door(run, session)
    assert run_all(session) == []
