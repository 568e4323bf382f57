"""The shift machine's plant and hands: a plant with operations, substitutes and numbers from a series; what is done, and what was kept."""

from __future__ import annotations

import itertools
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal

from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopfloor.errors import Refusal
from shopfloor.genealogy.composition_queries import unit_composition
from shopfloor.genealogy.loading import loaded_at
from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from shopfloor.genealogy.order_numbers import create_order
from shopfloor.items import commands, number_series
from shopfloor.items.dispositions import DISPOSITION_CODE
from shopfloor.items.inputs import NewDispositionCode, NewNumberSeries
from shopfloor.items.number_series import create_default_series
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.people.commands import set_setting
from shopfloor.people.inputs import SettingValue
from shopfloor.people.master_commands import create_record
from shopfloor.people.models import Plant
from shopfloor.production import bills, queries
from shopfloor.production.components import order_components, order_lines
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, NewRouting, NewRoutingLine
from shopfloor.production.operations import read_progress
from tests.conftest import ADMINISTRATOR, runner
from tests.databases import fresh_engine
from tests.factories_genealogy import Station, commands_policy, problems
from tests.factories_items import make_item, make_location, make_tracking_codes, make_units
from tests.factories_orders import adjust, make_customer, make_sales_order
from tests.stateful.shift_model import BELL, CART, FRAME, GREASE, GROUPED, LAMP, ONE, PAINT, SHARE, TYRE, WHEEL, Line, Order, Shift, Unit

MANUAL, ASSIGNED = "RPO-1", "RPO-2"
CARTS = [f"CT-{n}" for n in range(1, 5)]
SERIALS = {FRAME: 6, WHEEL: 6, TYRE: 5, LAMP: 3}
PARTS = [(item, f"{item[0]}-{n}") for item, count in SERIALS.items() for n in range(1, count + 1)] + [(PAINT, "P-A"), (PAINT, "P-B")]
SECOND = replace(ADMINISTRATOR, station_code="ST-2")
GOOD_SCAN = {"COMPONENT_REGISTERED", "LINE_COMPLETED", "UNIT_COMPLETED", "COMPONENT_SHORT"}
_keys = itertools.count(1)


def shift_plant(run):
    """Carts with numbers as they come, and grouped ones with numbers from a series; both pass two operations."""
    make_units(run)
    make_tracking_codes(run)
    run(commands.create_policy, given=commands_policy({}))
    run(number_series.create_series, given=NewNumberSeries(code="GR", prefix="GR-", digits=4))
    make_item(run, CART, code="SN", policy="STRICT")
    make_item(run, GROUPED, code="SN", policy="STRICT", product_numbers="Predefined", serial_nos="GR")
    for item in SERIALS:
        make_item(run, item, code="SN", policy="STRICT")
    make_item(run, PAINT, unit="KG", code="LOTEXP", policy="STRICT", rounding_precision="0.001")
    make_item(run, BELL)
    make_item(run, GREASE)
    make_location(run, "MAIN")
    run(create_default_series)
    paint = NewBomLine(item_no=PAINT, quantity_per="0.25", flushing="Manual", over_tolerance_percent="4", may_be_loaded=True)
    frame, wheel = (NewBomLine(item_no=item, quantity_per=many, flushing="Manual") for item, many in ((FRAME, "1"), (WHEEL, "2")))
    flushed = (NewBomLine(item_no=BELL, quantity_per="1", operation_no=10), NewBomLine(item_no=GREASE, quantity_per="1", flushing="Start"))
    steps = tuple(NewRoutingLine(operation_no=no, description=name) for no, name in ((10, "Weld"), (20, "Fit")))
    for item, lines in ((CART, (frame, wheel, paint, *flushed)), (GROUPED, (frame, paint, *flushed))):
        run(bills.create_bom, given=NewBom(item_no=item, lines=lines))
        run(bills.create_routing, given=NewRouting(item_no=item, lines=steps))
    run(set_setting, given=SettingValue(name="report_waits_for_operations", value="Never"))
    code = NewDispositionCode(code="NOBUILD", name="Not to be built in", blocks_production=True)
    run(create_record, master=DISPOSITION_CODE, given=code)


def plain_lines(order_no):
    """What units need as long as nothing was added."""
    if order_no == MANUAL:
        return {10: Line(FRAME, ONE), 20: Line(WHEEL, Decimal(2)), 30: Line(PAINT, SHARE)}
    return {10: Line(FRAME, ONE), 20: Line(PAINT, SHARE)}


