"""Lists, cards and search of production orders, on both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopfloor.production import commands, queries
from shopfloor.production.inputs import OrderKey
from tests.factories_items import MODULE, PACK
from tests.factories_production import (
    counted,
    finish_packs,
    make_order,
    make_pack_masters,
    started_packs,
)


@pytest.fixture
def masters(run):
    make_pack_masters(run)


def key(order_no="PO-1"):
    return OrderKey(order_no=order_no)


def test_list_pages_by_due_date_and_number(run, session, masters):
    for number, due in (("C", "2026-12-01"), ("A", None), ("B", "2026-12-01"), ("D", "2026-11-30")):
        make_order(run, "1", no=f"PO-{number}", due_date=due)
    seen, after = [], ""
    while True:
        page = queries.list_orders(session, after=after, limit=2)
        seen += [row.no for row in page.rows]
        after = page.next_after
        if not after:
            break
    assert seen == ["PO-D", "PO-B", "PO-C", "PO-A"]


def test_list_filters(run, session, masters):
    make_order(run, "1", no="PO-1", description="Blue packs")
    make_order(run, "1", no="PO-2")
    run(commands.release_order, given=key("PO-2"))

    def numbers(**asked):
        return [row.no for row in queries.list_orders(session, **asked).rows]

    assert numbers(statuses=("Released", "Started")) == ["PO-2"]
    assert numbers(text="blue") == ["PO-1"]
    assert numbers(text="po-") == ["PO-1", "PO-2"]
    assert numbers(text="%") == numbers(text="_") == []
    assert numbers(item_no=PACK) == ["PO-1", "PO-2"]
    assert numbers(item_no=MODULE) == []
    assert numbers(after="nonsense") == numbers(text="\x00") == numbers(after="2026-01-01~\x00") == []


def test_asc_16_progress_figures(run, session):
    started_packs(run, "4")
    finish_packs(run, 1)
    row = queries.order_row(session, "PO-1")
    assert (row.quantity, row.started, row.good, row.error, row.remaining) == (
        Decimal(4),
        Decimal(4),
        Decimal(1),
        Decimal(0),
        Decimal(3),
    )
    assert queries.order_row(session, "NONE") is None
    assert queries.order_card(session, "\x00") is None


def test_ui_1_find_orders(run, session, masters):
    for number in ("PO-1", "PO-10", "X/1"):
        make_order(run, "1", no=number)
    assert [found.number for found in queries.find(session, "PO-1")] == ["PO-1", "PO-10"]
    assert [found.number for found in queries.find(session, "po-10")] == ["PO-10"]
    assert queries.find(session, "X/1")[0].path == "/production-orders/X%2F1"
    assert (
        queries.find(session, "P") == queries.find(session, "") == queries.find(session, "\x00") == queries.find(session, "P" * 500) == []
    )


def test_statement_count_of_order_card_is_constant(run, session, masters):
    make_order(run)
    with counted(session) as statements:
        queries.order_card(session, "PO-1")
    assert len(statements) == 3
