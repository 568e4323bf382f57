"""T5: a shift at random: starts, resets, loaded batches, substitutes, operations, holds, inspections, replaced parts, numbers of a series.

After every step orders, units, what they are and were made of, stock, reservations and loaded batches agree with a model on paper, and
what was refused changed nothing. Every ten steps and at the end all invariants hold. `SHOPFLOOR_LONG=1` makes it long.
"""

from __future__ import annotations

import os
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from shopfloor.genealogy.inputs import OldPart, ReplaceInput, ReportInput, ReportLineInput, SelectionInput
from shopfloor.genealogy.models import ComponentAssociation
from shopfloor.genealogy.operation_inputs import ReportOperation, TakeBackEntry
from shopfloor.genealogy.operations import report_operation, take_back_entry
from shopfloor.genealogy.replacing import replace_component
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.reversing import reverse_report
from shopfloor.items.dispositions import set_disposition
from shopfloor.items.inputs import HoldNumber, SetDisposition
from shopfloor.items.number_information import hold_number, release_number
from shopfloor.orders.commands import post_shipment
from shopfloor.orders.inputs import PostShipment
from shopfloor.quality.commands import conclude, create_inspection
from shopfloor.quality.inputs import Conclude, NewInspection
from shopfloor.quantity import shown
from tests.factories_genealogy import problems
from tests.stateful.shift_floor import ORDERS, ShiftFloor, some
from tests.stateful.shift_model import BELL, CART, CODE, GREASE, HAND, PAINT, Entry
from tests.stateful.shift_stations import ASSIGNED, MANUAL, PARTS

LONG = bool(os.environ.get("SHOPFLOOR_LONG"))
SIZES = {"sqlite": (300, 100) if LONG else (10, 50), "postgresql": (60, 100) if LONG else (4, 40)}
CARRIED_OUT = {
    "add_component", "change_order", "conclude", "create_inspection", "hold_number", "load_batch", "loaded", "pick", "post_shipment",
    "release_number", "remove_components", "remove_products", "replace_component", "report_as_finished", "report_operation", "reset_order",
    "reverse_report", "set_disposition", "start_order", "take_back_entry", "unload_batch", "unpick",
}
"""What must have succeeded somewhere in the test."""