class ShiftStations(RuleBasedStateMachine):
    """Two stations and the office. The rules stand in the test."""

    kind = "sqlite"
    accepted = None
    """Set by the test: what was carried out at least once, so that a rule which is refused forever shows."""

    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        self.engine = self.stack.enter_context(fresh_engine(self.kind))
        self.session = self.stack.enter_context(Session(self.engine))
        self.session.add(Plant(plant_no=1, name="Test plant", time_zone="UTC"))
        self.session.commit()
        self.run = runner(self.session)
        self.model, self.steps = Shift(), 0
        self.prepare()
        benches = ((MANUAL, ADMINISTRATOR), (ASSIGNED, ADMINISTRATOR), (MANUAL, SECOND))
        self.stations = [Station(self.session, order, actor=actor) for order, actor in benches]

    def prepare(self):
        """Masters, an order of each kind, stock, and a customer who takes every product."""
        shift_plant(self.run)
        make_customer(self.run)
        make_sales_order(self.run, {"item_no": CART, "quantity": "50"}, {"item_no": GROUPED, "quantity": "50"})
        lines = [{"item_no": item, "serial_no": number, "quantity": "1"} for item, number in PARTS if item != PAINT]
        paint = {"item_no": PAINT, "expiration_date": "2099-01-31"}
        lines += [{**paint, "lot_no": "P-A", "quantity": "0.4"}, {**paint, "lot_no": "P-B", "quantity": "1"}]
        adjust(self.run, *lines, {"item_no": BELL, "quantity": "1000"}, {"item_no": GREASE, "quantity": "1000"})
        for item, number in PARTS:
            self.model.stock[(item, number)] = {"P-A": Decimal("0.4")}.get(number, ONE)
        self.model.stock[(BELL, "")] = self.model.stock[(GREASE, "")] = Decimal(1000)
        for no, item, quantity in ((MANUAL, CART, 3), (ASSIGNED, GROUPED, 2)):
            self.model.orders[no] = Order(no, item, quantity, plain_lines(no))
            self.run(create_order, given=NewProductionOrder(no=no, item_no=item, quantity=str(quantity), location_code="MAIN"))
            self.adopt_numbers(no)

    def teardown(self):
        try:
            assert problems(self.session) == []
        finally:
            self.stack.close()

    # --- doing -----------------------------------------------------------------------------------------------------------------

    def do(self, work, *, actor=ADMINISTRATOR, **keywords):
        """Carry a use case out twice with one key (A19). Gives its refusal's code, or None, and the answer."""
        key = f"shift-{next(_keys)}"
        first, again = (self.answer_of(lambda: self.run(work, actor, key=key, **keywords)) for _ in range(2))
        assert (first[0], first[1].outcome_fields()) == (again[0], again[1].outcome_fields())
        if first[0] is None:
            self.accepted[work.__name__] += 1
        return first

    @staticmethod
    def answer_of(call):
        try:
            return None, call()
        except Refusal as refusal:
            return refusal.code, refusal

    def adopt_numbers(self, order_no):
        """DIM-1: what the order lacked of numbers is there, none of them known before. Gives how many."""
        found = self.session.scalars(select(TrackedProduct).filter_by(order_no=order_no).order_by(TrackedProduct.match_id)).all()
        new = [row for row in found if row.match_id not in self.model.units]
        for row in new:
            assert row.serial_no not in {unit.number for unit in self.model.units.values()}
            self.model.units[row.match_id] = Unit(row.match_id, order_no, row.serial_no, "Pre-allocated", assigned=True)
        self.session.rollback()
        return len(new)

    # --- what the database kept ------------------------------------------------------------------------------------------------

    def units_kept(self):
        t = TrackedProduct
        rows = self.session.execute(select(t.match_id, t.order_no, t.serial_no, t.state, t.good_quantity, t.error_quantity))
        return {match: tuple(rest) for match, *rest in rows}

    def parts_kept(self):
        t = ComponentAssociation
        number = func.coalesce(func.nullif(t.serial_no, ""), t.lot_no)
        columns = (t.association_no, t.match_id, t.component_line_no, number, t.state, t.quantity, t.consumed_quantity)
        return {no: tuple(rest) for no, *rest in self.session.execute(select(*columns))}

    def stock_kept(self):
        t = OpenItemEntry
        number = func.coalesce(func.nullif(t.serial_no, ""), t.lot_no)
        rows = self.session.execute(select(t.item_no, number, func.sum(t.remaining), func.sum(t.reserved)).group_by(t.item_no, number))
        return {(item, name): (remaining, reserved) for item, name, remaining, reserved in rows}

    def order_kept(self, no):
        """Stage, started, reported, what passed the operations, what was consumed without a number."""
        line = order_lines(self.session, no)[0]
        passed = {one.operation.operation_no: (one.operation.good, one.operation.scrap) for one in read_progress(self.session, no)}
        consumed = {c.item_no: c.consumed for c in order_components(self.session, no) if c.item_no in {BELL, GREASE}}
        status = queries.order_row(self.session, no).status
        return status, line.quantity, line.started, line.good + line.error, passed, consumed

    def made_of(self, unit, *, built):
        found = unit_composition(self.session, unit.order, unit.match, built=built)
        return [(p.component_line_no, p.association_no, p.item_no, p.tracking.label(), p.quantity) for p in found.parts]

    def loaded_kept(self):
        return {
            station: sorted((one.order_no, one.component_line_no, one.lot_no) for one in loaded_at(self.session, station))
            for station in ("ST-1", "ST-2")
        }
