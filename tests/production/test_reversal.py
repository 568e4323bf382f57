"""Reports that are taken back, on both databases (EDG-30, D23)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopfloor.clock import work_date
from shopfloor.items.inputs import HoldNumber
from shopfloor.items.number_information import hold_number
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_types import EntryType
from shopfloor.ledger.errors import NotReversible
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.posting.post import post
from shopfloor.production import bills, commands, journals
from shopfloor.production.errors import NothingToReverse, OrderStatus
from shopfloor.production.inputs import NewBom, NewBomLine, OrderKey
from shopfloor.reservations.errors import NumberOnHold
from tests.factories_items import CELL, LABEL, MODULE, PACK, PASTE
from tests.factories_production import (
    CARD,
    CARD_LINE,
    CELL_LINE,
    books_are_right,
    consumed,
    entries,
    finish_packs,
    hold_for,
    make_order,
    make_pack_masters,
    on_order,
    open_entry_of,
    pack_report,
    pack_uses,
    receive,
    reported,
    reverse,
    start,
    started_packs,
    stock,
    through,
    use,
)


def test_edg_30_d23_reverse_takes_everything_back(run, session):
    started_packs(run)
    before, counted = stock(session), consumed(session)
    posted = finish_packs(run, 1)
    reversed_report = reverse(run, 1)
    assert stock(session) == before
    assert consumed(session) == counted
    assert reported(session) == (Decimal(0), Decimal(0))
    assert (reversed_report.reversed_register_no, reversed_report.good, reversed_report.error) == (
        posted.register_no,
        Decimal(1),
        Decimal(0),
    )
    assert sorted((r.entry.item_no, r.entry.tracking.label(), r.quantity) for r, _line in reversed_report.returned) == [
        (CARD, "", Decimal(1)),
        (CELL, "C-1", Decimal(3)),
        (LABEL, "", Decimal(1)),
        (MODULE, "M-1", Decimal(1)),
        (MODULE, "M-2", Decimal(1)),
        (PASTE, "P-1", Decimal("0.25")),
    ]
    negative = entries(session, entry_type="Output")[1]
    assert (negative.quantity, negative.corrects_entry_no, negative.reason) == (Decimal(-1), posted.reports[0].entry_nos[0], "")
    assert books_are_right(session)


def test_edg_30_a_reversed_unit_can_be_reported_again(run, session):
    started_packs(run)
    finish_packs(run, 1)
    reverse(run, 1)
    with pytest.raises(NothingToReverse):
        reverse(run, 1)
    finish_packs(run, 1)
    assert reported(session) == (Decimal(1), Decimal(0))
    assert consumed(session)[CARD_LINE] == Decimal(1)
    reverse(run, 1)
    assert reported(session) == (Decimal(0), Decimal(0))
    assert books_are_right(session)


def test_edg_30_a_row_takes_back_its_share_of_a_common_posting(run, session):
    started_packs(run)
    before = stock(session)
    finish_packs(run, 1, 2)
    first = reverse(run, 2)
    shares = {r.entry.item_no: r.quantity for r, _line in first.returned if r.entry.match_id == 0}
    assert shares == {LABEL: Decimal(1)}, "the card stays: pack 1 still stands (D21)"
    assert {r.entry.tracking.serial_no for r, _line in first.returned if r.entry.item_no == MODULE} == {"M-3", "M-4"}
    assert reported(session) == (Decimal(1), Decimal(0))
    second = reverse(run, 1)
    assert {r.entry.item_no: r.quantity for r, _line in second.returned if r.entry.match_id == 0} == {LABEL: Decimal(1), CARD: Decimal(1)}
    assert stock(session) == before
    assert books_are_right(session)


def test_d21_constant_line_comes_back_with_the_last_report_whichever_that_is(run, session):
    started_packs(run)
    before = stock(session)
    finish_packs(run, 1)
    finish_packs(run, 2)
    assert CARD not in {r.entry.item_no for r, _line in reverse(run, 1).returned}
    assert consumed(session)[CARD_LINE] == Decimal(1)
    assert CARD in {r.entry.item_no for r, _line in reverse(run, 2).returned}
    assert stock(session) == before
    assert consumed(session)[CARD_LINE] == Decimal(0)
    finish_packs(run, 2)
    assert consumed(session)[CARD_LINE] == Decimal(1)
    assert books_are_right(session)


def test_edg_30_what_was_consumed_by_hand_stays(run, session):
    started_packs(run)
    on_order(run, journals.consume, uses=[use(CARD_LINE, CARD, "1", match_id=0)])
    finish_packs(run, 1)
    reverse(run, 1)
    assert consumed(session)[CARD_LINE] == Decimal(1)


def test_edg_30_earlier_postings_stay(run, session):
    started_packs(run)
    on_order(run, journals.consume, uses=[use(CELL_LINE, CELL, "3", lot_no="C-1", match_id=1)])
    parts = [part for part in pack_uses(1) if part.item_no != CELL]
    on_order(run, journals.finish, reports=[pack_report(1)], uses=parts)
    reversed_report = reverse(run, 1)
    assert CELL not in {r.entry.item_no for r, _line in reversed_report.returned}
    assert consumed(session)[CELL_LINE] == Decimal(3)


def test_edg_30_what_came_back_meanwhile_does_not_come_back_twice(run, session):
    started_packs(run)
    before = stock(session)
    posted = finish_packs(run, 1)
    cells = posted.uses[2].entry_nos[0]
    on_order(run, journals.consume, uses=[use(CELL_LINE, CELL, "-1", lot_no="C-1", match_id=1, applies_from_entry=cells)])
    reversed_report = reverse(run, 1)
    assert [r.quantity for r, _line in reversed_report.returned if r.entry.item_no == CELL] == [Decimal(2)]
    assert stock(session) == before


def test_edg_30_scrapped_unit_is_taken_back(run, session):
    started_packs(run)
    before = stock(session)
    on_order(run, journals.finish, reports=[pack_report(1, good="0", error="1", cause="bent")], uses=pack_uses(1))
    reversed_report = reverse(run, 1)
    assert (reversed_report.good, reversed_report.error) == (Decimal(0), Decimal(1))
    assert stock(session) == before
    assert reported(session) == (Decimal(0), Decimal(0))
    assert sum(row.scrap_quantity for row in entries(session, entry_type="Output")) == Decimal(0)


def test_asc_12_parts_of_a_batch_row_are_reversed_one_by_one(run, session):
    """A row of modules is reported in two parts; the later part goes back first."""
    make_pack_masters(run)
    run(bills.create_bom, given=NewBom(item_no=PASTE, lines=(NewBomLine(item_no=LABEL, quantity_per="2"),)))
    receive(run, LABEL, "100")
    make_order(run, "10", item_no=PASTE)
    start(run)

    def report(good, error="0"):
        row = journals.ProductReport(10_000, 7, Tracking(lot_no="B-1"), Decimal(good), Decimal(error), "", None)
        return on_order(run, journals.finish, reports=[row], uses=[])

    report("4")
    report("5", "1")
    assert reported(session) == (Decimal(9), Decimal(1))
    assert consumed(session) == {10: Decimal(20)}
    assert stock(session)[(PASTE, "B-1")] == Decimal(9)
    reverse(run, 7)
    assert (reported(session), consumed(session)) == ((Decimal(4), Decimal(0)), {10: Decimal(8)})
    reverse(run, 7)
    assert (reported(session), consumed(session)) == ((Decimal(0), Decimal(0)), {10: Decimal(0)})
    assert stock(session)[(LABEL, "")] == Decimal(100)


def test_d23_reversal_after_the_job_ended_but_not_after_the_order_ended(run, session):
    started_packs(run)
    finish_packs(run, 1)
    finish_packs(run, 2)
    run(commands.end_job, given=OrderKey(order_no="PO-1"))
    reverse(run, 2)
    run(commands.end_order, given=OrderKey(order_no="PO-1"))
    with pytest.raises(OrderStatus):
        reverse(run, 1)


def test_d23_a_unit_that_left_cannot_be_taken_back(run, session):
    started_packs(run)
    finish_packs(run, 1)
    gone = ItemJournalLine(
        entry_type=EntryType.NEGATIVE_ADJUSTMENT,
        item_no=PACK,
        quantity=Decimal(1),
        location_code="MAIN",
        posting_date=work_date("UTC"),
        tracking=Tracking("P-0001"),
    )
    through(run, post, lines=[gone], source="Test")
    with pytest.raises(NotReversible):
        reverse(run, 1)
    assert reported(session) == (Decimal(1), Decimal(0))
    assert books_are_right(session)


def test_d23_a_reserved_unit_cannot_be_taken_back(run, session):
    started_packs(run)
    finish_packs(run, 1)
    hold_for(run, open_entry_of(session, "P-0001").entry_no, PACK, Tracking("P-0001"), order_no="PO-9")
    with pytest.raises(NotReversible):
        reverse(run, 1)


def test_d20_d23_holds_stop_reports_but_not_reversals(run, session):
    started_packs(run)
    finish_packs(run, 1)
    held = {"item_no": CELL, "kind": "Lot", "number": "C-1", "reason": "porous"}
    run(hold_number, given=HoldNumber(**held))
    with pytest.raises(NumberOnHold):
        finish_packs(run, 2)
    reverse(run, 1)
    assert reported(session) == (Decimal(0), Decimal(0))
