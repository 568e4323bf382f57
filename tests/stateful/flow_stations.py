"""The stations of the flow machine: they do things, put them on paper, and read what the database kept."""

from __future__ import annotations

import itertools
from collections import defaultdict
from contextlib import ExitStack
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopfloor.errors import Refusal
from shopfloor.genealogy.inputs import SelectionInput
from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.people.models import Plant
from tests.conftest import runner
from tests.databases import fresh_engine
from tests.factories_genealogy import BELL, BIKE, FRAME, PAINT, WHEEL, Station, bike_order, bike_plant, gs1, problems
from tests.factories_orders import adjust, make_customer, make_sales_order
from tests.stateful.flow_model import LINE_OF, ZERO, Model, Unit

ORDERS = ("RPO-1", "RPO-2")
UNITS = [f"BK-{n}" for n in range(1, 6)]
FRAMES, WHEELS, LOTS = ["F-1", "F-2", "F-3"], [f"W-{n}" for n in range(1, 6)], ["P-A", "P-B"]
PARTS = [*((FRAME, n) for n in FRAMES), *((WHEEL, n) for n in WHEELS), *((PAINT, n) for n in LOTS)]
WEIGHTS = {"0.05": "3103000050", "0.1": "3103000100", "0.25": "3103000250", "0.26": "3103000260"}
DATE = "2099-01-31"
GOOD_SCAN = {"COMPONENT_REGISTERED", "LINE_COMPLETED", "UNIT_COMPLETED", "COMPONENT_SHORT"}
_keys = itertools.count(1)


