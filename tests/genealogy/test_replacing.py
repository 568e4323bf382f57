"""Replacing a part of a reported unit, and what the unit was made of before and after (D22, A22)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from shopfloor.clock import now
from shopfloor.errors import NotAllowed
from shopfloor.genealogy import composition_queries
from shopfloor.genealogy.composition_queries import unit_composition
from shopfloor.genealogy.inputs import ReplaceInput, SelectionInput
from shopfloor.genealogy.models import ComponentAssociation
from shopfloor.genealogy.replacing import replace_component
from shopfloor.genealogy.reversing import reverse_report
from shopfloor.items.inputs import HoldNumber
from shopfloor.items.number_information import hold_number
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.models import Role
from shopfloor.production.commands import end_job, end_order
from shopfloor.production.inputs import OrderKey
from shopfloor.tracing.lines import State
from shopfloor.tracing.queries import trace
from tests.factories_genealogy import BIKE, PAINT, WHEEL, problems, report
from tests.genealogy.test_associations import associations, no_of, refused, state_of, stock_of

WORKER = Actor("E-1", "Will Worker", rights.RIGHTS[Role.WORKER], time_zone="UTC")
ORDER = {"order_no": "RPO-1"}


@pytest.fixture
def unit(station, run):
    """BK-1, reported with everything that it needs."""
    station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    report(run, station.product)
    return station.product


def version_of(session, association_no):
    version = session.get(ComponentAssociation, (1, association_no)).version
    session.rollback()
    return version


@pytest.fixture
def exchange(session, run):
    """`exchange("W-1", "W-3", "Scrap")`."""

    def replace(old, new, old_part="Stock", *, actor=None, version=None, **more):
        number = no_of(session, old)
        kind = "lot_no" if new.startswith("P-") else "serial_no"
        given = ReplaceInput(
            version=version if version is not None else version_of(session, number), reason="rim is bent", old_part=old_part,
            **{kind: new}, **more,
        )
        people = (actor,) if actor else ()
        return run(replace_component, *people, **ORDER, association_no=number, given=given)

    return replace


def used_in(session, number):
    found = trace(session, serial_no=number, method="Origin -> Usage", show_components="No")
    session.rollback()
    return {line.number for line in found.lines if line.item_no == BIKE and line.certain}


def parts(session, match_id, **view):
    found = unit_composition(session, "RPO-1", match_id, **view)
    session.rollback()
    return [part.tracking.label() for part in found.parts]


def test_d22_a_part_of_a_reported_unit_is_replaced_and_returns_to_stock(session, run, unit, exchange):
    """The new wheel is consumed, the old one is stock again and can be used at once."""
    answer = exchange("W-1", "W-3")
    assert answer.done_text == "W-1 replaced by W-3."
    assert state_of(session, "W-3") == "Consumed"
    assert stock_of(session, WHEEL) == (Decimal(5), Decimal(0))
    assert problems(session) == []


def test_d22_the_new_part_may_be_used_elsewhere_never_twice(station, session, run, unit, exchange):
    """Peers 47: only open links are unique: the old wheel goes into the next bike, the new one does not."""
    exchange("W-1", "W-3")
    station.build("BK-2", "F-2", "W-1")
    assert station.scan("W-3") == "SERIAL_CONSUMED"
    assert problems(session) == []


def test_d22_the_old_part_is_held_or_written_off(session, run, unit, exchange):
    exchange("W-1", "W-3", "Hold")
    exchange("W-2", "W-4", "Scrap")
    assert stock_of(session, WHEEL) == (Decimal(4), Decimal(0))
    refused("NUMBER_ON_HOLD", exchange, "W-3", "W-1")
    refused("SERIAL_CONSUMED", exchange, "W-3", "W-2")
    assert problems(session) == []


def test_d22_a_held_part_comes_out_and_is_written_off(session, run, unit, exchange):
    """D20: a hold never stops what takes the held part away; the part that goes in is judged."""
    run(hold_number, given=HoldNumber(item_no=WHEEL, kind="Serial", number="W-1", reason="crack"))
    exchange("W-1", "W-3", "Scrap")
    assert stock_of(session, WHEEL) == (Decimal(4), Decimal(0))
    assert problems(session) == []


def test_d22_part_of_a_batch_is_replaced_in_full(session, run, unit, exchange):
    """0.25 kg of P-A come back, as much of P-B goes in; another quantity is the user's to say, within tolerance."""
    refused("NOT_AVAILABLE", exchange, "P-A", "P-B")
    exchange("P-A", "P-B", quantity="0.2")
    assert stock_of(session, PAINT) == (Decimal("0.6"), Decimal(0))
    assert problems(session) == []


