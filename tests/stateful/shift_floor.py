"""What the shift machine does on the floor: start, reset, scan, load, correct, pick, and add what the bill does not say."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from sqlalchemy import func, select

from shopfloor.genealogy.added_components import add_component
from shopfloor.genealogy.corrections import remove_components, remove_products
from shopfloor.genealogy.inputs import AddComponent, LoadBatch, LoadedLine, SelectionInput
from shopfloor.genealogy.loading import load_batch, unload_batch
from shopfloor.genealogy.models import ComponentAssociation
from shopfloor.genealogy.picking import pick, unpick
from shopfloor.genealogy.resetting import reset_order
from shopfloor.genealogy.starting import start_order
from shopfloor.production.inputs import ChangeProductionOrder, ResetOrder, StartOrder
from shopfloor.production.models import ProductionOrder
from shopfloor.production.planning import change_order
from tests.conftest import ADMINISTRATOR
from tests.stateful.shift_model import LAMP, ONE, PAINT, TYRE, Line, Unit
from tests.stateful.shift_stations import ASSIGNED, CARTS, GOOD_SCAN, MANUAL, PARTS, SECOND, ShiftStations, plain_lines

ORDERS = st.sampled_from([MANUAL, MANUAL, ASSIGNED])


def some(data, found):
    """One of them."""
    return data.draw(st.sampled_from(list(found)))


class ShiftFloor(ShiftStations):
    """The rules of the office stand in the test."""

    @initialize(quantity=st.integers(2, 3), second=st.booleans(), lot=st.sampled_from(["P-A", "P-B"]), reports=st.booleans())
    def begin(self, quantity, second, lot, reports):
        """Both orders run, a batch is loaded somewhere, three units have all their parts; perhaps something is reported."""
        self.change_quantity(ASSIGNED, quantity)
        for order in (MANUAL, ASSIGNED):
            self.start(order, 3 if order == MANUAL else 2)
        self.load(MANUAL, second, lot, 30)
        for at, number in ((0, "CT-1"), (2, "CT-2"), (1, "GR-0001")):
            self.scan_unit(at, number)
            self.fill(at, self.model.units[self.stations[at].product])
        if reports:
            self.report_something()

    def report_something(self):
        """The office does."""
        raise NotImplementedError

    # --- stages ------------------------------------------------------------------------------------------------------------------

    @rule(order=ORDERS, quantity=st.sampled_from([-2, -1, 1, 2]))
    def start(self, order, quantity):
        """LIF-3, LIF-4, EDG-31, DIM-1."""
        order = self.model.orders[order]
        code, answer = self.do(start_order, given=StartOrder(order_no=order.no, quantity=str(quantity)))
        expected = self.model.start_code(order, quantity)
        assert code == expected, answer
        if code is None:
            self.model.start(order, quantity)
            numbered = len(self.model.units_of(order.no, "Pre-allocated", "Open", "Reported"))
            assert self.adopt_numbers(order.no) == (max(order.quantity - numbered, 0) if order.no == ASSIGNED else 0)

    @precondition(lambda self: self.steps % 10 == 9 or any(order.status != "Started" for order in self.model.orders.values()))
    @rule(order=ORDERS, confirmed=st.sampled_from([True, True, False]))
    def reset(self, order, confirmed):
        order = self.model.orders[order]
        code, answer = self.do(reset_order, given=ResetOrder(order_no=order.no, reason="wrong", confirmed=confirmed))
        assert code == self.model.reset_code(order, confirmed=confirmed), answer
        if code is None:
            self.model.reset(order)

    @precondition(lambda self: any(order.status != "Started" for order in self.model.orders.values()))
    @rule(order=ORDERS, quantity=st.integers(2, 4))
    def change_quantity(self, order, quantity):
        """EDG-36: only before it is started, and while nothing is registered; then it is exploded anew."""
        order = self.model.orders[order]
        version = self.session.scalar(select(ProductionOrder.version).filter_by(no=order.no))
        given = ChangeProductionOrder(order_no=order.no, version=version, quantity=str(quantity), location_code="MAIN")
        code, answer = self.do(change_order, given=given)
        expected = "ORDER_STATUS" if order.status == "Started" else "ORDER_RESERVED" if self.model.active(order=order.no) else None
        assert code == expected, answer
        if code is None:
            order.quantity, order.lines = quantity, plain_lines(order.no)

    # --- scans -------------------------------------------------------------------------------------------------------------------

    @rule(data=st.data(), at=st.integers(0, 2))
    def scan_a_unit(self, data, at):
        known = [unit.number for unit in self.model.units.values() if unit.order == self.stations[at].order_no]
        self.scan_unit(at, some(data, [*known, *CARTS] if at != 1 else [*known, "GR-9999"]))

    def scan_unit(self, at, number):
        """SCN-9, D24, DIM-2."""
        station = self.stations[at]
        order = self.model.orders[station.order_no]
        station.mode, station.product, station.line = "Product", 0, 0
        code = station.scan(number)
        unit = next((u for u in self.model.units.values() if (u.order, u.number) == (order.no, number)), None)
        assert code == self.unit_code(order, unit), station.answer
        if code in {"PRODUCT_REGISTERED", "PRODUCT_REVIVED"}:
            unit = self.model.units.setdefault(station.product, unit or Unit(station.product, order.no, number))
            assert unit.match == station.product
            unit.state = "Open"
            self.serve_from_loaded(station, unit)

    def unit_code(self, order, unit):
        if order.status != "Started":
            return "ORDER_STATUS"
        if unit is not None and unit.state in {"Open", "Reported"}:
            return "PRODUCT_REPORTED" if unit.state == "Reported" else "PRODUCT_SELECTED"
        if unit is None and order.no == ASSIGNED:
            return "PRODUCT_NOT_PREALLOCATED"
        if len(self.model.units_of(order.no, "Open", "Reported")) >= order.started:
            return "PRODUCT_OVER_STARTED"
        return "PRODUCT_REVIVED" if unit is not None and unit.state == "Removed" else "PRODUCT_REGISTERED"

    def serve_from_loaded(self, station, unit):
        taken = self.model.take_from_loaded(station.actor.station_code, unit)
        assert any(note["code"] == "BATCH_TAKEN" for note in station.answer.notes) == (taken is not None)
        if taken is not None:
            self.accepted["loaded"] += 1
            self.model.register(self.newest(), unit, PAINT, *taken)

    def newest(self):
        found = self.session.scalar(select(func.max(ComponentAssociation.association_no)))
        self.session.rollback()
        return found

    @rule(data=st.data(), at=st.integers(0, 2), part=st.sampled_from(PARTS))
    def scan_a_part(self, data, at, part):
        units = self.model.units_of(self.stations[at].order_no, "Open", "Open", "Reported", "Removed", "Pre-allocated")
        if units:
            self.scan_part(at, some(data, units), *part)

    @rule(data=st.data(), at=st.integers(0, 2))
    def scan_what_is_missing(self, data, at):
        """So that units get complete often enough."""
        units = self.model.units_of(self.stations[at].order_no, "Open")
        if units:
            self.fill(at, some(data, units))

    def fill(self, at, unit):
        for item, number in PARTS:
            if self.model.part_fits(unit, item, number):
                self.scan_part(at, unit, item, number)

    def scan_part(self, at, unit, item, number):
        station = self.stations[at]
        station.mode, station.product, station.line = "Component", unit.match, 0
        code = station.scan(number)
        fits = self.model.orders[unit.order].status == "Started" and unit.state == "Open" and self.model.part_fits(unit, item, number)
        assert (code in GOOD_SCAN) == fits, station.answer
        if fits:
            missing = self.model.missing(unit, self.model.line_of(unit, item))
            taken = min(self.model.free(item, number), missing) if item == PAINT else ONE
            assert Decimal(station.answer.quantity) == taken
            part = self.model.register(station.answer.association_no, unit, item, number, taken)
            assert part.match == unit.match
            assert (code == "UNIT_COMPLETED") == self.model.complete(unit)

    # --- loaded batches ------------------------------------------------------------------------------------------------------------

    @rule(order=ORDERS, second=st.booleans(), lot=st.sampled_from(["P-A", "P-B"]), line=st.sampled_from([10, 20, 30, 30]))
    def load(self, order, second, lot, line):
        """D24."""
        order, actor = self.model.orders[order], SECOND if second else ADMINISTRATOR
        code, answer = self.do(load_batch, actor=actor, order_no=order.no, given=LoadBatch(component_line_no=line, lot_no=lot))
        there = order.lines.get(line)
        expected = (
            "ORDER_STATUS" if order.status != "Started" else "NOT_FOUND" if there is None
            else "NOT_LOADABLE" if there.item != PAINT else "NUMBER_UNKNOWN" if not self.model.stock[(PAINT, lot)]
            else self.model.hold_code(PAINT, lot)
        )
        assert code == expected, answer
        if code is None:
            here = [one for one in self.model.loaded[actor.station_code] if one[1] != line]
            self.model.loaded[actor.station_code] = [*here, (order.no, line, lot)]

    @precondition(lambda self: any(self.model.loaded.values()))
    @rule(order=ORDERS, second=st.booleans(), line=st.sampled_from([20, 30]))
    def unload(self, order, second, line):
        actor = SECOND if second else ADMINISTRATOR
        here = self.model.loaded[actor.station_code]
        code, answer = self.do(unload_batch, actor=actor, order_no=order, given=LoadedLine(component_line_no=line))
        left = [one for one in here if one[:2] != (order, line)]
        assert code == (None if len(left) < len(here) else "NOT_FOUND"), answer
        self.model.loaded[actor.station_code] = left

    # --- corrections -----------------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.active())
    @rule(data=st.data(), confirmed=st.booleans())
    def remove_a_part(self, data, confirmed):
        part = some(data, self.model.active())
        given = SelectionInput(selected=[part.no], confirmed=confirmed)
        code, answer = self.do(remove_components, order_no=part.order, given=given)
        assert code == self.removal_code(part, confirmed=confirmed), answer
        if code is None:
            part.state = "Removed"

    @staticmethod
    def removal_code(part, *, confirmed):
        if part.consumed:
            return "ROW_LOCKED"
        return "HAS_PICKS" if part.state == "Picked" and not confirmed else None

    @precondition(lambda self: self.model.units)
    @rule(data=st.data())
    def remove_a_unit(self, data):
        """EDG-27, DIM-3: a number of the series goes back to its list, and from there away."""
        unit = some(data, [u for _, u in sorted(self.model.units.items()) if u.state != "Removed"] or list(self.model.units.values()))
        parts = self.model.active(match=unit.match)
        locked = unit.state == "Reported" or any(p.consumed for p in parts)
        code, answer = self.do(remove_products, order_no=unit.order, given=SelectionInput(selected=[unit.match], confirmed=True))
        assert code == ("NOT_FOUND" if unit.state == "Removed" else "ROW_LOCKED" if locked else None), answer
        if code is None:
            for part in parts:
                part.state = "Removed"
            unit.state = "Pre-allocated" if unit.assigned and unit.state == "Open" else "Removed"

    @precondition(lambda self: self.model.active())
    @rule(data=st.data())
    def pick_or_put_back(self, data):
        part = some(data, self.model.active())
        out = part.state != "Picked"
        code, answer = self.do(pick if out else unpick, order_no=part.order, given=SelectionInput(selected=[part.no]))
        expected = None
        if out:
            started = self.model.orders[part.order].status == "Started"
            above = started and part.state == "Open" and self.model.awaiting(self.model.units[part.match])
            expected = "ORDER_STATUS" if not started or above else "NOT_PICKABLE" if part.state != "Open" else None
            expected = expected or self.model.hold_code(part.item, part.number)
        assert code == expected, answer
        if code is None:
            part.state = "Picked" if out else "Open"

    @rule(data=st.data(), order=ORDERS, item=st.sampled_from([LAMP, TYRE]), start=st.sampled_from(["all", "new", "one"]))
    def add_or_substitute(self, data, order, item, start):
        """D36: lamps besides, tyres instead of wheels."""
        order = self.model.orders[order]
        units = self.model.units_of(order.no, "Pre-allocated", "Open", "Reported")
        if any(line.item == item for line in order.lines.values()) or (item == TYRE and order.no == ASSIGNED):
            return
        named = some(data, units).match if start == "one" and units else 0
        last = max([u.match for u in units if u.state != "Pre-allocated"], default=0)
        first = last + 1 if start == "new" else named
        given = AddComponent(
            item_no=item, quantity_per="2" if item == TYRE else "1", replaces_line_no=20 if item == TYRE else 0, from_match_id=named,
            new_units_only=start == "new", reason="ran out",
        )
        code, answer = self.do(add_component, order_no=order.no, given=given)
        passed_over = any(u.match < first for u in units if u.state == "Pre-allocated")
        assert code == ("ORDER_STATUS" if order.status != "Started" else "INVALID_INPUT" if passed_over else None), answer
        if code is None:
            order.lines[answer.line_no] = Line(item, Decimal(2 if item == TYRE else 1), first)
            if item == TYRE:
                order.lines[20].until = first or 1
