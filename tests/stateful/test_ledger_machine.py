"""T5: random postings against a model in plain dictionaries. Every answer, every balance and every edge must agree, and all checks hold.

Each run of the machine works in a plant of its own in one database, so that plants are kept apart as well.
`SHOPFLOOR_LONG=1` makes it long.
"""

from __future__ import annotations

import itertools
import os
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from shopfloor.errors import Refusal
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_types import DocumentType, OrderType
from shopfloor.people.models import Plant
from shopfloor.posting.check import run_all
from shopfloor.reservations.rules import Demand
from tests.conftest import ADMINISTRATOR, runner
from tests.databases import fresh_engine
from tests.factories_posting import DAY, Door, bought, found, lost, made, make_items, moved, sold, used

LONG = bool(os.environ.get("SHOPFLOOR_LONG"))
SIZES = {"sqlite": (1000, 50) if LONG else (50, 30), "postgresql": (100, 50) if LONG else (10, 30)}
"""A32: examples and steps of each."""
LOCATIONS = st.sampled_from(["MAIN", "LINE"])
ROAD = "ROAD"
"""Where goods are on their way (AP-09)."""
LOTS = st.sampled_from(["L1", "L2"])
SERIALS = st.sampled_from(["S1", "S2", "S3"])
QUANTITIES = st.sampled_from([Decimal("0.5"), Decimal(1), Decimal(3), Decimal(7)])
DAYS = st.integers(0, 3).map(lambda days: DAY + timedelta(days=days))
ORDERS = st.sampled_from(["PO-1", "PO-2"])
ROWS = st.integers(0, 2)
GOODS = st.one_of(
    st.tuples(st.just("SCREW"), st.just(""), st.just(""), QUANTITIES),
    st.tuples(st.just("CELL"), st.just(""), LOTS, QUANTITIES),
    st.tuples(st.sampled_from(["CTRL", "PACK"]), SERIALS, st.just(""), st.just(Decimal(1))),
)
_plants = itertools.count(2)


class Model:
    """The ledger in plain dictionaries: what a clerk would keep on paper."""

    def __init__(self):
        self.open = {}
        self.produced = defaultdict(Decimal)
        self.edges = defaultdict(Decimal)
        self.consumed = []
        self.outputs = []
        self.receipts = []
        self.sales = []
        self.returns = []
        self.shipments = []

    def agreeing(self, goods, location):
        item, serial, lot, _ = goods
        matching = [e for e in self.open.values() if (e["item"], e["serial"], e["lot"], e["location"]) == (item, serial, lot, location)]
        return sorted(matching, key=lambda e: (e["day"], e["entry"]))

    def in_stock(self, item, serial):
        return any((e["item"], e["serial"]) == (item, serial) for e in self.open.values())

    def put(self, entry, goods, location, day, quantity=None, order=None, way=None):
        item, serial, lot, whole = goods
        self.open[entry] = {
            "entry": entry, "item": item, "serial": serial, "lot": lot, "location": location, "day": day,
            "remaining": whole if quantity is None else quantity, "reserved": Decimal(0), "order": order, "way": way,
        }

    def why_not(self, goods, location, order=None, way=None):
        """The code of the refusal of taking goods; None when they can be taken. `way`: the transfer order that asks (AP-09)."""
        everything = self.agreeing(goods, location)
        agreeing = [e for e in everything if e["way"] == way]
        usable = [e for e in agreeing if order is None or e["order"] != order]
        missing = goods[3] - sum(e["remaining"] - e["reserved"] for e in usable)
        reserved = sum(e["reserved"] for e in usable)
        if missing <= 0:
            return None
        if reserved and missing <= reserved:
            return "RESERVED_ELSEWHERE"
        if way is None and len(agreeing) < len(everything):
            return "IN_TRANSIT"
        return "OWN_OUTPUT" if len(usable) < len(agreeing) else "NOT_AVAILABLE"

    def take(self, goods, location, order=None, way=None):
        """First in, first out. Gives what was taken from which entry."""
        left, taken = goods[3], []
        for e in self.agreeing(goods, location):
            part = min(e["remaining"] - e["reserved"], left)
            if part > 0 and e["way"] == way and (order is None or e["order"] != order):
                taken.append((e["entry"], part))
                self.draw(e["entry"], part)
                left -= part
        return tuple(taken)

    def draw(self, entry, quantity):
        self.open[entry]["remaining"] -= quantity
        if not self.open[entry]["remaining"]:
            del self.open[entry]

    def tie(self, parent, child, quantity):
        self.edges[(parent, child)] += quantity


def number(goods):
    return f"{goods[0]}:{goods[1] or goods[2]}"


