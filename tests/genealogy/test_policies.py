"""A Tracked components policy that is in use (SET-11)."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from shopfloor.db import table
from shopfloor.items.models import TrackedComponentsPolicy
from tests.factories_genealogy import problems
from tests.genealogy.test_associations import associations

POLICY = table(TrackedComponentsPolicy)


def test_set_11_a_policy_in_use_is_not_deleted(session, bikes):
    """SET-11: the database says no, whoever asks."""
    with pytest.raises(IntegrityError):
        session.execute(delete(POLICY).where(POLICY.c.name == "STRICT"))
    session.rollback()


def test_set_11_a_changed_policy_counts_for_later_scans_only(session, station):
    """SET-11: what is registered stays as it was registered; the next scan is judged by the new settings."""
    station.build("BK-1", "F-1")
    assert (station.scan("F-2"), station.answer.asks) == ("SERIAL_LIMIT", False)
    before = associations(session)
    session.execute(
        update(POLICY).where(POLICY.c.name == "STRICT").values(serial_number_matching_limit=False, check_preallocation_for_components=True)
    )
    session.commit()
    assert associations(session) == before
    assert station.scan("F-1") == "ALREADY_REGISTERED"
    assert station.scan("W-1") == "COMPONENT_NOT_PREALLOCATED"
    session.execute(update(POLICY).where(POLICY.c.name == "STRICT").values(check_preallocation_for_components=False))
    session.commit()
    assert (station.scan("F-2"), station.answer.asks) == ("SERIAL_LIMIT", True)
    assert associations(session) == before
    assert problems(session) == []