def test_d22_a_refused_part_leaves_everything_as_it_was(station, session, run, unit, exchange):
    station.build("BK-2", "F-2", "W-5")
    before = associations(session)
    refused("SERIAL_IN_USE", exchange, "W-1", "W-5")
    refused("NUMBER_UNKNOWN", exchange, "W-1", "W-99")
    refused("NOT_REPLACEABLE", exchange, "W-1", "W-1")
    refused("NOT_REPLACEABLE", exchange, "W-1", "")
    refused("NOT_REPLACEABLE", exchange, "W-5", "W-6")  # not consumed yet
    refused("STALE_ROW", exchange, "W-1", "W-3", version=1)
    with pytest.raises(NotAllowed):
        exchange("W-1", "W-3", actor=WORKER)
    assert associations(session) == before
    assert problems(session) == []


def test_d22_after_end_job_a_unit_is_still_repaired(session, run, unit, exchange):
    run(end_job, given=OrderKey(order_no="RPO-1"))
    exchange("F-1", "F-3")
    assert state_of(session, "F-3") == "Consumed"
    assert problems(session) == []


def test_a22_as_built_as_corrected_and_as_of_a_date_are_views_of_one_log(session, run, unit, exchange):
    built = now()
    exchange("W-1", "W-3")
    exchange("W-3", "W-4", "Scrap")
    assert parts(session, unit) == ["F-1", "W-2", "W-4", "P-A"]
    assert parts(session, unit, built=True) == ["F-1", "W-1", "W-2", "P-A"]
    assert parts(session, unit, as_of=built) == ["F-1", "W-1", "W-2", "P-A"]
    found = unit_composition(session, "RPO-1", unit)
    assert [(part.tracking.label(), part.reason) for part in found.removed] == [("W-1", "rim is bent"), ("W-3", "rim is bent")]
    assert found.built


def test_a22_a_report_that_was_taken_back_is_no_as_built(session, run, unit, exchange):
    """EDG-30: after the reversal nothing is built; the next report is what counts. Replaced parts stay in."""
    exchange("W-1", "W-3")
    run(reverse_report, **ORDER, given=SelectionInput(selected=[unit], reason="wrong unit"))
    assert problems(session) == []
    assert not unit_composition(session, "RPO-1", unit).built
    assert parts(session, unit, built=True) == []
    report(run, unit)
    assert parts(session, unit, built=True) == ["F-1", "W-2", "W-3", "P-A"]
    assert problems(session) == []


@pytest.fixture
def ended(run, unit):
    """The order of the unit takes nothing any more."""
    run(end_job, given=OrderKey(order_no="RPO-1"))
    run(end_order, given=OrderKey(order_no="RPO-1"))
    return unit


def test_d22_after_the_end_of_the_order_a_repair_is_posted_that_names_the_unit(session, run, ended, exchange):
    """PR-08: the order's own figures stay; adjustments carry the unit, and its edges follow."""
    exchange("W-1", "W-3", "Scrap")
    assert state_of(session, "W-3") == "Consumed"
    entries = session.scalars(select(ItemLedgerEntry).where(ItemLedgerEntry.match_id == ended).order_by(ItemLedgerEntry.entry_no)).all()
    assert [(e.entry_type, e.serial_no, int(e.quantity)) for e in entries[-2:]] == [
        ("Positive Adjmt.", "W-1", 1), ("Negative Adjmt.", "W-3", -1),
    ]
    session.rollback()
    assert stock_of(session, WHEEL) == (Decimal(4), Decimal(0))
    assert problems(session) == []
    exchange("W-3", "W-4")
    assert parts(session, ended) == ["F-1", "W-2", "W-4", "P-A"]
    assert stock_of(session, WHEEL) == (Decimal(4), Decimal(0))
    assert problems(session) == []


def test_d22_c11_a_trace_shows_the_repaired_unit_as_it_is(session, ended, exchange):
    """Usage to origin ends at the new wheel; the old one is struck. From the new wheel the bike is found, from the old one it is not."""
    exchange("W-1", "W-3")
    backward = trace(session, serial_no="BK-1")
    assert {line.number for line in backward.lines if line.item_no == WHEEL and line.certain} == {"W-2", "W-3"}
    assert {line.state for line in backward.lines if line.number == "W-1"} >= {State.REVERSED}
    assert used_in(session, "W-3") == {"BK-1"}
    assert used_in(session, "W-1") == set()


def test_a22_a_long_history_shows_its_newest_part_and_the_parts_stay_whole(session, unit, exchange, monkeypatch):
    """What the unit is made of follows from the whole log, however little of it is listed."""
    exchange("W-1", "W-3")
    monkeypatch.setattr(composition_queries, "MOST_SHOWN", 2)
    found = unit_composition(session, "RPO-1", unit)
    assert [(entry.action, entry.tracking.label()) for entry in found.history] == [("consumed", "W-3"), ("registered", "W-3")]
    assert not found.complete
    assert parts(session, unit) == ["F-1", "W-2", "W-3", "P-A"]