def place(order, row):
    return f"{order}/10000#{row}"


class LedgerMachine(RuleBasedStateMachine):
    engine = None

    def __init__(self):
        super().__init__()
        self.session = Session(self.engine)
        self.session.info["plant_no"] = next(_plants)
        self.session.add(Plant(plant_no=self.session.info["plant_no"], name="A plant", time_zone="UTC"))
        self.session.commit()
        self.door = Door(runner(self.session), self.session)
        self.model = Model()
        self.steps = 0

    def teardown(self):
        self.books_are_right()
        self.session.close()

    def books_are_right(self):
        assert run_all(self.session) == []
        self.session.rollback()
        assert self.door.edges() == {ends: net for ends, net in self.model.edges.items() if net}

    def expect(self, code, *lines):
        """Post; the refusal must be the expected one. Gives the posted register, or None."""
        try:
            register, answer = self.door(*lines), None
        except Refusal as refusal:
            register, answer = None, refusal.code
        assert answer == code, f"expected {code}, the door said {answer}"
        return register

    def post_inbound(self, line, goods, location, day, order=None, code=None):
        item, serial, _, _ = goods
        if code is None and serial and self.model.in_stock(item, serial):
            code = "SERIAL_IN_STOCK"
        register = self.expect(code, line)
        if register is None:
            return None
        entry = register.lines[0].entry_nos[0]
        self.model.put(entry, goods, location, day, order=order)
        return entry

    def post_outbound(self, line, goods, location, order=None, way=None):
        code = self.model.why_not(goods, location, order, way)
        register = self.expect(code, line)
        if register is None:
            return None
        assert register.lines[0].applications == self.model.take(goods, location, order, way)
        return register.lines[0]

    @rule(goods=GOODS, location=LOCATIONS, day=DAYS, verb=st.sampled_from([bought, found]))
    def receive(self, goods, location, day, verb):
        item, serial, lot, quantity = goods
        line = verb(item, quantity, sn=serial, lot=lot, location_code=location, posting_date=day)
        entry = self.post_inbound(line, goods, location, day)
        if entry is not None and verb is bought:
            self.model.receipts.append((entry, goods, location))

    def some_goods(self, data):
        """Mostly goods that are here, so that most steps do something; sometimes anything."""
        if self.model.open and data.draw(st.integers(0, 4)):
            e = data.draw(st.sampled_from(list(self.model.open.values())))
            quantity = Decimal(1) if e["serial"] else data.draw(st.sampled_from([e["remaining"], Decimal("0.5"), e["remaining"] + 1]))
            return (e["item"], e["serial"], e["lot"], quantity), e["location"]
        return data.draw(GOODS), data.draw(LOCATIONS)

    @rule(data=st.data(), verb=st.sampled_from([sold, lost]))
    def ship(self, data, verb):
        goods, location = self.some_goods(data)
        item, serial, lot, quantity = goods
        posted = self.post_outbound(verb(item, quantity, sn=serial, lot=lot, location_code=location), goods, location)
        if posted is not None and verb is sold:
            self.model.sales.append([posted.entry_nos[0], goods, location, quantity])

    @precondition(lambda self: self.model.receipts)
    @rule(data=st.data())
    def undo_receipt(self, data):
        """AP-15: what is gone or reserved is refused, and so is a second time."""
        entry, goods, location = data.draw(st.sampled_from(self.model.receipts))
        item, serial, lot, quantity = goods
        self.take_out_again(bought(item, -quantity, sn=serial, lot=lot, location_code=location, corrects_entry_no=entry), entry, quantity)

    def take_out_again(self, line, entry, quantity):
        e = self.model.open.get(entry)
        free = e["remaining"] - e["reserved"] if e else Decimal(0)
        if self.expect(None if free >= quantity else "NOT_REVERSIBLE", line) is None:
            return False
        self.model.draw(entry, quantity)
        return True

    @precondition(lambda self: self.model.sales)
    @rule(data=st.data(), undo=st.booleans(), part=st.sampled_from([Decimal("0.5"), Decimal(1)]))
    def sold_goods_come_back(self, data, undo, part):
        """AP-15, AP-08: by an undo, or by a return of a part; together never more than went."""
        sale = data.draw(st.sampled_from(self.model.sales))
        entry, goods, location, left = sale
        item, serial, lot, quantity = goods
        back = quantity if undo or serial else quantity * part
        names = {"corrects_entry_no": entry} if undo else {"applies_from_entry": entry}
        code = "MORE_THAN_POSTED" if back > left else "SERIAL_IN_STOCK" if serial and self.model.in_stock(item, serial) else None
        register = self.expect(code, sold(item, -back, sn=serial, lot=lot, location_code=location, **names))
        if register is None:
            return
        came = register.lines[0].entry_nos[0]
        self.model.put(came, goods, location, DAY, back)
        sale[3] -= back
        if not undo:
            self.model.returns.append((came, sale, back))

    @precondition(lambda self: self.model.returns)
    @rule(data=st.data())
    def undo_return(self, data):
        """AP-15: the sale counts as not returned again."""
        came, sale, back = data.draw(st.sampled_from(self.model.returns))
        _, (item, serial, lot, _), location, _ = sale
        line = sold(item, back, sn=serial, lot=lot, location_code=location, corrects_entry_no=came)
        if self.take_out_again(line, came, back):
            sale[3] += back

    @rule(data=st.data(), order=st.sampled_from(["TO-1", "TO-2"]), to=LOCATIONS)
    def transfer(self, data, order, to):
        """AP-09: goods set off; what is on its way arrives, or its shipment is undone."""
        way = {"order_type": OrderType.TRANSFER, "order_no": order, "order_line_no": 10000}
        goods, location = self.some_goods(data)
        item, serial, lot, quantity = goods
        common = {"sn": serial, "lot": lot, "location_code": location, **way}
        if location != ROAD:
            shipment = {**common, "document_type": DocumentType.TRANSFER_SHIPMENT, "new_location_code": ROAD}
            posted = self.post_outbound(moved(item, quantity, **shipment), goods, location)
            for entry, (_, part) in zip(posted.entry_nos[1:], posted.applications, strict=True) if posted else ():
                self.model.put(entry, goods, ROAD, DAY, part, way=order)
                self.model.shipments.append((entry, order, goods, location, part))
            return
        receipt = {**common, "document_type": DocumentType.TRANSFER_RECEIPT, "new_location_code": to}
        posted = self.post_outbound(moved(item, quantity, **receipt), goods, location, way=order)
        for entry, (_, part) in zip(posted.entry_nos[1:], posted.applications, strict=True) if posted else ():
            self.model.put(entry, goods, to, DAY, part)

    @precondition(lambda self: self.model.shipments)
    @rule(data=st.data())
    def undo_transfer_shipment(self, data):
        """AP-15: what was received, in part or undone already, is refused."""
        entry, order, goods, start, quantity = data.draw(st.sampled_from(self.model.shipments))
        item, serial, lot, _ = goods
        line = moved(
            item, quantity, sn=serial, lot=lot, location_code=ROAD, new_location_code=start, corrects_entry_no=entry,
            document_type=DocumentType.TRANSFER_SHIPMENT, order_type=OrderType.TRANSFER, order_no=order, order_line_no=10000,
        )
        e = self.model.open.get(entry)
        register = self.expect(None if e and e["remaining"] >= quantity else "NOT_REVERSIBLE", line)
        if register is not None:
            self.model.draw(entry, quantity)
            self.model.put(register.lines[0].entry_nos[1], goods, start, DAY, quantity)

    @rule(data=st.data(), order=ORDERS, row=ROWS)
    def consume(self, data, order, row):
        goods, location = self.some_goods(data)
        item, serial, lot, quantity = goods
        line = used(item, quantity, sn=serial, lot=lot, location_code=location, order=order, match_id=row)
        posted = self.post_outbound(line, goods, location, order)
        if posted is None:
            return
        if item != "SCREW":
            self.model.tie(place(order, row), number(goods), quantity)
        self.model.consumed.append([posted.entry_nos[0], goods, location, order, row, quantity])

    @rule(goods=GOODS, location=LOCATIONS, order=ORDERS, row=ROWS, scrap=st.booleans())
    def output(self, goods, location, order, row, scrap):
        item, serial, lot, quantity = goods
        fields = {"sn": serial, "lot": lot, "location_code": location, "order": order, "match_id": row}
        code = "SERIAL_ALREADY_PRODUCED" if serial and self.model.produced[(item, serial)] else None
        if scrap:
            register = self.expect(code, made(item, 0, scrap_quantity=quantity, **fields))
            entry = register.lines[0].entry_nos[0] if register else None
        else:
            entry = self.post_inbound(made(item, quantity, **fields), goods, location, DAY, order, code)
        if entry is not None:
            self.count_output(entry, goods, order, row, quantity)
            self.model.outputs.append([entry, goods, location, order, row, scrap])

    def count_output(self, entry, goods, order, row, quantity):
        self.model.produced[(goods[0], goods[1])] += quantity
        if goods[0] != "SCREW":
            self.model.tie(number(goods), place(order, row), quantity)
            if row:
                self.model.tie(place(order, row), place(order, 0), quantity)

    @precondition(lambda self: self.model.outputs)
    @rule(data=st.data())
    def take_output_back(self, data):
        """Reversal restores; what has left is refused."""
        entry, goods, location, order, row, scrap = data.draw(st.sampled_from(self.model.outputs))
        item, serial, lot, quantity = goods
        fields = {"sn": serial, "lot": lot, "location_code": location, "order": order, "match_id": row, "corrects_entry_no": entry}
        if scrap:
            self.expect(None, made(item, 0, scrap_quantity=-quantity, **fields))
        else:
            e = self.model.open.get(entry)
            free = e["remaining"] - e["reserved"] if e else Decimal(0)
            if self.expect(None if free >= quantity else "NOT_REVERSIBLE", made(item, -quantity, **fields)) is None:
                return
            self.model.draw(entry, quantity)
        self.model.outputs.remove([entry, goods, location, order, row, scrap])
        self.count_output(entry, goods, order, row, -quantity)

    @precondition(lambda self: self.model.consumed)
    @rule(data=st.data(), part=st.sampled_from([Decimal("0.5"), Decimal(1), Decimal(2)]))
    def return_consumption(self, data, part):
        used_up = data.draw(st.sampled_from(self.model.consumed))
        entry, goods, location, order, row, left = used_up
        item, serial, lot, quantity = goods
        back = quantity * part if not serial else quantity
        line = used(
            item, -back, sn=serial, lot=lot, location_code=location, order=order, match_id=row, applies_from_entry=entry
        )
        code = "MORE_THAN_POSTED" if back > left else "SERIAL_IN_STOCK" if serial and self.model.in_stock(item, serial) else None
        register = self.expect(code, line)
        if register is None:
            return
        self.model.put(register.lines[0].entry_nos[0], goods, location, DAY, back)
        used_up[5] -= back
        if item != "SCREW":
            self.model.tie(place(order, row), number(goods), -back)

    @rule(data=st.data(), to=LOCATIONS, rename=st.booleans(), lot=LOTS)
    def move(self, data, to, rename, lot):
        """To another place, and for lots to another name."""
        goods, location = self.some_goods(data)
        item, serial, old_lot, quantity = goods
        new = (item, serial, lot if rename and old_lot else old_lot, quantity)
        line = moved(
            item, quantity, sn=serial, lot=old_lot, location_code=location, new_location_code=to,
            new_tracking=Tracking(serial, new[2]) if new != goods else None,
        )
        posted = self.post_outbound(line, goods, location)
        if posted is None:
            return
        for entry, (_, part) in zip(posted.entry_nos[1:], posted.applications, strict=True):
            self.model.put(entry, new, to, DAY, part)
        if new != goods:
            self.model.tie(number(new), number(goods), quantity)

    @precondition(lambda self: any(e["remaining"] > e["reserved"] and not e["way"] for e in self.model.open.values()))
    @rule(data=st.data(), line_no=st.integers(1, 3))
    def reserve_and_ship(self, data, line_no):
        """A demand holds something; another may not have it; the demand ships it."""
        e = data.draw(st.sampled_from([e for e in self.model.open.values() if e["remaining"] > e["reserved"] and not e["way"]]))
        demand = Demand("Sales Line", "SO-1", line_no)
        quantity = e["remaining"] - e["reserved"]
        self.door.reserve(ADMINISTRATOR, demand, e["entry"], quantity, specific=bool(e["lot"] or e["serial"]))
        e["reserved"] += quantity
        goods = (e["item"], e["serial"], e["lot"], quantity)
        self.post_outbound(sold(goods[0], quantity, sn=goods[1], lot=goods[2], location_code=e["location"]), goods, e["location"])
        if data.draw(st.booleans()) and e["entry"] in self.model.open:
            line = sold(goods[0], quantity, sn=goods[1], lot=goods[2], location_code=e["location"], demand=demand)
            taken = self.expect(None, line).lines[0].applications
            for entry, part in taken:
                self.model.open[entry]["reserved"] -= part
                self.model.draw(entry, part)

    @invariant()
    def balances_agree(self):
        """After each step; the whole books every few steps."""
        assert self.door.open() == {number: (e["remaining"], e["reserved"]) for number, e in self.model.open.items()}
        self.steps += 1
        if LONG or self.steps % 10 == 0:
            self.books_are_right()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_t5_the_ledger_agrees_with_a_model_on_paper(kind):
    """T5, peers 47: what came in is what went out and what is there, for every lot of every item, after every posting."""
    examples, steps = SIZES[kind]
    with fresh_engine(kind) as engine:
        with Session(engine) as session:
            make_items(session)
        machine = type(f"LedgerMachine_{kind}", (LedgerMachine,), {"engine": engine})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
            ),
        )