class ShiftMachine(ShiftFloor):
    def report_something(self):
        """One operation of each order, and a unit that is complete."""
        first, other = (self.model.units_of(no, "Open")[0] for no in (MANUAL, ASSIGNED))
        for unit in (first, other):
            self.operate(self.model.orders[unit.order], 10, unit, 0, finish=False)
        self.report_unit(first, good=True, accept=False)

    # --- report, reverse, ship ---------------------------------------------------------------------------------------------------

    def named(self, data, *states):
        """A unit, most often one in such a state."""
        units = [u for _, u in sorted(self.model.units.items())]
        wanted = [u for u in units if u.state in states]
        return some(data, [*units, *wanted, *wanted, *wanted]) if units else None

    @rule(data=st.data(), good=st.sampled_from([True, True, True, False]), accept=st.sampled_from([False, False, True]))
    def report(self, data, good, accept):
        unit = self.named(data, "Open")
        if unit is not None and unit.state != "Removed":
            self.report_unit(unit, good=good, accept=accept)

    def report_unit(self, unit, *, good, accept):
        line = {"good": "1"} if good else {"good": "0", "error": "1", "error_cause": "dropped"}
        given = ReportInput(lines=[ReportLineInput(match_id=unit.match, **line)], accept_error=accept, reason="why not")
        code, answer = self.do(report_as_finished, order_no=unit.order, given=given)
        started = self.model.orders[unit.order].status == "Started"
        assert code == (self.model.report_code(unit, good, accept=accept) if started else "ORDER_STATUS"), answer
        if code is None:
            self.model.report(unit, good, answer.register_no)

    @rule(data=st.data())
    def reverse(self, data):
        unit = self.named(data, "Reported")
        if unit is None or unit.state == "Removed":
            return
        code, answer = self.do(reverse_report, order_no=unit.order, given=SelectionInput(selected=[unit.match], reason="again"))
        assert code == self.model.reversal_code(unit), answer
        if code is None:
            self.model.reverse(unit)

    @precondition(lambda self: self.steps % 3 == 0 and any(unit.good for unit in self.model.units.values()))
    @rule(data=st.data())
    def ship(self, data):
        unit = some(data, [u for _, u in sorted(self.model.units.items()) if u.good])
        key = (self.model.orders[unit.order].item, unit.number)
        line = {"line_no": 10000 if key[0] == CART else 20000, "serial_no": unit.number}
        code, answer = self.do(post_shipment, given=PostShipment(order_no="SO-1", lines=[line]))
        expected = "NOT_AVAILABLE" if not self.model.stock[key] else self.model.hold_code(*key)
        assert code == expected, answer
        if code is None:
            self.model.stock[key] -= 1

    # --- a part of a built unit is replaced ----------------------------------------------------------------------------------------

    @precondition(lambda self: any(part.consumed for part in self.model.active()))
    @rule(data=st.data(), old_part=st.sampled_from(list(OldPart)), quantity=st.sampled_from(["", "", "0.1", "0.26", "0.27"]))
    def replace_a_part(self, data, old_part, quantity):
        """D22: what was built in comes out, whatever its unit has become."""
        built = [part for part in self.model.active() if part.consumed]
        old = some(data, [*built, *self.model.active()])
        number = some(data, [n for item, n in PARTS if item == old.item])
        version = self.session.scalar(select(ComponentAssociation.version).filter_by(association_no=old.no))
        self.session.rollback()
        exact = Decimal(quantity) if quantity and old.item == PAINT else old.consumed
        name = {"lot_no": number, "quantity": shown(exact) if exact else None} if old.item == PAINT else {"serial_no": number}
        given = ReplaceInput(version=version, reason="bent", old_part=old_part, **name)
        code, answer = self.do(replace_component, order_no=old.order, association_no=old.no, given=given)
        fits = self.replacement_fits(old, number, exact)
        assert (code is None) == fits, answer
        if fits:
            self.replaced(old, number, exact, old_part)

    def replacement_fits(self, old, number, exact):
        if self.model.orders[old.order].status != "Started" or not old.consumed or number == old.number:
            return False
        unit = self.model.units[old.match]
        return self.model.part_fits(unit, old.item, number, exact if old.item == PAINT else None, without=old)

    def replaced(self, old, number, exact, old_part):
        model, quantity, unit = self.model, old.consumed, self.model.units[old.match]
        model.give_back(old, "Removed")
        same = [p for p in model.active(match=old.match, item=old.item, number=number) if p.state in {"Open", "Picked"}]
        new = model.register(same[0].no if same else self.newest(), unit, old.item, number, exact)
        model.consume(new, "replacement")
        if old_part == OldPart.HOLD:
            model.held[(old.item, old.number)].add(HAND)
        if old_part == OldPart.SCRAP:
            model.stock[(old.item, old.number)] -= quantity

    # --- operations ----------------------------------------------------------------------------------------------------------------

    @rule(data=st.data(), order=ORDERS, operation=st.sampled_from([10, 10, 20]), scrap=st.sampled_from([0, 0, 0, 1]), finish=st.booleans())
    def report_at_operation(self, data, order, operation, scrap, finish):
        """C16, LIF-10, LIF-13."""
        order, finish = self.model.orders[order], finish and operation == 20
        units = self.model.units_of(order.no, "Open", "Reported")
        unit = some(data, [None, *units, *units])
        if unit is not None or not finish:
            self.operate(order, operation, unit, scrap, finish=finish)

    def operate(self, order, operation, unit, scrap, *, finish):
        figures = {"scrap": "1", "cause": "cracked"} if scrap else {"good": "1"}
        number = unit.number if unit is not None else ""
        given = ReportOperation(number=number, report_as_finished=finish, **figures)
        code, answer = self.do(report_operation, order_no=order.no, operation_no=operation, given=given)
        assert code == self.model.operation_code(order, operation, unit, 1 - scrap, scrap, finish=finish), answer
        if code is None:
            entry = Entry(operation, 1 - scrap, scrap, unit.match if unit is not None else 0, getattr(answer, "register_no", 0))
            assert bool(entry.register) == bool(scrap or finish)
            self.model.operate(order, answer.entry_no, entry, unit)

    @precondition(lambda self: any(order.entries for order in self.model.orders.values()))
    @rule(data=st.data())
    def take_entry_back(self, data):
        entries = [(order, no) for _, order in sorted(self.model.orders.items()) for no in sorted(order.entries)]
        standing = [(order, no) for order, no in entries if order.entries[no].stands]
        order, no = some(data, [*entries, *standing, *standing])
        code, answer = self.do(take_back_entry, order_no=order.no, entry_no=no, given=TakeBackEntry(reason="typed wrong"))
        assert code == self.model.take_back_code(order, order.entries[no]), answer
        if code is None:
            self.model.take_back(order, order.entries[no])

    # --- holds, inspections, disposition codes ---------------------------------------------------------------------------------------

    def some_goods(self, data):
        """What somebody doubts: a part in stock or in a unit, or a unit that was made once."""
        items = {order.no: order.item for order in self.model.orders.values()}
        made = [(items[u.order], u.number) for _, u in sorted(self.model.units.items()) if u.good]
        return some(data, [*PARTS, *made, *made])

    @precondition(lambda self: self.steps % 5 == 1)
    @rule(data=st.data())
    def hold_or_release(self, data):
        """D20: never what stands in the way of a correction."""
        held = sorted(key for key, sources in self.model.held.items() if HAND in sources)
        item, number = key = some(data, held) if held else self.some_goods(data)
        given = HoldNumber(item_no=item, kind="Lot" if item == PAINT else "Serial", number=number, reason="looks odd")
        code, answer = self.do(release_number if held else hold_number, given=given)
        assert code is None, answer
        self.model.held[key] ^= {HAND}

    @precondition(lambda self: self.steps % 8 == 2)
    @rule(lot=st.sampled_from(["P-A", "P-B"]))
    def mark(self, lot):
        """EDG-14: a code on a batch, or off it."""
        marked = CODE in self.model.held[(PAINT, lot)]
        given = SetDisposition(item_no=PAINT, kind="Lot", number=lot, disposition_code="" if marked else "NOBUILD", reason="smells")
        code, answer = self.do(set_disposition, given=given)
        assert code is None, answer
        self.model.held[(PAINT, lot)] ^= {CODE}

    @precondition(lambda self: self.steps % 2 == 1)
    @rule(data=st.data(), holds=st.sampled_from([True, True, False]), passed=st.booleans())
    def inspect(self, data, holds, passed):
        """EDG-15, C9: an inspection is opened, or the oldest one that did not pass is concluded."""
        waiting = [no for no, (_, state, _) in sorted(self.model.inspections.items()) if state != "Passed"]
        if waiting:
            return self.conclude(waiting[0], holds=holds, passed=passed)
        item, number = key = self.some_goods(data)
        given = NewInspection(item_no=item, kind="Lot" if item == PAINT else "Serial", number=number, holds=holds)
        code, answer = self.do(create_inspection, given=given)
        assert code is None, answer
        self.model.inspections[answer.inspection_no] = (key, "Open", holds)
        return None

    def conclude(self, no, *, holds, passed):
        key, state, held = self.model.inspections[no]
        given = Conclude(result="Passed" if passed else "Failed", holds=holds, reason="measured")
        code, answer = self.do(conclude, inspection_no=no, given=given)
        assert code == ("INSPECTION_CONCLUDED" if state == "Failed" and not passed else None), answer
        if code is None:
            self.model.inspections[no] = (key, given.result, held if passed else holds)

    # --- what must hold -----------------------------------------------------------------------------------------------------------------

    @invariant()
    def books_and_paper_agree(self):
        self.session.rollback()
        model = self.model
        assert self.units_kept() == {u.match: (u.order, u.number, u.state, u.good, u.error) for u in model.units.values()}
        assert self.parts_kept() == {
            p.no: (p.match, p.line, p.number, p.state, p.quantity, p.consumed) for p in model.parts.values()
        }
        for no, order in model.orders.items():
            passed = {operation: order.passed(operation) for operation in (10, 20)}
            consumed = {BELL: order.belled, GREASE: order.started}
            assert self.order_kept(no) == (order.status, order.quantity, order.started, model.reported(no), passed, consumed)
        assert self.loaded_kept() == {station: sorted(model.loaded[station]) for station in ("ST-1", "ST-2")}
        on_paper = {key: (quantity, quantity - model.free(*key)) for key, quantity in model.stock.items() if quantity}
        assert self.stock_kept() == on_paper
        if LONG or self.steps % 4 == 0:
            self.units_are_made_of_what_the_paper_says()
        self.session.rollback()
        self.steps += 1
        if self.steps % 10 == 0:
            assert problems(self.session) == []

    def units_are_made_of_what_the_paper_says(self):
        """A22, D22: as built, and as it is now."""
        for unit in self.model.units.values():
            if unit.state in {"Open", "Reported"}:
                assert self.made_of(unit, built=False) == sorted(part.told for part in self.model.active(match=unit.match))
                assert self.made_of(unit, built=True) == unit.built


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_t5_a_shift_agrees_with_a_model_on_paper(kind):
    examples, steps = SIZES[kind]
    accepted = Counter()
    run_state_machine_as_test(
        type(f"ShiftMachine_{kind}", (ShiftMachine,), {"kind": kind, "accepted": accepted}),
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True,
            phases=tuple(Phase) if LONG else (Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes
        ),
    )
    assert accepted["start_order"]
    assert accepted["load_batch"]
    assert not LONG or CARRIED_OUT - accepted.keys() == set()
