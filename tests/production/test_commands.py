"""Production orders through their stages, on both databases."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import plant, table
from shopfloor.errors import InvalidInput, NotAllowed, NotFound
from shopfloor.genealogy.starting import start_order
from shopfloor.items.errors import BelowPrecision, ItemBlocked, LocationInTransit, NumberPattern
from shopfloor.items.models import Item
from shopfloor.ledger.models import ItemLedgerEntry, OpenItemEntry
from shopfloor.people.actor import Actor
from shopfloor.people.errors import AlreadyExists
from shopfloor.production import bills, commands, queries, rules
from shopfloor.production.answers import OrderStarted, OrderStartedNumbersOpen
from shopfloor.production.components import order_components, order_lines
from shopfloor.production.errors import BomMissing, NothingToStart, OrderReserved, OrderStatus, StartedAboveOrdered, StartedBelowReported
from shopfloor.production.inputs import ChangeProductionOrder, NewBom, NewBomLine, NewProductionOrder, OrderKey, StartOrder
from shopfloor.production.locking import lock_order
from shopfloor.reservations.errors import NotAvailable
from shopfloor.reservations.models import ReservationEntry
from tests.conftest import runner
from tests.factories_documents import make_in_transit
from tests.factories_items import CELL, LABEL, MODULE, PACK, PASTE
from tests.factories_production import (
    CARD,
    FOIL,
    FOIL_LINE,
    LABEL_LINE,
    PASTE_LINE,
    finish_packs,
    make_order,
    make_pack_masters,
    receive,
    start,
    started_packs,
    through,
)


@pytest.fixture
def masters(run):
    make_pack_masters(run)


def key(order_no="PO-1"):
    return OrderKey(order_no=order_no)


def status(session, order_no="PO-1"):
    return queries.order_row(session, order_no).status


def on_hand(session, item_no):
    open_entry = table(OpenItemEntry)
    return sum(
        session.scalars(select(open_entry.c.remaining).where(plant(session, open_entry), open_entry.c.item_no == item_no)), Decimal(0)
    )


# --- making ---------------------------------------------------------------------------------------------------------------


def test_order_copies_bill_and_routing(run, session, masters):
    make_order(run, "3", due_date="2026-12-24")
    card = queries.order_card(session, "PO-1")
    assert (card.order.status, card.order.quantity, card.order.due_date) == ("Created", Decimal(3), date(2026, 12, 24))
    assert [(c.line_no, c.item_no, c.expected, c.flushing) for c in card.components] == [
        (10, MODULE, Decimal(6), "Finish"),
        (20, CELL, Decimal(9), "Manual"),
        (30, PASTE, Decimal("0.75"), "Start"),
        (40, LABEL, Decimal(3), "Finish"),
        (50, FOIL, Decimal("1.5"), "Start"),
        (60, CARD, Decimal(1), "Finish"),
    ]
    assert [(c.serial, c.lot, c.takes_part) for c in card.components[:4]] == [
        (True, False, True),
        (False, True, True),
        (False, True, True),
        (False, False, False),
    ]
    assert [(o.operation_no, o.description, o.resource) for o in card.operations] == [(10, "Stack", "Bench 1"), (20, "Close", "Bench 2")]
    assert card.actions == ("estimate", "schedule", "release", "start")


def test_a_later_bill_change_does_not_touch_the_order(run, session, masters):
    make_order(run, "3")
    session.execute(text("UPDATE bom_line SET quantity_per = 900000"))
    session.commit()
    assert order_components(session, "PO-1")[0].expected == Decimal(6)


def test_set_3_number_comes_from_the_series(run, session, masters):
    made = run(commands.create_order, given=NewProductionOrder(item_no=PACK, quantity="1", location_code="MAIN"))
    again = run(commands.create_order, given=NewProductionOrder(item_no=PACK, quantity="1", location_code="MAIN"))
    assert (made.number, again.number) == ("RPO-00001", "RPO-00002")


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"item_no": "NONE"}, NotFound),
        ({"location_code": "NONE"}, NotFound),
        ({"item_no": LABEL}, BomMissing),
        ({"quantity": "1.5"}, BelowPrecision),
        ({"fixed_serial_no": "WRONG"}, NumberPattern),
        ({"quantity": "999999999999"}, InvalidInput),
        ({"no": "PO-1"}, AlreadyExists),
    ],
)
def test_orders_that_cannot_be_made(run, session, masters, changed, refusal):
    make_order(run, "1")
    values = {"item_no": PACK, "quantity": "1", "location_code": "MAIN", "no": "PO-2", **changed}
    with pytest.raises(refusal):
        run(commands.create_order, given=NewProductionOrder(**values))
    assert queries.order_row(session, "PO-2") is None


def test_blocked_component_stops_the_order(run, session, masters):
    session.execute(table(Item).update().where(table(Item).c.no == CARD).values(blocked=True))
    session.commit()
    with pytest.raises(ItemBlocked) as refused:
        make_order(run)
    assert refused.value.item == CARD


def test_d31_units_scrap_and_serials_round_the_order_line(run, session, masters):
    lines = (
        NewBomLine(item_no=CELL, unit_code="BOX", quantity_per="2"),
        NewBomLine(item_no=MODULE, quantity_per="0.5"),
        NewBomLine(item_no=CARD, quantity_per="8", scrap_percent="2"),
    )
    run(bills.create_bom, given=NewBom(item_no=LABEL, lines=lines))
    make_order(run, "5", item_no=LABEL)
    boxes, serials, labels = order_components(session, "PO-1")
    assert (boxes.quantity_per_unit, boxes.expected) == (Decimal(12), Decimal(120))
    assert serials.expected == Decimal(3)
    assert rules.order_level(serials, Decimal(5))
    assert labels.expected == Decimal(41)


def test_a30_every_command_needs_the_right(run, masters):
    make_order(run)
    nobody = Actor("N", "Nobody", frozenset())
    with pytest.raises(NotAllowed):
        run(commands.create_order, nobody, given=NewProductionOrder(item_no=PACK, quantity="1", location_code="MAIN"))
    with pytest.raises(NotAllowed):
        run(start_order, nobody, given=StartOrder(order_no="PO-1"))
    for command in (commands.estimate_order, commands.schedule_order, commands.release_order, commands.end_job, commands.end_order):
        with pytest.raises(NotAllowed):
            run(command, nobody, given=key())


# --- stages ---------------------------------------------------------------------------------------------------------------


def test_lif_1_step_by_step(run, session, masters):
    make_order(run)
    for command, reached in (
        (commands.estimate_order, "Estimated"),
        (commands.schedule_order, "Scheduled"),
        (commands.release_order, "Released"),
    ):
        assert run(command, given=key()).status == reached
        assert status(session) == reached
        with pytest.raises(OrderStatus):
            run(command, given=key())
    assert status(session) == "Released"


def test_lif_3_release_performs_the_missing_steps(run, session, masters):
    make_order(run)
    run(commands.release_order, given=key())
    audited = session.scalars(text("SELECT audit FROM command_entry ORDER BY recorded_at DESC LIMIT 1")).one()
    assert status(session) == "Released"
    assert "Scheduled" in str(audited)


def test_pr_08_ended_order_takes_nothing(run, session):
    started_packs(run)
    finish_packs(run, 1)
    with pytest.raises(OrderStatus):
        run(commands.end_order, given=key())
    run(commands.end_job, given=key())
    with pytest.raises(OrderStatus) as refused:
        finish_packs(run, 2)
    assert (refused.value.status, refused.value.needed) == ("Reported as finished", "Started")
    run(commands.end_order, given=key())
    assert status(session) == "Ended"
    for command in (commands.estimate_order, commands.schedule_order, commands.release_order, commands.end_job, commands.end_order):
        with pytest.raises(OrderStatus):
            run(command, given=key())
    with pytest.raises(OrderStatus):
        start(run)
    assert str(refused.value) == ("ORDER_STATUS: Production order PO-1 is Reported as finished. This needs an order that is Started.")


@pytest.mark.parametrize("order_no", ["NONE", "NONE\x00", "PO-1\x1d"])
def test_unknown_orders_are_not_found(run, masters, order_no):
    make_order(run)
    with pytest.raises(NotFound):
        through(run, lambda session, _actor: lock_order(session, order_no))


def test_a23_every_change_raises_the_version(run, session, masters):
    make_order(run)
    before = queries.order_version(session, "PO-1")
    session.rollback()
    run(commands.estimate_order, given=key())
    assert queries.order_version(session, "PO-1") == before + 1
    with pytest.raises(OrderStatus):
        run(commands.estimate_order, given=key())
    assert queries.order_version(session, "PO-1") == before + 1, "a refusal leaves no trace on the order"


# --- starting -------------------------------------------------------------------------------------------------------------


def test_pst_10_pst_13_start_flushes_and_names_what_waits(run, session, masters):
    receive(run, FOIL, "5")
    make_order(run, "2")
    answer = start(run)
    assert isinstance(answer, OrderStartedNumbersOpen)
    assert answer.consumed == [{"line_no": "50", "item_no": FOIL, "quantity": "1", "unit": "PCS"}]
    assert [line["item_no"] for line in answer.left_open] == [PASTE]
    assert "PASTE" in answer.text()
    assert on_hand(session, FOIL) == Decimal(4)
    components = {component.line_no: component for component in order_components(session, "PO-1")}
    assert components[FOIL_LINE].consumed == Decimal(1)
    assert components[PASTE_LINE].consumed == components[LABEL_LINE].consumed == Decimal(0)
    assert order_lines(session, "PO-1")[0].started == Decimal(2)
    assert status(session) == "Started"


def test_lif_4_start_in_parts_and_back(run, session, masters):
    receive(run, FOIL, "0.7")
    receive(run, FOIL, "5")
    make_order(run, "5")
    assert start(run, quantity="2").started == "2"
    assert start(run, quantity="1").started == "3"
    assert on_hand(session, FOIL) == Decimal("4.2")
    back = start(run, quantity="-2")
    assert (back.quantity, back.started) == ("-2", "1")
    assert isinstance(back, OrderStarted)
    assert on_hand(session, FOIL) == Decimal("5.2"), "LIF-4, PST-10: half a metre for each unit that is not started any more"
    assert start(run).started == "5"
    assert on_hand(session, FOIL) == Decimal("3.2")
    entry = table(ItemLedgerEntry)
    taken = session.scalars(select(entry.c.quantity).where(plant(session, entry), entry.c.order_no == "PO-1")).all()
    assert sum(taken) == Decimal("-2.5")


@pytest.mark.parametrize(
    ("quantity", "refusal"),
    [
        ("3", StartedAboveOrdered),
        ("0", NothingToStart),
        ("-1", StartedBelowReported),
        ("999999999999", StartedAboveOrdered),
    ],
)
def test_lif_4_lif_14_start_stays_between_reported_and_ordered(run, session, masters, quantity, refusal):
    make_order(run, "2")
    with pytest.raises(refusal):
        start(run, quantity=quantity)
    assert status(session) == "Created", "a refused action changes nothing"


def test_lif_4_what_was_reported_stays_started(run, session):
    started_packs(run)
    finish_packs(run, 1)
    with pytest.raises(StartedBelowReported):
        start(run, quantity="-2")
    assert start(run, quantity="-1").started == "1"
    with pytest.raises(StartedAboveOrdered):
        start(run, quantity="2")


def test_c10_start_without_stock_changes_nothing(run, session, masters):
    make_order(run, "2")
    with pytest.raises(NotAvailable):
        start(run)
    assert status(session) == "Created"
    assert order_lines(session, "PO-1")[0].started == Decimal(0)


def test_reserved_parts_keep_the_order_open(run, session):
    started_packs(run)
    finish_packs(run, 1)
    values = {
        "plant_no": 1,
        "entry_no": 900,
        "positive": False,
        "reservation_status": "Reservation",
        "item_no": MODULE,
        "quantity_base": Decimal(-1),
        "source_type": "Prod. Order Component",
        "source_id": "PO-1",
        "source_line_no": 10_000,
        "source_sub_line_no": 10,
        "association_no": 7,
    }
    session.execute(table(ReservationEntry).insert().values(**values, created_at=now(), created_by="T"))
    session.commit()
    run(commands.end_job, given=key())
    with pytest.raises(OrderReserved) as refused:
        run(commands.end_order, given=key())
    assert refused.value.components == MODULE


def test_ap_09_nothing_is_made_where_goods_are_on_their_way(run, session, masters):
    make_in_transit(run)
    with pytest.raises(LocationInTransit):
        run(commands.create_order, given=NewProductionOrder(item_no=PACK, quantity="1", location_code="TRANSIT"))
    make_order(run, "1")
    with pytest.raises(LocationInTransit):
        run(commands.change_order, given=ChangeProductionOrder(order_no="PO-1", quantity="1", location_code="TRANSIT", version=1))


def test_a23_starts_at_the_same_time_are_all_counted(run, session, engine, masters):
    """Eight people start one unit each; without the order's lock some would overwrite the others."""
    receive(run, FOIL, "10")
    make_order(run, "8")
    session.rollback()
    together = threading.Barrier(8)

    def start_one():
        with Session(engine) as own:
            own.rollback()
            together.wait()
            start(runner(own), quantity="1")

    threads = [threading.Thread(target=start_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order_lines(session, "PO-1")[0].started == Decimal(8)
    assert on_hand(session, FOIL) == Decimal(6)
