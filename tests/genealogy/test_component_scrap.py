"""LIF-11: scrap of a picking list line, parts that were lost beside what went in."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from shopfloor.errors import Refusal
from shopfloor.genealogy.inputs import ReportInput, ReportLineInput
from shopfloor.genealogy.journal_inputs import OpenJournalInput
from shopfloor.genealogy.open_journal_queries import journal_version, open_lines
from shopfloor.genealogy.open_journals import delete_open_journal, post_open_journal, save_journal
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.items.inputs import HoldNumber
from shopfloor.items.number_information import hold_number
from shopfloor.ledger.models import ItemLedgerEntry, OpenItemEntry
from shopfloor.production.commands import end_job, end_order
from shopfloor.production.components import order_components
from shopfloor.production.inputs import OrderKey
from shopfloor.tracing.queries import trace
from tests.factories_genealogy import BELL, BELL_LINE, PAINT, PAINT_LINE, WHEEL_LINE, Station, bike_order, bike_plant, bike_stock, problems
from tests.genealogy.test_operations import refused

ORDER = {"order_no": "RPO-1"}


@pytest.fixture
def bikes(run):
    """An order of two bikes, with its parts in stock."""
    bike_plant(run)
    bike_stock(run)
    bike_order(run)


def journal(run, *lines, **more):
    return run(save_journal, **ORDER, given=OpenJournalInput(lines=lines, **more)).journal_no


def left(session, item_no, lot_no=""):
    found = session.scalars(select(OpenItemEntry.remaining).where(OpenItemEntry.item_no == item_no, OpenItemEntry.lot_no == lot_no))
    total = sum(found, Decimal(0))
    session.rollback()
    return total


def scrapped(session):
    c = ItemLedgerEntry
    rows = session.execute(
        select(
            c.entry_type, c.item_no, c.lot_no, c.serial_no, c.quantity, c.document_no, c.document_line_no, c.order_no, c.match_id, c.reason
        )
        .where(c.document_no == "RPO-1", c.entry_type == "Negative Adjmt.")
    ).all()
    session.rollback()
    return [tuple(row) for row in rows]


def consumed(session, line_no):
    found = next(c.consumed for c in order_components(session, "RPO-1") if c.line_no == line_no)
    session.rollback()
    return found


def test_lif_11_scrap_leaves_stock_with_its_number_and_is_no_consumption(run, session, bikes):
    no = journal(run, {"line_no": BELL_LINE, "quantity": "1", "scrap_quantity": "2"})
    [line] = open_lines(session, "RPO-1")
    session.rollback()
    assert (line.quantity, line.scrap_quantity) == (1, 2)
    posted = run(post_open_journal, **ORDER, journal_no=no, reason="fell down")
    assert (posted.count, left(session, BELL), consumed(session, BELL_LINE)) == (1, 7, 1)
    assert scrapped(session) == [("Negative Adjmt.", BELL, "", "", -2, "RPO-1", BELL_LINE, "", 0, "Scrap: fell down")]
    assert problems(session) == []


def test_lif_11_what_is_lost_is_still_needed(run, session, bikes):
    """The report consumes both bells, although one was lost; a line with scrap alone is posted, too."""
    posted = run(post_open_journal, **ORDER, journal_no=journal(run, {"line_no": BELL_LINE, "scrap_quantity": "1"}))
    assert posted.register_no
    station = Station(session)
    station.build("B-1", "F-1")
    lines = [ReportLineInput(match_id=station.product)]
    run(report_as_finished, **ORDER, given=ReportInput(lines=lines, accept_error=True, reason="wheels follow"))
    assert (left(session, BELL), consumed(session, BELL_LINE)) == (8, 1)
    assert problems(session) == []


def test_lif_11_the_trace_of_a_lot_shows_scrap_and_no_unit_has_it(run, session, bikes):
    run(post_open_journal, **ORDER, journal_no=journal(run, {"line_no": PAINT_LINE, "lot_no": "P-B", "scrap_quantity": "0.05"}))
    station = Station(session)
    station.build("B-1", "F-1", "W-1", "W-2", "P-A")
    lines = [ReportLineInput(match_id=station.product)]
    run(report_as_finished, **ORDER, given=ReportInput(lines=lines))
    forward = trace(session, item_no=PAINT, lot_no="P-B", method="Origin -> Usage")
    session.rollback()
    assert [(one.entry_type, one.document_no, one.quantity, one.reason) for one in forward.lines if one.quantity < 0] == [
        ("Negative Adjmt.", "RPO-1", Decimal("-0.05"), "")
    ]
    back = trace(session, serial_no="B-1")
    session.rollback()
    assert {one.lot_no for one in back.lines if one.item_no == PAINT} == {"P-A"}
    assert problems(session) == []


def test_lif_11_a_number_is_demanded_and_is_there_once(run, session, bikes):
    no = journal(run, {"line_no": WHEEL_LINE, "scrap_quantity": "1"})
    refused("NUMBER_REQUIRED", run, post_open_journal, **ORDER, journal_no=no)
    run(delete_open_journal, **ORDER, journal_no=no)
    no = journal(run, {"line_no": WHEEL_LINE, "serial_no": "W-1", "quantity": "1", "scrap_quantity": "1"})
    with pytest.raises(Exception, match="W-1"):
        run(post_open_journal, **ORDER, journal_no=no)
    assert (consumed(session, WHEEL_LINE), scrapped(session)) == (0, [])  # all or nothing
    run(delete_open_journal, **ORDER, journal_no=no)
    run(post_open_journal, **ORDER, journal_no=journal(run, {"line_no": WHEEL_LINE, "serial_no": "W-1", "scrap_quantity": "1"}))
    assert scrapped(session)[0][3] == "W-1"
    station = Station(session)
    station.build("B-1", "F-1", "W-2")
    assert station.send("scan", "W-1") == "SERIAL_CONSUMED"
    no = journal(run, {"line_no": WHEEL_LINE, "serial_no": "W-2", "scrap_quantity": "1"})
    refused("RESERVED_ELSEWHERE", run, post_open_journal, **ORDER, journal_no=no)  # it is registered: remove it from its unit first
    assert problems(session) == []


def test_lif_2_nothing_but_scrap_is_not_posted_on_an_ended_order_either(run, session, bikes):
    no = journal(run, {"line_no": BELL_LINE, "scrap_quantity": "2"})
    run(end_job, given=OrderKey(order_no="RPO-1"))
    run(end_order, given=OrderKey(order_no="RPO-1"))
    refused("ORDER_STATUS", run, post_open_journal, **ORDER, journal_no=no)
    assert (left(session, BELL), scrapped(session)) == (10, [])


def test_asc_7_scrap_that_another_window_typed_is_seen(run, session, bikes):
    no = journal(run, {"line_no": BELL_LINE, "quantity": "1"})
    shown = journal_version(open_lines(session, "RPO-1"))
    session.rollback()
    changed = OpenJournalInput(lines=[{"line_no": BELL_LINE, "quantity": "1", "scrap_quantity": "3"}])
    run(save_journal, **ORDER, journal_no=no, given=changed)
    refused("STALE_ROW", run, post_open_journal, **ORDER, journal_no=no, version=shown)
    assert scrapped(session) == []


def test_d20_scrap_of_goods_on_hold_needs_a_reason(run, session, bikes):
    run(hold_number, given=HoldNumber(item_no=PAINT, kind="Lot", number="P-B", reason="smells"))
    no = journal(run, {"line_no": PAINT_LINE, "lot_no": "P-B", "scrap_quantity": "0.05"})
    with pytest.raises(Refusal):
        run(post_open_journal, **ORDER, journal_no=no)
    assert scrapped(session) == []
    run(post_open_journal, **ORDER, journal_no=no, reason="poured away")
    assert scrapped(session)[0][-1] == "Scrap: poured away"


def test_lif_11_only_a_picking_list_has_scrap_and_it_is_not_negative():
    for lines, kind in (({"line_no": 10000, "quantity": "1", "scrap_quantity": "1"}, "Report as finished"), (
        {"line_no": BELL_LINE, "scrap_quantity": "-1"}, "Picking list"
    )):
        with pytest.raises(ValidationError):
            OpenJournalInput(kind=kind, lines=[lines])
