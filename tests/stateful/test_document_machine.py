"""T5: all documents, reservations, late binding and undo at random, against a clerk's paper (CI-02, AP-15, AP-16, LB-03).

After every step the stock of every number at every place is what the paper says, all checks of the books hold, and no order line that
had no part in the step holds less or more than before. `SHOPFLOOR_LONG=1` makes it long.
"""

from __future__ import annotations

import itertools
import os
from decimal import Decimal

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from sqlalchemy.orm import Session

from shopfloor.errors import Refusal
from shopfloor.genealogy.journal_inputs import PostProductionJournal
from shopfloor.genealogy.production_journal import post_production_journal
from shopfloor.genealogy.starting import start_order
from shopfloor.orders.inputs import ChangeLine, CloseOrder
from shopfloor.orders.journal_inputs import PostReclassification
from shopfloor.orders.kinds import OrderKind
from shopfloor.orders.line_commands import change_line, close_order
from shopfloor.orders.reclassification import post_reclassification
from shopfloor.production import bills, commands
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, StartOrder
from shopfloor.reservations.inputs import Reserve
from shopfloor.reservations.pairs import pairs_of_demand
from shopfloor.reservations.supplies import demand_lines
from tests.conftest import runner
from tests.factories_documents import (
    arrive,
    copy_posted,
    make_transfer_order,
    send_back,
    send_off,
    stock_at,
    take_back,
    undo,
)
from tests.factories_genealogy import problems
from tests.factories_items import make_item
from tests.factories_orders import adjust, make_purchase_order, make_sales_order, receive, ship
from tests.factories_reservations import auto, cancel, sales_line
from tests.stateful.document_paper import MAIN, ROAD, SIDE, Document, Paper
from tests.stateful.machines import outcome, play

LONG = bool(os.environ.get("SHOPFLOOR_LONG"))
SIZES = {"sqlite": (200, 50) if LONG else (10, 30), "postgresql": (40, 50) if LONG else (4, 25)}
"""Examples and steps of each."""
LINES = ("A", "B", "C")
LOT_ITEM_LINE, SERIAL_LINE = 10000, 20000
QUANTITIES = st.integers(1, 6)
_machines = itertools.count(1)
OUTBOUND = {
    "NOT_AVAILABLE", "RESERVED_ELSEWHERE", "RESERVED_NOT_IN_STOCK", "TRACKING_DOES_NOT_MATCH", "MORE_THAN_ORDERED", "DOCUMENT_STATUS",
    "CONSUMED_TWICE", "SERIAL_NOT_IN_STOCK",
}
INBOUND = {"SERIAL_IN_STOCK", "MORE_THAN_ORDERED", "DOCUMENT_STATUS"}
UNDO = {
    "ALREADY_UNDONE", "MORE_THAN_POSTED", "NOT_REVERSIBLE", "NOT_UNDOABLE", "NOTHING_TO_RETURN", "SERIAL_IN_STOCK", "NOT_AVAILABLE",
    "RESERVED_ELSEWHERE",
}
UNDOABLE = ("receipt", "shipment", "transfer shipment", "return shipment", "return receipt")


def has_goods(machine):
    """Whether something is in stock that a document could take."""
    return machine.paper.at(MAIN, machine.lots, machine.serials)


