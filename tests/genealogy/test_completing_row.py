"""D31: the row that fills the order takes the rest of a line, wherever it is read: by a scan, for a report, by the page. Both engines."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from shopfloor.genealogy.corrections import create_product, remove_products
from shopfloor.genealogy.inputs import ProductInput, SelectionInput
from shopfloor.genealogy.row_queries import read_rows
from shopfloor.genealogy.scan_queries import read_situation
from shopfloor.genealogy.starting import start_order
from shopfloor.genealogy.unit_queries import Wanted, read_window
from shopfloor.people.commands import set_setting
from shopfloor.people.inputs import SettingValue
from shopfloor.production.bills import create_bom
from shopfloor.production.commands import create_order
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, StartOrder
from shopfloor.production.locking import lock_order
from shopfloor.production.models import ProdOrderLine
from tests.factories_genealogy import PAINT, Station, bike_plant, problems, stock
from tests.factories_items import make_item
from tests.factories_production import counted

LESS, REST = Decimal("0.333"), Decimal("0.334")


@pytest.fixture
def station(session, run):
    """Three carts of which one more may be made; they share 1 kg of paint, so that the last one takes 0.334."""
    bike_plant(run)
    make_item(run, "CART", code="SN", policy="STRICT")
    stock(run, PAINT, "P-A", quantity="5", expiration_date="2099-01-31")
    run(create_bom, given=NewBom(item_no="CART", lines=(NewBomLine(item_no=PAINT, quantity_per="0.33333", flushing="Manual"),)))
    run(set_setting, given=SettingValue(name="report_surplus_percent", value="34"))
    run(create_order, given=NewProductionOrder(no="RPO-C", item_no="CART", quantity="3", location_code="MAIN"))
    run(start_order, given=StartOrder(order_no="RPO-C", quantity="3"))
    return Station(session, "RPO-C")


def registered(session):
    found = session.scalar(select(ProdOrderLine.registered_quantity).where(ProdOrderLine.order_no == "RPO-C"))
    session.rollback()
    return found


def needs(session, *match_ids):
    """What each row needs, if all three ways of reading it agree."""
    order = lock_order(session, "RPO-C")
    scanned = [read_situation(session, order, match_id).lines[0].required for match_id in match_ids]
    rows = read_rows(session, order, match_ids)
    for_report = [rows.rows[match_id][1][0].required for match_id in match_ids]
    units = {unit.match_id: unit for unit in read_window(session, read_situation(session, order, 0), Wanted()).units}
    shown = [units[match_id].lines[0].required for match_id in match_ids]
    session.rollback()
    assert scanned == for_report == shown
    return scanned


def test_d31_the_row_that_completes_the_order_takes_the_rest(station, session, run):
    """D31, QTY-1: also when another one becomes it, because a row went or came beyond the order's quantity."""
    first, second, third = [station.build(f"C-{number}") for number in (1, 2, 3)]
    assert needs(session, first, second, third) == [LESS, LESS, REST]
    run(remove_products, order_no="RPO-C", given=SelectionInput(selected=[second], confirmed=True, reason="never begun"))
    assert registered(session) == 2
    assert needs(session, first, third) == [LESS, LESS]
    station.send("mode", "Product")
    assert station.scan("C-2") == "PRODUCT_REVIVED"
    assert needs(session, first, second, third) == [LESS, LESS, REST]
    beyond = run(create_product, order_no="RPO-C", given=ProductInput(serial_no="C-4")).match_id
    assert needs(session, first, second, third, beyond) == [LESS, LESS, REST, LESS]
    assert registered(session) == 4
    run(remove_products, order_no="RPO-C", given=SelectionInput(selected=[third], confirmed=True, reason="never begun"))
    assert needs(session, first, second, beyond) == [LESS, LESS, REST]
    assert problems(session) == []


def test_qty_1_a_scan_reads_no_other_rows(station, session):
    """The row that completes the order costs the statements of any other; none reads through the rows."""
    station.build("C-1", "P-A")
    station.build("C-2")
    with counted(session) as few:
        assert station.scan("P-A") == "UNIT_COMPLETED"
    station.build("C-3")
    with counted(session) as many:
        assert station.scan("P-A") == "UNIT_COMPLETED"
    assert len(many) == len(few)
    assert not [statement for statement in many if "count(" in statement.casefold() or "sum(tracked_product" in statement]
