"""Production journals through the posting door, on both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from shopfloor.db import plant, table
from shopfloor.items.tracking import Tracking
from shopfloor.production import commands, counters, journals, queries
from shopfloor.production.check import check_counters
from shopfloor.production.errors import OrderStatus
from shopfloor.production.inputs import OrderKey
from shopfloor.reservations.errors import NotAvailable, ReservedElsewhere
from shopfloor.reservations.models import ReservationEntry
from tests.factories_items import CELL, LABEL, MODULE, PACK
from tests.factories_production import (
    CARD,
    CARD_LINE,
    CELL_LINE,
    LABEL_LINE,
    MODULE_LINE,
    PASTE_LINE,
    books_are_right,
    consumed,
    counted,
    entries,
    finish_packs,
    hold_for,
    make_order,
    make_pack_masters,
    on_order,
    open_entry_of,
    pack_report,
    pack_uses,
    reported,
    reverse,
    start,
    started_packs,
    stock,
    stock_for_packs,
    use,
)


def test_pst_6_pst_8_pst_9_one_report_posts_everything(run, session):
    started_packs(run)
    posted = finish_packs(run, 1)
    assert len(posted.uses) == 4
    assert [(flush.component.item_no, flush.quantity) for flush, _line in posted.flushed] == [(LABEL, Decimal(1)), (CARD, Decimal(1))]
    assert len(posted.reports) == 1
    assert posted.lines == (*posted.uses, *(line for _flush, line in posted.flushed), *posted.reports)
    assert posted.left_open == ()
    assert {row.register_no for row in entries(session, match_id=1)} == {posted.register_no}
    output = entries(session, entry_type="Output")[0]
    assert (output.entry_no, output.serial_no, output.quantity, output.match_id, output.order_no) == (
        posted.reports[0].entry_nos[0],
        "P-0001",
        Decimal(1),
        1,
        "PO-1",
    )
    modules = entries(session, item_no=MODULE, entry_type="Consumption")
    assert [(row.serial_no, row.quantity, row.match_id, row.component_line_no, row.order_line_no) for row in modules] == [
        ("M-1", Decimal(-1), 1, MODULE_LINE, 10_000),
        ("M-2", Decimal(-1), 1, MODULE_LINE, 10_000),
    ]
    labels = entries(session, item_no=LABEL, entry_type="Consumption")
    assert [(row.quantity, row.match_id) for row in labels] == [(Decimal(-1), 0)], "D21: flushed lines belong to the order"
    assert consumed(session) == {
        MODULE_LINE: Decimal(2),
        CELL_LINE: Decimal(3),
        PASTE_LINE: Decimal("0.25"),
        LABEL_LINE: Decimal(1),
        50: Decimal(1),
        CARD_LINE: Decimal(1),
    }
    assert reported(session) == (Decimal(1), Decimal(0))
    assert stock(session)[(PACK, "P-0001")] == Decimal(1)
    assert books_are_right(session)


def test_d21_constant_line_is_consumed_once(run, session):
    started_packs(run)
    finish_packs(run, 1)
    posted = finish_packs(run, 2)
    assert [flush.component.item_no for flush, _line in posted.flushed] == [LABEL]
    assert consumed(session)[CARD_LINE] == Decimal(1)


def test_pst_7_pst_14_error_is_scrapped_and_flushes(run, session):
    started_packs(run)
    on_order(run, journals.finish, reports=[pack_report(1, good="0", error="1", cause="bent")], uses=pack_uses(1))
    assert (PACK, "P-0001") not in stock(session)
    output = entries(session, entry_type="Output")[0]
    assert (output.quantity, output.scrap_quantity, output.serial_no, output.reason) == (Decimal(0), Decimal(1), "P-0001", "bent")
    assert reported(session) == (Decimal(0), Decimal(1))
    assert consumed(session)[LABEL_LINE] == Decimal(1), "QTY-11: a scrapped unit used its label"
    assert books_are_right(session)


def test_pst_21_tracked_finish_line_is_never_flushed_without_a_number(run, session):
    """The module line flushes at finish, but no number was registered for it."""
    started_packs(run)
    posted = on_order(run, journals.finish, reports=[pack_report(1)], uses=[])
    assert [(flush.component.item_no, flush.quantity) for flush in posted.left_open] == [(MODULE, Decimal(2))]
    assert [flush.component.item_no for flush, _line in posted.flushed] == [LABEL, CARD]
    assert consumed(session)[MODULE_LINE] == Decimal(0)


def test_flush_exclude_leaves_a_line_alone(run, session):
    started_packs(run)
    posted = finish_packs(run, 1, flush_exclude=frozenset({LABEL_LINE}))
    assert [flush.component.item_no for flush, _line in posted.flushed] == [CARD]


def test_pst_12_what_was_consumed_by_hand_is_not_flushed_again(run, session):
    started_packs(run)
    on_order(run, journals.consume, uses=[use(LABEL_LINE, LABEL, "1", match_id=0)])
    posted = finish_packs(run, 1)
    assert [flush.component.item_no for flush, _line in posted.flushed] == [CARD]
    posted = finish_packs(run, 2)
    assert [(flush.component.item_no, flush.quantity) for flush, _line in posted.flushed] == [(LABEL, Decimal(1))]
    assert consumed(session)[LABEL_LINE] == Decimal(2)


def test_d27_several_rows_are_one_posting(run, session):
    started_packs(run)
    posted = finish_packs(run, 1, 2)
    assert len(posted.reports) == 2
    assert [(flush.component.item_no, flush.quantity) for flush, _line in posted.flushed] == [(LABEL, Decimal(2)), (CARD, Decimal(1))]
    assert {row.register_no for row in entries(session, order_no="PO-1") if row.match_id} == {posted.register_no}
    assert {row.match_id for row in entries(session, entry_type="Consumption", item_no=CELL)} == {1, 2}, "C11: never merged across rows"


def test_pst_16_one_missing_part_stops_everything(run, session):
    started_packs(run)
    before = stock(session)
    with pytest.raises(NotAvailable):
        on_order(run, journals.finish, reports=[pack_report(1)], uses=[*pack_uses(1), use(MODULE_LINE, MODULE, "1", serial_no="M-99")])
    assert stock(session) == before
    assert reported(session) == (Decimal(0), Decimal(0))
    assert all(quantity == Decimal(0) for line_no, quantity in consumed(session).items() if line_no != 50)


@pytest.mark.parametrize("stage", ["Created", "Released", "Reported as finished"])
def test_edg_33_reports_need_a_started_order(run, session, stage):
    make_pack_masters(run)
    stock_for_packs(run)
    make_order(run)
    if stage == "Released":
        run(commands.release_order, given=OrderKey(order_no="PO-1"))
    if stage == "Reported as finished":
        start(run)
        run(commands.end_job, given=OrderKey(order_no="PO-1"))
    with pytest.raises(OrderStatus) as refused:
        finish_packs(run, 1)
    assert refused.value.status == stage


@pytest.mark.parametrize(("stage", "allowed"), [("Released", False), ("Started", True), ("Reported as finished", True), ("Ended", False)])
def test_pst_22_consumption_needs_started_or_later_but_not_ended(run, session, stage, allowed):
    make_pack_masters(run)
    stock_for_packs(run)
    make_order(run)
    run(commands.release_order, given=OrderKey(order_no="PO-1"))
    for command, reached in ((start, "Started"), (commands.end_job, "Reported as finished"), (commands.end_order, "Ended")):
        if queries.order_row(session, "PO-1").status == stage:
            break
        session.rollback()
        start(run) if command is start else run(command, given=OrderKey(order_no="PO-1"))
        assert queries.order_row(session, "PO-1").status == reached
    session.rollback()
    uses = [use(CELL_LINE, CELL, "3", lot_no="C-1")]
    if allowed:
        on_order(run, journals.consume, uses=uses)
        assert consumed(session)[CELL_LINE] == Decimal(3)
    else:
        with pytest.raises(OrderStatus):
            on_order(run, journals.consume, uses=uses)


def test_asc_23_consumption_comes_back_by_applies_from(run, session):
    started_packs(run)
    posted = on_order(run, journals.consume, uses=[use(CELL_LINE, CELL, "3", lot_no="C-1")])
    before = stock(session)[(CELL, "C-1")]
    consumption = posted.uses[0].entry_nos[0]
    on_order(run, journals.consume, uses=[use(CELL_LINE, CELL, "-2", lot_no="C-1", applies_from_entry=consumption)])
    assert stock(session)[(CELL, "C-1")] == before + 2
    assert consumed(session)[CELL_LINE] == Decimal(1)
    assert entries(session, corrects_entry_no=consumption)[0].quantity == Decimal(2)
    assert books_are_right(session)


def test_d2_edg_20_a_report_uses_up_the_reservations_of_its_associations(run, session):
    started_packs(run)
    held = open_entry_of(session, "M-1")
    hold_for(run, held.entry_no, MODULE, Tracking("M-1"), association_no=5)
    parts = [use(MODULE_LINE, MODULE, "1", serial_no="M-1", association_no=5), *pack_uses(1)[1:]]
    on_order(run, journals.finish, reports=[pack_report(1)], uses=parts)
    assert (MODULE, "M-1") not in stock(session)
    reservations = table(ReservationEntry)
    assert session.execute(select(reservations).where(plant(session, reservations))).all() == []


def test_d15_a_part_that_another_line_holds_is_refused(run, session):
    started_packs(run)
    make_order(run, no="PO-2")
    hold_for(run, open_entry_of(session, "M-1").entry_no, MODULE, Tracking("M-1"), order_no="PO-2")
    with pytest.raises(ReservedElsewhere) as refused:
        finish_packs(run, 1)
    assert "PO-2" in refused.value.holder
    assert reported(session) == (Decimal(0), Decimal(0))


def test_check_finds_counters_that_left_the_ledger(run, session):
    started_packs(run)
    finish_packs(run, 1)
    assert check_counters(session) == []
    session.execute(counters._component.update().where(counters._component.c.line_no == LABEL_LINE).values(consumed_quantity=Decimal(9)))
    session.execute(counters._line.update().values(good_quantity=Decimal(2)))
    problems = [problem.text for problem in check_counters(session)]
    assert len(problems) == 2
    assert "PO-1" in problems[0]
    session.rollback()


# --- speed ----------------------------------------------------------------------------------------------------------------


def test_a18_statements_do_not_grow_with_rows_and_parts(run, session):
    started_packs(run, "6")
    finish_packs(run, 6)
    with counted(session) as one_row:
        finish_packs(run, 1)
    with counted(session) as four_rows:
        finish_packs(run, 2, 3, 4, 5)
    assert len(four_rows) == len(one_row)
    with counted(session) as one_reversal:
        reverse(run, 1)
    with counted(session) as row_of_four:
        reverse(run, 3)
    assert len(row_of_four) == len(one_reversal)
