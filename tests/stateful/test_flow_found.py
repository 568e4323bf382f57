"""What the machine and the races found, as short stories, so that each stays found."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from shopfloor.errors import Refusal
from shopfloor.genealogy.adjusting import change_journal_line, open_journal, post_journal
from shopfloor.genealogy.corrections import change_component, move_component
from shopfloor.genealogy.inputs import ChangeInput, JournalLineInput, SelectionInput
from shopfloor.genealogy.models import ComponentAssociation
from shopfloor.genealogy.reversing import reverse_report
from tests.factories_genealogy import PAINT, Station, bike_order, bike_plant, bike_stock, gs1, problems, remove, report

ORDER = {"order_no": "RPO-1"}


@pytest.fixture
def station(run, session):
    bike_plant(run)
    bike_stock(run)
    bike_order(run)
    yield Station(session)
    assert problems(session) == []


def parts(session):
    """Number, state, quantity and consumption of what is registered, by association."""
    found = session.scalars(select(ComponentAssociation).where(ComponentAssociation.state != "Removed")).all()
    session.rollback()
    return {a.association_no: (a.serial_no or a.lot_no, a.state, a.quantity, a.consumed_quantity) for a in found}


def no_of(session, number):
    return max(no for no, (name, *_) in parts(session).items() if name == number)


def refused(code, call):
    with pytest.raises(Refusal) as caught:
        call()
    assert caught.value.code == code, caught.value


def consume(run, no, quantity):
    """Adjust consumption: one line, posted."""
    run(open_journal, **ORDER, given=SelectionInput(selected=[no]))
    run(change_journal_line, **ORDER, association_no=no, given=JournalLineInput(quantity=quantity))
    run(post_journal, **ORDER, given=SelectionInput(selected=[no]))


def test_scn_10_nothing_goes_into_a_unit_that_was_removed_meanwhile(station, session):
    """SCN-10: another station undid the unit; the part must not vanish into it."""
    station.build("BK-1")
    bench = Station(session)
    assert bench.scan("BK-1") == "PRODUCT_SELECTED"
    station.send("undo")
    assert bench.scan("F-1") == "NO_PRODUCT"
    assert parts(session) == {}


def test_edg_29_nothing_is_moved_into_a_reported_unit(station, session, run):
    station.build("BK-1")
    report(run, station.product, accept_error=True, reason="show piece")
    reported = station.product
    station.build("BK-2", "F-1")
    refused("ROW_LOCKED", lambda: run(move_component, **ORDER, association_no=no_of(session, "F-1"), to_match_id=reported))
    assert [name for name, *_ in parts(session).values()] == ["F-1"]


def test_edg_24_a_part_is_not_changed_into_another_one_of_its_own_unit(station, session, run):
    """EDG-6, EDG-24: two wheels would have become one, and the answer would have been yes."""
    station.build("BK-1", "W-1", "W-2")
    given = ChangeInput(version=1, serial_no="W-2")
    refused("SERIAL_IN_USE", lambda: run(change_component, **ORDER, association_no=no_of(session, "W-1"), given=given))
    assert sorted(name for name, *_ in parts(session).values()) == ["W-1", "W-2"]


def test_d13_a_removed_number_is_not_revived_while_another_order_has_it(station, session, run):
    """D13, D39: first told where it is, not an error of the database."""
    station.build("BK-1")
    station.send("undo")
    bike_order(run, no="RPO-2")
    other = Station(session, "RPO-2")
    assert other.scan("BK-1") == "NUMBER_WAS_REMOVED"
    assert other.send("confirm", "", confirms=other.key) == "PRODUCT_REGISTERED"
    assert station.scan("BK-1") == "PRODUCT_OTHER_ORDER"


def test_d23_a_lot_that_was_used_twice_in_a_unit_is_reversed_right(station, session, run):
    """D23, EDG-30: a part of the lot was consumed by hand before, another part by the report; only that comes back."""
    station.build("BK-1", "F-1", "W-1", "W-2")
    station.scan(gs1(PAINT, lot="P-A", more="3103000100"))
    first = no_of(session, "P-A")
    consume(run, first, "0.1")
    assert station.scan("P-A") == "UNIT_COMPLETED"
    second = no_of(session, "P-A")
    assert second != first
    report(run, station.product)
    run(reverse_report, **ORDER, given=SelectionInput(selected=[station.product]))
    assert parts(session)[first] == ("P-A", "Consumed", Decimal("0.1"), Decimal("0.1"))
    assert parts(session)[second] == ("P-A", "Open", Decimal("0.15"), Decimal(0))


def test_edg_4_a_lot_is_not_returned_beside_a_newer_registration_of_it(station, session, run):
    """EDG-4, EDG-26: a lot is open once in a unit; told, not an error of the database."""
    station.build("BK-1")
    station.scan(gs1(PAINT, lot="P-A", more="3103000100"))
    first = no_of(session, "P-A")
    consume(run, first, "0.1")
    station.scan(gs1(PAINT, lot="P-A", more="3103000050"))
    second = no_of(session, "P-A")
    refused("NOT_ADJUSTABLE", lambda: consume(run, first, "-0.1"))
    remove(run, second)
    run(post_journal, **ORDER, given=SelectionInput(selected=[first]))
    assert parts(session)[first] == ("P-A", "Open", Decimal("0.1"), Decimal(0))
