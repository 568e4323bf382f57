"""Input that no page sends: it is refused with a sentence, and nothing is written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select

from shopfloor.genealogy import inputs
from shopfloor.genealogy.corrections import change_component, create_component, create_product
from shopfloor.genealogy.inputs import ChangeInput, ComponentInput, ProductInput, ReportInput, ReportLineInput, ScanInput
from shopfloor.genealogy.models import TrackedProduct
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.starting import start_order
from shopfloor.items.commands import add_gtin
from shopfloor.items.inputs import NewGtin
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.people.answers import Changed
from shopfloor.production import bills
from shopfloor.production import commands as production
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, StartOrder
from shopfloor.quantity import shown
from shopfloor.reservations.commands import reserve
from shopfloor.reservations.models import ReservationEntry, ReservationSource
from shopfloor.reservations.rules import Demand, OpenEntry, Take
from tests.factories_genealogy import PAINT, PAINT_LINE, Station, bike_plant, bike_stock, problems
from tests.factories_items import make_item
from tests.genealogy.test_associations import ORDER, associations, no_of, refused, stock_of

HUGE = 2**31


@pytest.fixture
def batches(run):
    """An order of four kilograms of glue, of which two are one batch with all its paint."""
    bike_plant(run)
    bike_stock(run)
    make_item(run, "GLUE", unit="KG", code="LOT", policy="STRICT", rounding_precision="0.001")
    run(bills.create_bom, given=NewBom(item_no="GLUE", lines=(NewBomLine(item_no=PAINT, quantity_per="0.1", flushing="Manual"),)))
    run(production.create_order, given=NewProductionOrder(no="RPO-2", item_no="GLUE", quantity="4", location_code="MAIN"))
    run(start_order, given=StartOrder(order_no="RPO-2", quantity="4"))
    match_id = run(create_product, order_no="RPO-2", given=ProductInput(lot_no="G-1", quantity="2")).match_id
    run(create_component, order_no="RPO-2", given=ComponentInput(match_id=match_id, component_line_no=10, lot_no="P-A"))
    return match_id


def test_d27_a_row_that_is_listed_twice_is_not_reported(session, run, batches):
    """D27, ASC-12: each line of a report is judged by itself; the same row twice would report and consume twice."""
    line = ReportLineInput(match_id=batches)
    answer = run(report_as_finished, order_no="RPO-2", given=ReportInput(lines=[line, line]))
    assert (answer.done, {one["code"] for one in answer.refused}) == ([], {"NOT_REPORTABLE"})
    assert stock_of(session, "GLUE")[0] == 0
    run(report_as_finished, order_no="RPO-2", given=ReportInput(lines=[line]))
    assert (stock_of(session, "GLUE")[0], stock_of(session, PAINT)[0]) == (Decimal(2), Decimal("0.6"))
    assert problems(session) == []


@pytest.mark.parametrize(("unit", "label", "quantity"), [
    ("PCS", "3103001500", "100"), ("KG", "3103001500", "1.5"), ("KG", "3203001500", "NO_UNIT_CONVERSION"), ("PCS", "37000007", "7"),
])
def test_gs1_20_a_weight_on_a_product_label_counts_only_for_a_weighed_product(session, run, unit, label, quantity):
    """GS1-20, SCN-7, D7: 1.5 kg are not 1.5 pieces, and pounds are not kilograms."""
    bike_plant(run)
    bike_stock(run)
    make_item(run, "SPRING", unit=unit, code="LOT", policy="STRICT", rounding_precision="1" if unit == "PCS" else "0.001")
    run(add_gtin, given=NewGtin(gtin="04012345123456", item_no="SPRING"))
    run(bills.create_bom, given=NewBom(item_no="SPRING", lines=(NewBomLine(item_no=PAINT, quantity_per="0.001", flushing="Manual"),)))
    run(production.create_order, given=NewProductionOrder(no="RPO-5", item_no="SPRING", quantity="100", location_code="MAIN"))
    run(start_order, given=StartOrder(order_no="RPO-5", quantity="100"))
    station = Station(session, "RPO-5")
    code = station.scan(f"]d2010401234512345610S-1\x1d{label}")
    registered = session.scalars(select(TrackedProduct.quantity)).one_or_none()
    assert (code if registered is None else shown(registered)) == quantity, station.answer


def test_d15_reducing_gives_the_quantity_back_to_the_line(station, session, run):
    """D15, EDG-24: what an association took over from its line's reservation stays held for the line."""
    run(_hold_for_the_line)
    station.build("BK-1", "P-A")
    run(change_component, **ORDER, association_no=no_of(session, "P-A"), given=ChangeInput(version=1, quantity="0.1"))
    held = dict(session.execute(
        select(ReservationEntry.association_no, func.sum(ReservationEntry.quantity_base))
        .where(ReservationEntry.positive.is_(True)).group_by(ReservationEntry.association_no)
    ).all())
    assert held == {0: Decimal("0.3"), 1: Decimal("0.1")}
    assert problems(session) == []


