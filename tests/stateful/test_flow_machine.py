"""T5: stations scan, correct, pick, adjust, report, reverse and ship at random; a model on paper says what must come out.

After every step units, parts, stock, reservations and journals agree with the model, and whatever was refused changed nothing.
Every ten steps and at the end all invariants hold. `SHOPFLOOR_LONG=1` makes it long, and shrinks what it finds.
"""

from __future__ import annotations

import os
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from shopfloor.errors import Refusal
from shopfloor.genealogy.adjusting import cancel_journal, change_journal_line, open_journal, post_journal
from shopfloor.genealogy.corrections import change_component, move_component, remove_components, remove_products
from shopfloor.genealogy.inputs import ChangeInput, JournalLineInput, ReportInput, ReportLineInput, SelectionInput
from shopfloor.genealogy.models import ComponentAssociation, PickingListLine
from shopfloor.genealogy.picking import pick, unpick
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.reversing import reverse_report
from shopfloor.items.inputs import HoldNumber
from shopfloor.items.number_information import hold_number, release_number
from shopfloor.orders.commands import post_item_journal, post_shipment
from shopfloor.orders.inputs import PostShipment
from shopfloor.orders.journal_inputs import PostItemJournal
from shopfloor.quantity import shown
from tests.factories_genealogy import BIKE, PAINT, problems
from tests.stateful.flow_model import LINE_OF, NEEDS, ZERO
from tests.stateful.flow_stations import DATE, LOTS, ORDERS, PARTS, UNITS, WEIGHTS, FlowStations

LONG = bool(os.environ.get("SHOPFLOOR_LONG"))
SIZES = {"sqlite": (500, 100) if LONG else (30, 50), "postgresql": (100, 100) if LONG else (6, 50)}


def with_parts(machine):
    """Whether anything is registered."""
    return bool(machine.model.active())


