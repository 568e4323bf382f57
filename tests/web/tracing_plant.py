"""What the tests of Item tracing trace: bikes built, reported, shipped and taken back; and a large lot of units."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from shopfloor.app import create_app
from shopfloor.genealogy.inputs import SelectionInput
from shopfloor.genealogy.reversing import reverse_report
from shopfloor.items.inputs import HoldNumber
from shopfloor.items.number_information import hold_number
from shopfloor.people.commands import create_operator, create_station
from shopfloor.people.inputs import FirstSetUp, NewOperator, NewStation
from shopfloor.people.models import Role
from shopfloor.people.set_up import CONSOLE, set_up
from shopfloor.web.extensions import db
from tests.conftest import runner
from tests.databases import fresh_url, settings_for
from tests.factories_genealogy import FRAME, PAINT, WHEEL, Station, bike_order, bike_plant, report
from tests.factories_orders import (
    adjust,
    make_customer,
    make_purchase_order,
    make_sales_order,
    make_vendor,
    opening_stock,
    receive,
    ship,
)
from tests.remembered import remembered
from tests.web.conftest import Site

FORMULA = '=HYPERLINK("http://evil")'
"""A vendor's name that a spreadsheet would run."""
MANY = 60
"""Frames of one delivery."""


@contextmanager
def traced_site(kind: str, folder) -> Iterator[Site]:
    """The app on a plant with bikes."""
    with fresh_url(kind) as url:
        app = create_app(settings_for(url, folder))
        with app.app_context():
            engine = db.engine
            with Session(engine) as session:
                _furnish(runner(session))
        yield Site(app, engine)
        engine.dispose()


@remembered
def _furnish(run) -> None:
    run(set_up, CONSOLE, given=FirstSetUp(plant_name="Bikes", administrator_no="E-ADMIN", administrator_name="Ada Admin", badge="B-ADMIN"))
    run(create_station, given=NewStation(code="ST-1", name="Station 1"))
    run(create_operator, given=NewOperator(no="E-QUAL", name="Quinn Quality", badge="B-QUAL", role=Role.QUALITY))
    bike_plant(run)
    _buy(run)
    bike_order(run, quantity="5")
    _build(run, run.session)
    _sell(run)
    run(hold_number, given=HoldNumber(item_no=PAINT, kind="Lot", number="P-A", reason="smells"))


def _buy(run) -> None:
    """Frames from a vendor, the rest found: F-1 to F-4 and many more, wheels, two lots of paint, bells; odd lots for the filters."""
    make_vendor(run, name=FORMULA)
    make_purchase_order(run, {"item_no": FRAME, "quantity": str(4 + MANY)})
    frames = [*(f"F-{n}" for n in range(1, 5)), *(f"FM-{n:03d}" for n in range(1, MANY + 1))]
    receive(run, "PO-1", *({"quantity": "1", "serial_no": number} for number in frames), vendor_shipment_no="DN-7")
    for number in range(1, 11):
        opening_stock(run, WHEEL, serial_no=f"W-{number}")
    for lot in ("P-A", "P-B", "A|B", "P-A..P-Z", "@lot", "-lot", "+lot", "<b>lot</b>", "it's"):
        opening_stock(run, PAINT, "2", lot_no=lot, expiration_date="2099-01-31")
    opening_stock(run, "BELL", "10")


def _build(run, session: Session) -> None:
    """B-1 and B-2 reported; B-3 reported and taken back; B-4 on the bench."""
    station = Station(session)
    units = {}
    parts = {
        "B-1": ("F-1", "W-1", "W-2", "P-A"), "B-2": ("F-2", "W-3", "W-4", "P-A"), "B-3": ("F-3", "W-5", "W-6", "P-B"),
        "B-4": ("F-4", "W-7"),
    }
    for product, numbers in parts.items():
        station.build(product, *numbers)
        units[product] = station.product
    report(run, units["B-1"], units["B-2"])
    report(run, units["B-3"])
    run(reverse_report, order_no="RPO-1", given=SelectionInput(selected=[units["B-3"]], reason="wrong label"))


def _sell(run) -> None:
    make_customer(run, name="Bikes & Söhne <Ltd>")
    make_customer(run, no="C2", name="Velo AB")
    make_sales_order(run, {"item_no": "BIKE", "quantity": "1"})
    ship(run, "SO-1", {"quantity": "1", "serial_no": "B-1"})
    make_sales_order(run, {"item_no": "BIKE", "quantity": "1"}, no="SO-2", customer_no="C2")
    ship(run, "SO-2", {"quantity": "1", "serial_no": "B-2"})
    adjust(run, {"entry_type": "Negative Adjmt.", "item_no": WHEEL, "quantity": "1", "serial_no": "W-10"}, reason="=bent")