class FlowStations(RuleBasedStateMachine):
    """Four stations on two orders. The rules stand in the test."""

    kind = "sqlite"

    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        self.engine = self.stack.enter_context(fresh_engine(self.kind))
        self.session = self.stack.enter_context(Session(self.engine))
        self.session.add(Plant(plant_no=1, name="Test plant", time_zone="UTC"))
        self.session.commit()
        self.run = runner(self.session)
        self.model, self.sent, self.steps, self.serials = Model(), [], 0, itertools.count(100)
        self.prepare()
        self.stations = [Station(self.session, order) for order in ORDERS * 2]
        self.undoable = defaultdict(list)
        for at, number in ((0, "BK-1"), (1, "BK-2"), (2, "BK-3")):
            self.new_unit(at, number)
            self.scan_all(at)

    def prepare(self):
        """Masters, three of each unit started on two orders, stock, and a customer who takes every bike."""
        bike_plant(self.run)
        for order in ORDERS:
            bike_order(self.run, quantity="3", no=order)
        make_customer(self.run)
        make_sales_order(self.run, {"item_no": BIKE, "quantity": "50"})
        lines = [{"item_no": item, "serial_no": number, "quantity": "1"} for item, number in PARTS if item != PAINT]
        lines += [{"item_no": PAINT, "lot_no": lot, "quantity": "0.6", "expiration_date": DATE} for lot in LOTS]
        adjust(self.run, *lines, {"item_no": BELL, "quantity": "1000"})
        for item, number in PARTS:
            self.model.stock[(item, number)] = Decimal("0.6") if item == PAINT else Decimal(1)
        self.model.stock[(BELL, "")] = Decimal(1000)

    def teardown(self):
        try:
            assert problems(self.session) == []
        finally:
            self.stack.close()

    # --- doing -----------------------------------------------------------------------------------------------------------------

    def do(self, work, **keywords):
        """Carry a use case out. Gives its refusal's code, or None, and the answer. Anything but a typed refusal fails the test."""
        key = f"flow-{next(_keys)}"
        self.sent.append(lambda: self.answer_of(lambda: self.run(work, key=key, **keywords)))
        return self.answer_of(lambda: self.run(work, key=key, **keywords))

    @staticmethod
    def answer_of(call):
        try:
            return None, call()
        except Refusal as refusal:
            return refusal.code, refusal

    def send(self, station, kind, text, **more):
        """One entry of a station's queue; it can be sent again under its key later, from a copy of the station."""
        code = station.send(kind, text, **more)
        key, answer = station.key, station.answer

        def again():
            copy = Station(self.session, station.order_no, name=station.name)
            copy.send(kind, text, key=key)
            return (copy.answer.code if isinstance(copy.answer, Refusal) else None), copy.answer

        self.sent.append(again)
        assert answer.code == code
        return code

    def several(self, work, candidates, expected, **more):
        """An action on a selection (ASC-6): gives those that went well; a single refused one is the refusal itself."""
        selected = list(candidates)
        code, answer = self.do(work, given=SelectionInput(selected=selected, **more.pop("given", {})), **more)
        codes = [expected[c] for c in selected]
        if len(selected) == 1 and codes[0]:
            assert code == codes[0]
            return []
        assert code is None, f"{code} instead of {codes}"
        assert sorted(r["code"] for r in answer.refused) == sorted(c for c in codes if c)
        return [c for c in selected if expected[c] is None]

    def draw_parts(self, data, *, most=2):
        """Some registrations of one order; its number."""
        first = data.draw(st.sampled_from(self.model.active()))
        more = [p for p in self.model.active(order=first.order) if p is not first]
        return [first, *(data.draw(st.lists(st.sampled_from(more), max_size=most - 1, unique_by=lambda p: p.no)) if more else [])]

    # --- scans ---------------------------------------------------------------------------------------------------------------

    def new_unit(self, at, number, *, coded=False, confirm=False):
        station = self.stations[at]
        self.send(station, "mode", "Product")
        expected = self.model.product_code(station.order_no, number)
        assert self.send(station, "scan", gs1(BIKE, serial=number) if coded else number) == expected
        if expected == "NUMBER_WAS_REMOVED" and confirm:
            expected = self.model.product_code(station.order_no, number, confirmed=True)
            assert self.send(station, "confirm", "", confirms=station.key) == expected
        if expected in {"PRODUCT_REGISTERED", "PRODUCT_REVIVED"}:
            match = station.product
            assert (match in self.model.units) == (expected == "PRODUCT_REVIVED")
            self.model.units[match] = Unit(match, station.order_no, number)
            self.undoable[at].append(("unit", match, ZERO, ZERO))

    def to_some_unit(self, at, data):
        """TCP-13: a unit of the order is tapped; or the station stays at what it had, which may be gone by now."""
        units = [m for m, u in sorted(self.model.units.items()) if u.order == self.stations[at].order_no and u.state != "Removed"]
        chosen = data.draw(st.sampled_from([0, *units, *units]))
        if chosen:
            self.send(self.stations[at], "product", str(chosen))
            self.stations[at].line = 0
            assert self.stations[at].product == chosen

    def scan_part(self, at, item, number, *, coded=False, weight=None):
        station, model = self.stations[at], self.model
        self.send(station, "mode", "Component")
        exact = Decimal(weight) if weight else None
        match = station.product
        expected = model.scan_code(match, item, number, exact)
        name = {"lot": number} if item == PAINT else {"serial": number}
        text = gs1(item, **name, more=WEIGHTS[weight] if weight else "") if coded else number
        code = self.send(station, "scan", text)
        station.line = 0
        if expected is not None:
            assert code in expected, f"{code} instead of {expected}: {station.answer}"
            return
        assert code in GOOD_SCAN, station.answer
        taken, existing, no = model.taken(match, item, number, exact), model.top_up(match, item, number), station.answer.association_no
        assert Decimal(station.answer.quantity) == taken
        assert (existing is None) == (no not in model.parts)
        before = model.register(no, match, item, number, taken)
        self.undoable[at].append(("part", no, before, model.parts[no].quantity))
        assert (code == "UNIT_COMPLETED") == model.complete(match)
        assert (code in {"UNIT_COMPLETED", "LINE_COMPLETED"}) == (not model.missing(match, LINE_OF[item]))

    def scan_all(self, at):
        match = self.stations[at].product
        for item, number in PARTS:
            unit = self.model.units.get(match)
            if unit is not None and unit.state == "Open" and self.model.missing(match, LINE_OF[item]) and self.model.free(item, number):
                self.scan_part(at, item, number)

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