class DocumentMachine(RuleBasedStateMachine):
    engine = None

    def __init__(self):
        super().__init__()
        self.session = Session(self.engine)
        self.run = runner(self.session)
        self.name = f"M{next(_machines)}"
        self.numbers = itertools.count(1)
        self.lots, self.serials, self.cart = self.name + "L", self.name + "S", self.name + "C"
        self.paper = Paper()
        make_item(self.run, self.lots, code="LOT")
        make_item(self.run, self.serials, code="SN", serial_pattern="")
        make_item(self.run, self.cart, code="LOT")
        for letter in LINES:
            cells, modules = {"item_no": self.lots, "quantity": "9"}, {"item_no": self.serials, "quantity": "2"}
            make_sales_order(self.run, cells | {"date": "2030-06-30"}, modules | {"date": "2030-06-30"}, no=self.name + letter)
        self.job()
        for goods, quantity in (((self.lots, "L1"), 6), ((self.lots, "L2"), 4), ((self.serials, self.name + "S1"), 1)):
            adjust(self.run, {"item_no": goods[0], **self.numbered(goods, quantity)})
            self.paper.change({(MAIN, goods): quantity})

    def job(self):
        """An order of three carts: three pieces and one serial each, all by hand."""
        lines = [NewBomLine(item_no=item, quantity_per=per, flushing="Manual") for item, per in ((self.lots, "3"), (self.serials, "1"))]
        self.run(bills.create_bom, given=NewBom(item_no=self.cart, lines=lines))
        order = NewProductionOrder(no=self.name + "J", item_no=self.cart, quantity="3", location_code=MAIN)
        self.run(commands.create_order, given=order)
        self.run(start_order, given=StartOrder(order_no=self.name + "J"))

    def teardown(self):
        assert problems(self.session) == []
        self.session.close()

    # --- looking

    def order_no(self):
        return f"{self.name}-{next(self.numbers)}"

    def held(self):
        """What each line of the sales orders holds."""
        wanted = [Reserve(**sales_line(self.name + letter, line)).demand() for letter in LINES for line in (LOT_ITEM_LINE, SERIAL_LINE)]
        found = {(one.source_id, one.source_line_no): line.reserved for one, line in demand_lines(self.session, wanted).items()}
        self.session.rollback()
        return found

    def agrees(self, before, but=()):
        """Stock is what the paper says, the books are right, and lines that had no part keep what they hold."""
        for item in (self.lots, self.serials, self.cart):
            assert stock_at(self.session, item) == self.paper.in_stock(item)
        assert problems(self.session) == []
        after = self.held()
        kept = {line: quantity for line, quantity in before.items() if line[0] not in but}
        assert {line: after.get(line) for line in kept} == kept

    def numbered(self, goods, quantity, **more):
        return {"lot_no" if goods[0] != self.serials else "serial_no": goods[1], "quantity": str(quantity), **more}

    def goods(self, data, *items):
        """Goods in stock and a quantity that is there."""
        found = self.paper.at(MAIN, *(items or (self.lots, self.serials)))
        goods = data.draw(st.sampled_from(found))
        return goods, data.draw(st.integers(1, min(self.paper.stock[(MAIN, goods)], 6)))

    def new_goods(self, data):
        """A lot, or a serial that may be in stock already."""
        if data.draw(st.booleans()):
            return (self.lots, data.draw(st.sampled_from(["L1", "L2"]))), data.draw(QUANTITIES)
        return (self.serials, f"{self.name}{data.draw(st.sampled_from(['S1', 'S2', 'S3']))}"), 1

    def posted(self, record, number, order_no, goods, quantity, moves, of=None):
        document = Document(record, number, order_no, goods, quantity, moves, of)
        self.paper.documents.append(document)
        self.paper.change(moves)
        if of:
            of.came_back += quantity
        return document

    def in_stock_anywhere(self, goods):
        return goods[0] == self.serials and any(self.paper.stock[(place, goods)] for place in (MAIN, ROAD, SIDE))

    def free(self, item_no):
        """What nobody holds of an item, whatever its numbers. Nobody holds by number here, so every promise can move (LB-03, D19)."""
        wanted = [Reserve(**sales_line(self.name + letter, line)).demand() for letter in LINES for line in (LOT_ITEM_LINE, SERIAL_LINE)]
        lines = [line for line in demand_lines(self.session, wanted).values() if line.item_no == item_no]
        self.session.rollback()
        stock = sum(quantity for (place, goods), quantity in self.paper.stock.items() if place == MAIN and goods[0] == item_no)
        return stock - sum(line.reserved_from_stock for line in lines)

    # --- goods come in and go out

    @rule(data=st.data(), part=st.booleans())
    def receive(self, data, part):
        goods, quantity = self.new_goods(data)
        before, no = self.held(), self.order_no()
        ordered = quantity + 2 if part else quantity
        make_purchase_order(self.run, {"item_no": goods[0], "quantity": str(ordered), "date": "2030-01-31"}, no=no)
        code, answer = outcome(receive, self.run, no, self.numbered(goods, quantity), confirmed=True)
        assert code == ("SERIAL_IN_STOCK" if self.in_stock_anywhere(goods) else "RECEIPT_POSTED")
        if answer:
            self.posted("receipt", answer.receipt_no, no, goods, quantity, {(MAIN, goods): quantity})
        self.agrees(before)

    @precondition(has_goods)
    @rule(data=st.data(), letter=st.sampled_from(LINES))
    def ship(self, data, letter):
        goods, quantity = self.goods(data)
        before, no = self.held(), self.name + letter
        line_no = LOT_ITEM_LINE if goods[0] == self.lots else SERIAL_LINE
        code, answer = outcome(ship, self.run, no, self.numbered(goods, quantity, line_no=line_no))
        assert answer or code in OUTBOUND, code
        if answer:
            self.posted("shipment", answer.shipment_no, no, goods, quantity, {(MAIN, goods): -quantity})
        self.agrees(before, (no,))

    @rule(data=st.data())
    def find(self, data):
        goods, quantity = self.new_goods(data)
        before = self.held()
        code, answer = outcome(adjust, self.run, {"item_no": goods[0], **self.numbered(goods, quantity)}, confirmed=True)
        assert code == ("SERIAL_IN_STOCK" if self.in_stock_anywhere(goods) else "ITEM_JOURNAL_POSTED")
        if answer:
            self.paper.change({(MAIN, goods): quantity})
        self.agrees(before)

    @precondition(has_goods)
    @rule(data=st.data())
    def write_off(self, data):
        goods, quantity = self.goods(data)
        before = self.held()
        free = self.free(goods[0])
        line = {"entry_type": "Negative Adjmt.", "item_no": goods[0], **self.numbered(goods, quantity)}
        code, answer = outcome(adjust, self.run, line)
        assert bool(answer) == (quantity <= free), code
        if answer:
            self.paper.change({(MAIN, goods): -quantity})
        self.agrees(before)

    @precondition(lambda self: self.paper.at(MAIN, self.lots))
    @rule(data=st.data(), lot=st.sampled_from(["L1", "L2", "L3"]))
    def rename(self, data, lot):
        """EX-05, AP-13."""
        goods, quantity = self.goods(data, self.lots)
        if goods[1] == lot:
            return
        before = self.held()
        free = self.free(goods[0])
        line = {"item_no": goods[0], "location_code": MAIN, "new_lot_no": lot, **self.numbered(goods, quantity)}
        code, answer = outcome(self.run, post_reclassification, given=PostReclassification(lines=[line], reason="relabelled"))
        assert bool(answer) == (quantity <= free), code
        if answer:
            self.paper.change({(MAIN, goods): -quantity, (MAIN, (goods[0], lot)): quantity})
        self.agrees(before)

    # --- transfers

    @precondition(has_goods)
    @rule(data=st.data())
    def send_off(self, data):
        goods, quantity = self.goods(data)
        before, no = self.held(), self.order_no()
        free = self.free(goods[0])
        make_transfer_order(self.run, {"item_no": goods[0], "quantity": str(quantity)}, no=no)
        code, answer = outcome(send_off, self.run, no, self.numbered(goods, quantity))
        assert bool(answer) == (quantity <= free), code
        if answer:
            self.posted("transfer shipment", answer.document_no, no, goods, quantity, {(MAIN, goods): -quantity, (ROAD, goods): quantity})
        self.agrees(before)

    @precondition(lambda self: self.paper.of("transfer shipment"))
    @rule(data=st.data())
    def arrive(self, data):
        """TL-14: what set off arrives under its numbers, and once."""
        shipment = data.draw(st.sampled_from(self.paper.of("transfer shipment")))
        before, quantity = self.held(), data.draw(st.integers(1, shipment.quantity))
        code, answer = outcome(arrive, self.run, shipment.order_no, self.numbered(shipment.goods, quantity))
        assert bool(answer) == (quantity <= shipment.left), code
        if answer:
            moves = {(ROAD, shipment.goods): -quantity, (SIDE, shipment.goods): quantity}
            self.posted("transfer receipt", answer.document_no, shipment.order_no, shipment.goods, quantity, moves, shipment)
        self.agrees(before)

    # --- undo, and returns to either side

    @precondition(lambda self: self.paper.of(*UNDOABLE))
    @rule(data=st.data())
    def undo(self, data):
        """AP-15: once, whole, and only while nothing came back of it."""
        document = data.draw(st.sampled_from(self.paper.of(*UNDOABLE)))
        before = self.held()
        code, answer = outcome(undo, self.run, document.record, document.no)
        assert answer or code in UNDO, code
        if answer:
            assert not document.undone
            assert not document.came_back
            document.undone = True
            self.paper.change(document.moves, -1)
            if document.of:
                document.of.came_back -= document.quantity
        elif not document.undone and not document.came_back:
            self.could_not_be_undone(document)
        self.agrees(before, (document.order_no,))

    def could_not_be_undone(self, document):
        """Only goods that have left, or are promised to somebody, or a serial that came another way, stop an undo."""
        bringing = document.record in {"receipt", "return receipt"}
        if bringing or document.record == "transfer shipment":
            return
        assert self.in_stock_anywhere(document.goods), document

    @precondition(lambda self: self.paper.of("receipt", "shipment"))
    @rule(data=st.data())
    def goods_go_back(self, data):
        """AP-07, AP-08: never more than came, to the vendor or from the customer."""
        document = data.draw(st.sampled_from(self.paper.of("receipt", "shipment")))
        before = self.held()
        code, no = outcome_of_copy(self.run, document.record, document.no)
        # Goods that a customer has can always come back; what goes to a vendor must still be there as it came.
        assert bool(no) == bool(document.left) if document.record == "shipment" else not no or document.left, code
        if not no:
            self.agrees(before)
            return
        quantity = data.draw(st.integers(1, document.left))
        bought = document.record == "receipt"
        post, record = (send_back, "return shipment") if bought else (take_back, "return receipt")
        code, answer = outcome(post, self.run, no, self.numbered(document.goods, quantity), confirmed=True)
        assert answer or code in OUTBOUND | INBOUND | UNDO | {"ENTRY_NOT_OPEN"}, code
        if answer:
            moves = {(MAIN, document.goods): -quantity if bought else quantity}
            self.posted(record, answer.document_no, no, document.goods, quantity, moves, document)
        kind = OrderKind.PURCHASE_RETURN if bought else OrderKind.SALES_RETURN
        if quantity < document.quantity or not answer:
            outcome(self.run, close_order, kind=kind, given=CloseOrder(order_no=no, reason="the rest stays", confirmed=True))
        self.agrees(before)

    # --- production

    @precondition(has_goods)
    @rule(data=st.data())
    def consume(self, data):
        goods, quantity = self.goods(data)
        before, line_no = self.held(), 10 if goods[0] == self.lots else 20
        free = self.free(goods[0])
        line = {"entry_type": "Consumption", "line_no": line_no, **self.numbered(goods, quantity)}
        code, answer = self.journal(line)
        assert bool(answer) == (quantity <= free), code
        if answer:
            self.paper.change({(MAIN, goods): -quantity})
        self.agrees(before)

    @rule(lot=st.sampled_from(["C1", "C2"]), quantity=st.integers(1, 2))
    def report_carts(self, lot, quantity):
        before, goods = self.held(), (self.cart, lot)
        line = {"entry_type": "Output", "line_no": 10000, **self.numbered(goods, quantity)}
        code, answer = self.journal(line)
        assert answer or code in {"MORE_THAN_STARTED", "ORDER_STAGE"}, code
        if answer:
            self.paper.change({(MAIN, goods): quantity})
        self.agrees(before)

    def journal(self, line):
        given = PostProductionJournal(lines=[line])
        return outcome(self.run, post_production_journal, order_no=self.name + "J", given=given)

    # --- promises

    @rule(letter=st.sampled_from(LINES), line_no=st.sampled_from([LOT_ITEM_LINE, SERIAL_LINE]))
    def reserve(self, letter, line_no):
        before = self.held()
        code, _ = outcome(auto, self.run, line=sales_line(self.name + letter, line_no))
        assert code in {"RESERVED", "PARTLY_RESERVED", "NOTHING_TO_RESERVE", "FULLY_RESERVED", "NOT_FOUND"}
        self.agrees(before, (self.name + letter,))

    @rule(letter=st.sampled_from(LINES), line_no=st.sampled_from([LOT_ITEM_LINE, SERIAL_LINE]))
    def give_up(self, letter, line_no):
        demand = Reserve(**sales_line(self.name + letter, line_no)).demand()
        pairs = pairs_of_demand(self.session, demand)
        self.session.rollback()
        if not pairs:
            return
        before = self.held()
        cancel(self.run, *(pair.entry_no for pair in pairs))
        self.agrees(before, (self.name + letter,))
        assert self.held().get((self.name + letter, line_no)) == Decimal(0)

    @rule(letter=st.sampled_from(LINES), quantity=st.integers(1, 12))
    def change_a_line(self, letter, quantity):
        """RS-12: never more reserved than is asked for."""
        before, no = self.held(), self.name + letter
        given = ChangeLine(order_no=no, line_no=LOT_ITEM_LINE, item_no=self.lots, quantity=str(quantity), date="2030-06-30")
        code, answer = outcome(self.run, change_line, kind=OrderKind.SALES, given=given)
        assert answer or code in {"BELOW_HANDLED", "DOCUMENT_STATUS", "TRACKED_QUANTITY"}, code
        self.agrees(before, (no,))


def outcome_of_copy(*arguments):
    """The number of the return order, or what refused it."""
    try:
        return "", copy_posted(*arguments)
    except Refusal as refusal:
        return refusal.code, ""


@pytest.mark.parametrize("kind", SIZES)
def test_t5_documents(kind):
    examples, steps = SIZES[kind]
    play(DocumentMachine, kind, examples=examples, steps=steps)
