"""Probe (to be deleted)."""
from __future__ import annotations
from decimal import Decimal
import pytest
from sqlalchemy import func, select
from shopfloor.errors import Refusal
from shopfloor.genealogy.adjusting import cancel_journal, change_journal_line, open_journal, post_journal
from shopfloor.genealogy.corrections import change_component, create_component, create_product, move_component, remove_components, remove_products
from shopfloor.genealogy.inputs import *
from shopfloor.genealogy.inputs import ChangeInput, ComponentInput, JournalLineInput, ProductInput, ReportInput, ReportLineInput, SelectionInput
from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from shopfloor.genealogy.picking import pick
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.reversing import reverse_report
from shopfloor.items import commands
from shopfloor.production import bills
from shopfloor.production import commands as production
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, StartOrder
from tests.factories_genealogy import *
from tests.factories_genealogy import bike_plant, bike_stock, bike_order, Station, problems, remove, report, gs1, stock
from tests.factories_items import make_item
from tests.genealogy.test_associations import associations, no_of, state_of, stock_of
ORDER = {"order_no": "RPO-1"}

def out(run, *a, **k):
    try:
        r = run(*a, **k)
        return (r.code, r.outcome_fields())
    except Refusal as e:
        return (e.code, str(e))
    except BaseException as e:
        return ("CRASH", repr(e)[:300])

@pytest.fixture
def batch(run, session):
    bike_plant(run); bike_stock(run)
    make_item(run, "GLUE", unit="KG", code="LOT", policy="STRICT", rounding_precision="0.001")
    run(bills.create_bom, given=NewBom(item_no="GLUE", lines=(NewBomLine(item_no=PAINT, quantity_per="0.1", flushing="Manual"),)))
    run(production.create_order, given=NewProductionOrder(no="RPO-2", item_no="GLUE", quantity="4", location_code="MAIN"))
    run(production.start_order, given=StartOrder(order_no="RPO-2", quantity="4"))
    return "RPO-2"

def test_dup_report(batch, run, session):
    st = Station(session, "RPO-2")
    print(out(run, create_product, order_no="RPO-2", given=ProductInput(lot_no="G-1", quantity="2")))
    m = session.scalar(select(TrackedProduct.match_id)); session.rollback()
    print(out(run, create_component, order_no="RPO-2", given=ComponentInput(match_id=m, component_line_no=10, lot_no="P-A")))
    print(associations(session))
    print("DUP", out(run, report_as_finished, order_no="RPO-2", given=ReportInput(lines=[ReportLineInput(match_id=m), ReportLineInput(match_id=m)])))
    print(associations(session), stock_of(session, PAINT), stock_of(session, "GLUE"))
    print("PROBLEMS", problems(session))

def test_neg(station, run, session):
    station.build("BK-1", "F-1", "W-1", "P-A")
    no = no_of(session, "P-A")
    m = station.product
    for q in ("-1", "0", "0.00001", "999999999999"):
        print("CHANGE", q, out(run, change_component, **ORDER, association_no=no, given=ChangeInput(version=1, quantity=q)))
    station.build("BK-2")
    m2 = station.product
    for q in ("-1", "-0.001", "0", "0.0001", "999999999999"):
        print("CREATE", q, out(run, create_component, **ORDER, given=ComponentInput(match_id=m2, component_line_no=30, lot_no="P-A", quantity=q)))
        print(associations(session))
    print("PROBLEMS", problems(session))

def test_nul(station, run, session):
    station.build("BK-1", "F-1", "W-1", "P-A")
    m = station.product
    print("PROD", out(run, create_product, **ORDER, given=ProductInput(serial_no="B\x00K")))
    print("PRODGS", out(run, create_product, **ORDER, given=ProductInput(serial_no="B\x1dK")))
    print("COMP", out(run, create_component, **ORDER, given=ComponentInput(match_id=m, component_line_no=20, serial_no="B\x00K")))
    print("CHG", out(run, change_component, **ORDER, association_no=no_of(session, "F-1"), given=ChangeInput(version=1, serial_no="B\x00K")))
    print("CHGreason", out(run, change_component, **ORDER, association_no=no_of(session, "P-A"), given=ChangeInput(version=1, quantity="0.1", reason="a\x00b")))
    print("REASON", out(run, remove_components, **ORDER, given=SelectionInput(selected=[no_of(session, "W-1")], reason="a\x00b")))
    print("PICK", out(run, pick, **ORDER, given=SelectionInput(selected=[no_of(session, "F-1")], reason="a\x00b")))
    from shopfloor.genealogy.preallocation import preallocate
    print("PREALLOC", out(run, preallocate, **ORDER, given=PreallocationInput(serial_nos=["B\x00K"])))
    print("PREALLOC2", out(run, preallocate, **ORDER, given=PreallocationInput(serial_nos=["Z-1","Z-2","Z-3","Z-4","Z-5"])))
    print("CAUSE", out(run, report_as_finished, **ORDER, given=ReportInput(lines=[ReportLineInput(match_id=m, good="0", error="1", error_cause="a\x00")], accept_error=True, reason="r\x00")))

def test_nul_scan(station, session):
    station.scan("BK-1")
    for more in ({"after_key": "a\x00"}, {"confirms": "a\x00"}, {"holds": "a\x00"}, {"held": "(10)\x00"}, {"held": "(37)\x00"}, {"badge": "B\x00", "reason": "x"}):
        try:
            print("SCAN", more, station.send("confirm" if "confirms" in more else "scan", "F-1", **more))
        except BaseException as e:
            print("SCAN CRASH", more, repr(e)[:200]); session.rollback()
    assert station.scan("F-2") == "SERIAL_LIMIT"
    k = station.key
    try:
        print("BADGE", station.send("confirm", "", confirms=k, reason="x\x00", badge="B-SUP"))
    except BaseException as e:
        print("BADGE CRASH", repr(e)[:200]); session.rollback()
    try:
        print("BADGE2", station.send("confirm", "", confirms=k, reason="x", badge="B-S\x00UP"))
    except BaseException as e:
        print("BADGE2 CRASH", repr(e)[:200]); session.rollback()

def test_look_alike_yes(station, session):
    station.scan("BK-1")
    print(station.scan("w-1", source="camera"), station.key)
    print("CAMERA YES", station.send("confirm", "", confirms=station.key), station.answer)
    print(station.scan(gs1("WHEEL", serial="w-2")))
    print("GS1 YES", station.send("confirm", "", confirms=station.key), station.answer)
    station.send("mode", "Product")
    print(station.scan("bk-1"))
    print("PRODUCT YES", station.send("confirm", "", confirms=station.key), station.answer)
    station.send("mode", "Product")
    print(station.scan(gs1("BIKE", serial="bk-1")))
    print("PRODUCT GS1 YES", station.send("confirm", "", confirms=station.key), station.answer)

def test_chain(station, run, session):
    stock(run, FRAME, "X-1"); stock(run, "WHEEL", "X-1")
    station.scan("BK-1")
    station.send("mode", "Product")
    # product mode, current product none
    station.scan("BK-1"); 
    # look-alike then serial limit
    station.scan("F-1")
    station.line = 10
    print(station.scan("f-2", source="camera"), station.answer)
    k1 = station.key
    print("1st yes", station.send("confirm", "", confirms=k1), station.answer)
    k2 = station.key
    print("2nd yes", station.send("confirm", "", confirms=k2, reason="double", badge="B-SUP"), station.answer)

def test_partial_reduce_line_reservation(station, run, session):
    pass