class FlowMachine(FlowStations):
    # --- scans -----------------------------------------------------------------------------------------------------------------

    stations_ = st.integers(0, 3)

    @rule(at=stations_, number=st.sampled_from(UNITS), coded=st.booleans(), confirm=st.booleans())
    def scan_product(self, at, number, coded, confirm):
        self.new_unit(at, number, coded=coded, confirm=confirm)

    @rule(data=st.data(), at=stations_, part=st.sampled_from(PARTS), coded=st.booleans(), weight=st.sampled_from(list(WEIGHTS)))
    def scan_component(self, data, at, part, coded, weight):
        item, number = part
        self.to_some_unit(at, data)
        self.scan_part(at, item, number, coded=coded, weight=weight if coded and item == PAINT else None)

    @rule(data=st.data(), at=stations_, line=st.sampled_from(sorted(NEEDS)), part=st.sampled_from(PARTS))
    def scan_component_for_a_line(self, data, at, line, part):
        """SCN-11, SCN-13: only numbers of the selected line's item count."""
        item, number = part
        station = self.stations[at]
        self.to_some_unit(at, data)
        if self.send(station, "line", str(line)) != "LINE_SELECTED":
            return
        if LINE_OF[item] == line:
            self.scan_part(at, item, number)
        else:
            self.send(station, "mode", "Component")
            self.send(station, "scan", number)
            assert isinstance(station.answer, Refusal)
        station.line = 0

    @rule(data=st.data(), at=stations_)
    def scan_all_that_is_missing(self, data, at):
        """So that units get complete often enough to be reported."""
        self.to_some_unit(at, data)
        self.scan_all(at)

    @precondition(lambda self: self.steps % 5 == 1)
    @rule(at=stations_, text=st.sampled_from(["NOBODY", "nobody ", "]d2", "(01)1", "\x1d", "BELL", "RPO-1", "B-SUP", "é" * 30, "1" * 14]))
    def scan_nonsense(self, at, text):
        """Whatever it is, it is answered by a code, and the books stay."""
        station = self.stations[at]
        self.send(station, "mode", "Component")
        self.send(station, "scan", text)
        station.line, station.held = 0, ""

    @rule(at=stations_)
    def undo(self, at):
        """TCP-16: the last registration of this browser that still stands, if nothing was done to it since."""
        station, model = self.stations[at], self.model
        kind, no, before, after = next((e for e in reversed(self.undoable[at]) if not self.taken_back(*e)), ("", 0, ZERO, ZERO))
        code = self.send(station, "undo", "")
        if kind == "part" and (model.parts[no].state, model.parts[no].quantity) == ("Open", after):
            assert (code, station.answer.association_no) == ("UNDONE", no)
            if before:
                model.parts[no].quantity = before
            else:
                model.remove(model.parts[no])
        elif kind == "unit" and model.units[no].state == "Open" and not model.active(match=no):
            assert code == "UNDONE"
            model.units[no].state = "Removed"
        else:
            assert code == "NOTHING_TO_UNDO"
        station.line = 0

    def taken_back(self, kind, no, before, _after):
        if kind == "unit":
            return self.model.units[no].state == "Removed"
        part = self.model.parts[no]
        return part.state == "Removed" or (before > 0 and part.quantity == before)

    # --- the associations page -----------------------------------------------------------------------------------------------------

    @precondition(with_parts)
    @rule(data=st.data(), confirmed=st.booleans())
    def remove_parts(self, data, confirmed):
        parts = {p.no: p for p in self.draw_parts(data)}
        expected = {no: self.model.removal_code(p, confirmed=confirmed) for no, p in parts.items()}
        order = next(iter(parts.values())).order
        for no in self.several(remove_components, parts, expected, order_no=order, given={"confirmed": confirmed}):
            self.model.remove(parts[no])

    @precondition(lambda self: self.model.units)
    @rule(data=st.data(), confirmed=st.booleans())
    def remove_unit(self, data, confirmed):
        unit = data.draw(st.sampled_from([u for _, u in sorted(self.model.units.items())]))
        gone = unit.state == "Removed"
        expected = {unit.match: "NOT_FOUND" if gone else self.model.unit_removal_code(unit, confirmed=confirmed)}
        if self.several(remove_products, expected, expected, order_no=unit.order, given={"confirmed": confirmed}):
            for part in self.model.active(match=unit.match):
                self.model.remove(part)
            unit.state = "Removed"

    @precondition(with_parts)
    @rule(data=st.data())
    def change_part(self, data):
        """EDG-24, EDG-25: another number of the item, or another quantity of the lot."""
        [part] = self.draw_parts(data, most=1)
        number = data.draw(st.sampled_from([n for item, n in PARTS if item == part.item]))
        quantity = data.draw(st.sampled_from([None, *map(Decimal, WEIGHTS)])) if not part.serial else None
        version = self.session.scalar(select(ComponentAssociation.version).filter_by(association_no=part.no))
        name = {"serial_no": number} if part.serial else {"lot_no": number}
        given = ChangeInput(version=version, quantity=None if quantity is None else shown(quantity), **name)
        code, _ = self.do(change_component, order_no=part.order, association_no=part.no, given=given)
        self.change_on_paper(part, number, quantity or part.quantity, code)

    def change_on_paper(self, part, number, quantity, code):
        if part.fixed:
            assert code == "ROW_LOCKED"
        elif part.no in self.model.journal:
            assert code == "JOURNAL_OPEN"
        elif number == part.number and quantity <= part.quantity:
            assert code is None
            part.quantity = quantity
        else:
            expected = self.model.part_code(part.match, part.item, number, quantity, without=part)
            self.put_elsewhere(part, part.match, number, quantity, code, expected)

    @precondition(with_parts)
    @rule(data=st.data())
    def move_part(self, data):
        """EDG-7: to another unit of the order, in one step."""
        [part] = self.draw_parts(data, most=1)
        to = data.draw(st.sampled_from([u for _, u in sorted(self.model.units.items())]))
        code, _ = self.do(move_component, order_no=part.order, association_no=part.no, to_match_id=to.match)
        expected = self.model.removal_code(part, confirmed=False)
        if expected is None and (to.order != part.order or to.state == "Removed"):
            expected = "NOT_FOUND"
        if expected is None and to.state == "Reported":
            expected = "ROW_LOCKED"
        codes = {expected} if expected else self.model.part_code(to.match, part.item, part.number, part.quantity, without=part)
        self.put_elsewhere(part, to.match, part.number, part.quantity, code, codes)

    def put_elsewhere(self, part, match, number, quantity, code, expected):
        """The old association goes, and what took its place is on paper too."""
        assert code in (expected or {None}), f"{code} instead of {expected}"
        if code is not None:
            return
        existing = self.model.top_up(match, part.item, number, without=part)
        state = part.state
        self.model.remove(part)
        no = existing.no if existing else self.session.scalar(select(func.max(ComponentAssociation.association_no)))
        assert existing or no not in self.model.parts
        self.model.register(no, match, part.item, number, quantity)
        if state == "Picked":
            self.model.parts[no].state = "Picked"

    @precondition(with_parts)
    @rule(data=st.data(), out=st.booleans())
    def pick_or_put_back(self, data, out):
        """D1, D20: a hold stops the pick and never the way back."""
        parts = {p.no: p for p in self.draw_parts(data, most=3)}
        wanted = "Open" if out else "Picked"

        def code_of(part):
            if part.state != wanted:
                return "NOT_PICKABLE"
            return "NUMBER_ON_HOLD" if out and (part.item, part.number) in self.model.held else None

        order = next(iter(parts.values())).order
        for no in self.several(pick if out else unpick, parts, {no: code_of(p) for no, p in parts.items()}, order_no=order):
            parts[no].state = "Picked" if out else "Open"

    # --- adjust consumption ----------------------------------------------------------------------------------------------------------

    @precondition(with_parts)
    @rule(data=st.data())
    def open_lines(self, data):
        parts = {p.no: p for p in self.draw_parts(data)}
        for no in self.several(open_journal, parts, dict.fromkeys(parts), order_no=next(iter(parts.values())).order):
            self.model.journal.setdefault(no, parts[no].unposted)

    @precondition(lambda self: self.model.journal)
    @rule(data=st.data(), quantity=st.sampled_from(["-1", "-0.1", "0", "0.05", "0.3", "1", "2"]))
    def change_line(self, data, quantity):
        part = self.model.parts[data.draw(st.sampled_from(sorted(self.model.journal)))]
        given = JournalLineInput(quantity=quantity)
        code, _ = self.do(change_journal_line, order_no=part.order, association_no=part.no, given=given)
        assert code == self.model.line_code(part, Decimal(quantity))
        if code is None:
            self.model.journal[part.no] = Decimal(quantity)

    @precondition(lambda self: self.model.journal)
    @rule(data=st.data())
    def cancel_line(self, data):
        part = self.model.parts[data.draw(st.sampled_from(sorted(self.model.journal)))]
        assert self.several(cancel_journal, [part.no], {part.no: None}, order_no=part.order)
        del self.model.journal[part.no]

    @precondition(lambda self: self.model.journal or self.steps % 10 == 1)
    @rule(order=st.sampled_from(ORDERS))
    def post_lines(self, order):
        lines = [(self.model.parts[no], q) for no, q in sorted(self.model.journal.items()) if self.model.parts[no].order == order]
        expected = self.model.journal_code(lines)
        code, _ = self.do(post_journal, order_no=order, given=SelectionInput())
        assert code in (expected or {None}), f"{code} instead of {expected}"
        if code is None:
            self.model.post(lines)

    # --- report, reverse, ship, receive, hold -------------------------------------------------------------------------------------------

    @rule(data=st.data(), order=st.sampled_from(ORDERS), good=st.booleans(), accept=st.sampled_from([False, False, False, True]))
    def report(self, data, order, good, accept):
        units = [u for _, u in sorted(self.model.units.items()) if u.order == order and u.state != "Removed"]
        if not units:
            return
        chosen = data.draw(st.lists(st.sampled_from(units), min_size=1, max_size=2, unique_by=lambda u: u.match))
        line = {"good": "1"} if good else {"good": "0", "error": "1", "error_cause": "dropped"}
        given = ReportInput(lines=[ReportLineInput(match_id=u.match, **line) for u in chosen], accept_error=accept, reason="why not")
        expected = [self.model.report_code(u, accept=accept) for u in chosen]
        code, answer = self.do(report_as_finished, order_no=order, given=given)
        assert code == (expected[0] if len(chosen) == 1 else None)
        if code is None:
            assert answer.done == [u.number for u, why_not in zip(chosen, expected, strict=True) if not why_not]
            for unit in [u for u, why_not in zip(chosen, expected, strict=True) if not why_not]:
                self.model.report(unit, good)

    @precondition(lambda self: any(u.state == "Reported" for u in self.model.units.values()) or self.steps % 10 == 1)
    @rule(data=st.data())
    def reverse(self, data):
        units = [u for _, u in sorted(self.model.units.items()) if u.state != "Removed"]
        reported = [u for u in units if u.state == "Reported"]
        if not units:
            return
        unit = data.draw(st.sampled_from([*units, *reported, *reported]))
        code, _ = self.do(reverse_report, order_no=unit.order, given=SelectionInput(selected=[unit.match], reason="again"))
        assert code == self.model.reversal_code(unit)
        if code is None:
            self.model.reverse(unit)

    @precondition(lambda self: any(self.model.stock[(BIKE, number)] for number in UNITS) or self.steps % 10 == 1)
    @rule(number=st.sampled_from(UNITS))
    def ship(self, number):
        key = (BIKE, number)
        code, _ = self.do(post_shipment, given=PostShipment(order_no="SO-1", lines=[{"line_no": 10000, "serial_no": number}]))
        if key in self.model.held and self.model.stock[key]:
            assert code == "NUMBER_ON_HOLD"
        else:
            assert code == (None if self.model.stock[key] else "NOT_AVAILABLE")
        if code is None:
            self.model.stock[key] -= 1

    @precondition(lambda self: self.steps % 5 == 2)
    @rule(lot=st.sampled_from(LOTS), quantity=st.sampled_from(["0.1", "0.5"]))
    def receive(self, lot, quantity):
        line = {"entry_type": "Positive Adjmt.", "location_code": "MAIN", "item_no": PAINT, "lot_no": lot, "quantity": quantity}
        code, answer = self.do(post_item_journal, given=PostItemJournal(lines=[{**line, "expiration_date": DATE}], reason="found"))
        assert code is None, answer
        self.model.stock[(PAINT, lot)] += Decimal(quantity)

    @precondition(lambda self: self.model.held or self.steps % 5 == 3)
    @rule(data=st.data())
    def hold_or_release(self, data):
        """D20: never what stands in the way of a correction."""
        made = [(BIKE, u.number) for u in self.model.units.values() if self.model.stock[(BIKE, u.number)]]
        item, number = key = data.draw(st.sampled_from(sorted(self.model.held) or [*PARTS, *sorted(made)]))
        given = HoldNumber(item_no=item, kind="Lot" if item == PAINT else "Serial", number=number, reason="looks odd")
        code, answer = self.do(release_number if key in self.model.held else hold_number, given=given)
        assert code is None, answer
        self.model.held ^= {key}

    @precondition(lambda self: self.sent)
    @rule(back=st.integers(1, 20))
    def send_again(self, back):
        """A19: an old key is answered as it was, and nothing is done twice."""
        again = self.sent[-min(back, len(self.sent))]
        (first, answer), (second, repeated) = again(), again()
        assert (first, answer.outcome_fields()) == (second, repeated.outcome_fields())

    # --- what must hold -----------------------------------------------------------------------------------------------------------------

    @invariant()
    def books_and_paper_agree(self):
        self.session.rollback()
        assert self.units_kept() == {u.match: (u.order, u.number, u.state, u.good, u.error) for u in self.model.units.values()}
        assert self.parts_kept() == {
            p.no: (p.match, p.line, p.number, p.state, p.quantity, p.consumed) for p in self.model.parts.values()
        }
        on_paper = {}
        for (item, number), quantity in self.model.stock.items():
            if quantity:
                on_paper[(item, number)] = (quantity, quantity - self.model.free(item, number))
        assert self.stock_kept() == on_paper
        lines = self.session.execute(select(PickingListLine.association_no, PickingListLine.quantity)).all()
        assert {no: quantity for no, quantity in lines if self.model.parts[no].state != "Removed"} == self.model.journal
        self.session.rollback()
        self.steps += 1
        if self.steps % 10 == 0:
            assert problems(self.session) == []


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_t5_the_flow_agrees_with_a_model_on_paper(kind):
    examples, steps = SIZES[kind]
    run_state_machine_as_test(
        type(f"FlowMachine_{kind}", (FlowMachine,), {"kind": kind}),
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True,
            phases=tuple(Phase) if LONG else (Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes
        ),
    )
