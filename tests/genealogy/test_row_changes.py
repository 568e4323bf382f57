"""Another quantity for a batch row: EDG-37, EDG-43, ASC-7, ASC-12, EDG-1, EDG-16. Both engines."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from shopfloor.errors import NotAllowed
from shopfloor.genealogy.adjusting import change_journal_line, open_journal, post_journal
from shopfloor.genealogy.inputs import JournalLineInput, ProductChange, ReportInput, ReportLineInput, SelectionInput
from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.reversing import reverse_report
from shopfloor.genealogy.row_changes import change_product
from shopfloor.genealogy.starting import start_order
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.models import Role
from shopfloor.production.bills import create_bom
from shopfloor.production.commands import create_order
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, StartOrder
from tests.factories_genealogy import PAINT, Station, bike_plant, problems, stock
from tests.factories_items import make_item
from tests.genealogy.test_associations import stock_of
from tests.genealogy.test_edge_cases import refused

SPRAY = "SPRAY"
ORDER = {"order_no": "RPO-S"}
WORKER = Actor("E-W", "Will Worker", rights.RIGHTS[Role.WORKER], time_zone="UTC")
STORE = Actor("E-S", "Sam Store", rights.RIGHTS[Role.STOREKEEPER], time_zone="UTC")


@pytest.fixture
def station(session, run):
    """Ten cans are started; a can takes 0.25 kg of paint, and row B-1 has all ten with their 2.5 kg."""
    bike_plant(run)
    make_item(run, SPRAY, code="LOT", policy="STRICT")
    stock(run, PAINT, "P-A", quantity="4", expiration_date="2099-01-31")
    run(create_bom, given=NewBom(item_no=SPRAY, lines=(NewBomLine(item_no=PAINT, quantity_per="0.25", flushing="Manual"),)))
    run(create_order, given=NewProductionOrder(no="RPO-S", item_no=SPRAY, quantity="10", location_code="MAIN"))
    run(start_order, given=StartOrder(order_no="RPO-S", quantity="10"))
    made = Station(session, "RPO-S")
    assert (made.scan("B-1"), made.scan("P-A")) == ("PRODUCT_REGISTERED", "UNIT_COMPLETED")
    yield made
    assert problems(session) == []


def row(session, number="B-1"):
    found = session.scalars(select(TrackedProduct).filter_by(lot_no=number)).one()
    session.rollback()
    return found


def paint(session):
    """(state, registered, consumed) of the row's paint."""
    found = session.scalars(select(ComponentAssociation).filter_by(lot_no="P-A")).one()
    session.rollback()
    return found.state, found.quantity, found.consumed_quantity


def change(session, run, quantity, actor=None, **more):
    now = row(session)
    given = ProductChange(version=now.version, quantity=quantity, **more)
    return run(change_product, *([actor] if actor else []), **ORDER, match_id=now.match_id, given=given)


def report(run, match_id, good):
    return run(report_as_finished, **ORDER, given=ReportInput(lines=[ReportLineInput(match_id=match_id, good=good)]))


def test_edg_37_a_smaller_row_needs_less_and_nothing_is_dropped(session, run, station):
    """EDG-37, QTY-7: 2.5 kg stay registered; another row takes what the order still lacks."""
    change(session, run, "6", reason="four cans were dented")
    assert row(session).quantity == 6
    assert paint(session) == ("Open", Decimal("2.5"), Decimal(0))
    station.send("mode", "Product")
    assert station.scan("B-2") == "PRODUCT_REGISTERED"
    assert row(session, "B-2").quantity == 4


def test_edg_16_a_row_grows_only_as_far_as_is_started(session, run, station):
    change(session, run, "6")
    assert "SPRAY of the test: 0 of 10" in str(refused("PRODUCT_OVER_STARTED", change, session, run, "11"))
    change(session, run, "10")
    assert row(session).quantity == 10


def test_edg_43_asc_12_not_below_what_is_reported_and_reported_at_exactly_that(session, run, station):
    """EDG-43: 4 of 10 are reported; 3 are too few; at 4 the row is Reported, and 1.5 kg of paint are free again."""
    match_id = row(session).match_id
    report(run, match_id, "4")
    refusal = refused("BELOW_REPORTED", change, session, run, "3")
    assert "4 PCS are reported, so 3 PCS are too few" in str(refusal)
    change(session, run, "4", reason="no more today")
    assert row(session).state == "Reported"
    assert paint(session) == ("Consumed", Decimal(1), Decimal(1))
    assert stock_of(session, PAINT) == (Decimal(3), Decimal(0))
    refused("ROW_LOCKED", change, session, run, "5")
    run(reverse_report, **ORDER, given=SelectionInput(selected=[match_id], reason="recount"))
    assert (row(session).state, stock_of(session, PAINT)) == ("Open", (Decimal(4), Decimal(1)))


def test_asc_7_a_stale_row_and_edg_1_precision_and_rights(session, run, station):
    match_id, old = row(session).match_id, row(session).version
    change(session, run, "8")
    refused("STALE_ROW", run, change_product, **ORDER, match_id=match_id, given=ProductChange(version=old, quantity="7"))
    refused("BELOW_PRECISION", change, session, run, "7.5")
    refused("NOT_FOUND", run, change_product, **ORDER, match_id=999, given=ProductChange(version=1, quantity="7"))
    refused("NOT_YOURS", change, session, run, "7", actor=WORKER)
    with pytest.raises(NotAllowed):
        change(session, run, "7", actor=STORE)


def test_edg_1_the_quantity_of_a_serial_is_not_editable(run, session, whole):
    version = session.scalar(select(TrackedProduct.version).filter_by(match_id=whole))
    session.rollback()
    given = ProductChange(version=version, quantity="1")
    refused("SERIAL_QUANTITY", run, change_product, order_no="RPO-1", match_id=whole, given=given)


def test_asc_23_a_line_ended_at_zero_after_a_part_was_consumed(session, run, station):
    """ASC-22, ASC-23: 4 of 10 are reported; of the 1.5 kg left nothing is used any more."""
    report(run, row(session).match_id, "4")
    number = session.scalar(select(ComponentAssociation.association_no))
    session.rollback()
    run(open_journal, **ORDER, given=SelectionInput(selected=[number]))
    run(change_journal_line, **ORDER, association_no=number, given=JournalLineInput(quantity="0", end_line=True))
    run(post_journal, **ORDER, given=SelectionInput(reason="clear coat"))
    assert paint(session) == ("Consumed", Decimal(1), Decimal(1))
    report(run, row(session).match_id, "6")
    assert stock_of(session, PAINT) == (Decimal(3), Decimal(0))
