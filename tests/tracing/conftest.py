"""A plant whose postings are traced, on both engines."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from shopfloor.orders.models import Customer, Vendor
from tests.factories_posting import Door, make_items


@pytest.fixture
def door(session: Session, run: Any) -> Door:
    make_items(session)
    session.add_all([Vendor(no="V-1", name="Volt Cells"), Customer(no="K-1", name="Anna Ltd"), Customer(no="K-2", name="Bert Ltd")])
    session.commit()
    return Door(run, session)


@pytest.fixture
def statements(engine: Any) -> Any:
    """Every statement sent since it was cleared, with its parameters."""
    seen: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)