def _hold_for_the_line(session, actor):
    found = session.scalars(select(OpenItemEntry).where(OpenItemEntry.lot_no == "P-A")).one()
    tracking = Tracking(lot_no="P-A")
    entry = OpenEntry(found.entry_no, PAINT, "", found.location_code, tracking, found.remaining, found.reserved)
    line = Demand(ReservationSource.PROD_ORDER_COMPONENT.value, "RPO-1", 10000, PAINT_LINE)
    reserve(session, actor, line, [Take(entry.entry_no, Decimal("0.4"))], {entry.entry_no: entry}, specific=True)
    return Changed(record="Reservation", number="P-A")


@pytest.mark.parametrize("quantity", ["-1", "-0.001", "0"])
def test_a27_a_registered_quantity_is_more_than_zero(quantity):
    for given in (
        lambda: ChangeInput(version=1, quantity=quantity),
        lambda: ComponentInput(match_id=1, component_line_no=PAINT_LINE, quantity=quantity),
        lambda: ProductInput(lot_no="G-1", quantity=quantity),
    ):
        with pytest.raises(ValidationError, match="more than 0"):
            given()


def test_d31_a_quantity_that_rounds_to_nothing_is_refused(station, session, run):
    """D31: not taken for "unchanged", and not registered as nothing."""
    station.build("BK-1", "P-A")
    before = associations(session)
    number = no_of(session, "P-A")
    refused("BELOW_PRECISION", run, change_component, **ORDER, association_no=number, given=ChangeInput(version=1, quantity="0.0001"))
    refused("BELOW_PRECISION", run, create_component, **ORDER,
            given=ComponentInput(match_id=station.product, component_line_no=PAINT_LINE, lot_no="P-B", quantity="0.0001"))
    assert associations(session) == before
    assert problems(session) == []


@pytest.mark.parametrize(("model", "given"), [
    ("ScanInput", {"after_key": "a\x00"}), ("ScanInput", {"confirms": "a\x00"}), ("ScanInput", {"holds": "\x1d"}),
    ("ScanInput", {"clock_id": "a\x00"}), ("ScanInput", {"held": "(37)\x00"}), ("ScanInput", {"badge": "B\x00"}),
    ("ScanInput", {"reason": "a\x00"}), ("ScanInput", {"line": HUGE}), ("ScanInput", {"choice": HUGE}), ("ScanInput", {"operation": HUGE}),
    ("ScanInput", {"captured_at": "0001-01-01T00:00:00+14:00"}), ("ScanInput", {"captured_at": "9999-12-31T23:59:59-14:00"}),
    ("ProductInput", {"serial_no": "B\x00K"}), ("ComponentInput", {"match_id": 1, "component_line_no": HUGE}),
    ("ComponentInput", {"match_id": 1, "component_line_no": 10, "lot_no": "\x1d"}), ("ChangeInput", {"version": 1, "reason": "a\x00"}),
    ("PreallocationInput", {"serial_nos": ["B\x00K"]}), ("SelectionInput", {"reason": "a\x00"}), ("ReportInput", {"reason": "a\x00"}),
    ("ReportLineInput", {"match_id": 1, "error_cause": "a\x00"}),
])
def test_a29_what_a_column_could_choke_on_is_refused_at_the_door(model, given):
    with pytest.raises(ValidationError):
        getattr(inputs, model)(**given)


def test_scan_text_is_judged_where_it_is_read():
    """SCN-1: the text of a scan passes the door whatever it holds, because a refused scan is logged."""
    assert ScanInput(text="A\x00\x1d").text == "A\x00\x1d"
