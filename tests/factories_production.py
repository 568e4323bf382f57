"""Production orders for tests, made by the real commands on the plant of `factories_items`."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import event, select

from shopfloor.clock import work_date
from shopfloor.db import plant, table
from shopfloor.errors import Answer
from shopfloor.genealogy.starting import start_order
from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.ledger.entry_types import EntryType
from shopfloor.ledger.models import ItemLedgerEntry, OpenItemEntry
from shopfloor.people.master_commands import create_record
from shopfloor.posting.check import run_all
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.posting.post import post
from shopfloor.production import bills, commands, journals
from shopfloor.production.check import check_counters
from shopfloor.production.components import order_components, order_lines
from shopfloor.production.inputs import (
    NewBom,
    NewBomLine,
    NewProductionOrder,
    NewResource,
    NewRouting,
    NewRoutingLine,
    OrderKey,
    StartOrder,
)
from shopfloor.production.journals import ComponentUse, ProductReport
from shopfloor.production.locking import lock_order
from shopfloor.production.resources import RESOURCE
from shopfloor.reservations.commands import reserve
from shopfloor.reservations.rules import Demand, OpenEntry, Take
from tests.factories_items import CELL, LABEL, MODULE, PACK, PASTE, make_item, plant_with_masters

FOIL, CARD = "FOIL", "CARD"
"""Untracked: flushed at start; one for each order."""
MODULE_LINE, CELL_LINE, PASTE_LINE, LABEL_LINE, FOIL_LINE, CARD_LINE = 10, 20, 30, 40, 50, 60
LINE = 10_000


@dataclass(frozen=True)
class Done(Answer):
    code = "TEST_PRODUCTION_DONE"
    message = "Done."


def through(run, function, **keywords):
    """Run something that answers no Answer in a unit of work, and give what it gave."""
    given = []

    def work(session, actor):
        given.append(function(session, actor, **keywords))
        return Done()

    run(work)
    return given[-1]


def on_order(run, function, order_no="PO-1", **keywords):
    """Run a journal function on a locked order."""

    def work(session, actor):
        return function(session, actor, order=lock_order(session, order_no), **keywords)

    return through(run, work)


def pack_bom_lines():
    """A pack: 2 modules (serial), 3 cells (lot), 0.25 kg paste (lot), a label, 0.5 m of foil at start, one card for each order."""
    return (
        NewBomLine(item_no=MODULE, quantity_per="2", operation_no=10),
        NewBomLine(item_no=CELL, quantity_per="3", flushing="Manual", operation_no=10),
        NewBomLine(item_no=PASTE, quantity_per="0.25", flushing="Start", operation_no=20, over_tolerance_percent="4"),
        NewBomLine(item_no=LABEL, quantity_per="1", operation_no=20),
        NewBomLine(item_no=FOIL, quantity_per="0.5", flushing="Start", operation_no=20),
        NewBomLine(item_no=CARD, quantity_per="1", constant=True),
    )


def make_pack_masters(run):
    """Masters, bill and routing of the pack."""
    plant_with_masters(run)
    make_item(run, FOIL, rounding_precision="0.01")
    make_item(run, CARD)
    run(bills.create_bom, given=NewBom(item_no=PACK, lines=pack_bom_lines()))
    for code in ("Bench 1", "Bench 2"):
        run(create_record, master=RESOURCE, given=NewResource(code=code, name=code))
    steps = (
        NewRoutingLine(operation_no=10, description="Stack", resource="Bench 1", run_minutes="4"),
        NewRoutingLine(operation_no=20, description="Close", resource="Bench 2", run_minutes="2.5"),
    )
    run(bills.create_routing, given=NewRouting(item_no=PACK, lines=steps))


def make_order(run, quantity="2", *, no="PO-1", item_no=PACK, **more):
    """An order at stage Created."""
    run(commands.create_order, given=NewProductionOrder(item_no=item_no, quantity=quantity, location_code="MAIN", no=no, **more))
    return no


def start(run, order_no="PO-1", quantity=""):
    """Start all of an order, or a part of it."""
    return run(start_order, given=StartOrder(order_no=order_no, quantity=quantity))


def receive(run, item_no, quantity, *, serial_no="", lot_no="", location="MAIN"):
    """Opening stock."""
    line = ItemJournalLine(
        entry_type=EntryType.POSITIVE_ADJUSTMENT,
        item_no=item_no,
        quantity=Decimal(quantity),
        location_code=location,
        posting_date=work_date("UTC"),
        tracking=Tracking(serial_no, lot_no),
    )
    return through(run, post, lines=[line], source="Opening stock").lines[0].entry_nos[0]


def stock_for_packs(run, packs=2):
    """Everything that so many packs need, and some more: modules M-1…, lots C-1 and P-1, labels, foil, cards."""
    for number in range(1, 2 * packs + 1):
        receive(run, MODULE, "1", serial_no=f"M-{number}")
    receive(run, CELL, str(10 * packs), lot_no="C-1")
    receive(run, PASTE, str(packs), lot_no="P-1")
    receive(run, LABEL, str(10 * packs))
    receive(run, FOIL, str(10 * packs))
    receive(run, CARD, "5")


def started_packs(run, quantity="2"):
    """Masters, stock, and order PO-1 for packs, started in full."""
    make_pack_masters(run)
    stock_for_packs(run, int(quantity))
    make_order(run, quantity)
    start(run)


def use(line_no, item_no, quantity, *, serial_no="", lot_no="", match_id=1, applies_from_entry=0, association_no=0):
    """Consumption of one number for a row."""
    return ComponentUse(
        order_line_no=LINE,
        component_line_no=line_no,
        match_id=match_id,
        association_no=association_no,
        item_no=item_no,
        variant_code="",
        location_code="MAIN",
        tracking=Tracking(serial_no, lot_no) if serial_no or lot_no else NO_TRACKING,
        quantity=Decimal(quantity),
        applies_from_entry=applies_from_entry,
    )


def pack_uses(match_id):
    """The parts of pack `match_id`: its two modules, cells and paste."""
    return [
        use(MODULE_LINE, MODULE, "1", serial_no=f"M-{2 * match_id - 1}", match_id=match_id),
        use(MODULE_LINE, MODULE, "1", serial_no=f"M-{2 * match_id}", match_id=match_id),
        use(CELL_LINE, CELL, "3", lot_no="C-1", match_id=match_id),
        use(PASTE_LINE, PASTE, "0.25", lot_no="P-1", match_id=match_id),
    ]


def pack_report(match_id, good="1", error="0", cause=""):
    """The report of pack `match_id` as P-0001 and so on."""
    return ProductReport(LINE, match_id, Tracking(f"P-{match_id:04d}"), Decimal(good), Decimal(error), cause, None)


def finish_packs(run, *match_ids, **keywords):
    """Report packs as finished with all their parts."""
    return on_order(
        run,
        journals.finish,
        reports=[pack_report(match_id) for match_id in match_ids],
        uses=[part for match_id in match_ids for part in pack_uses(match_id)],
        **keywords,
    )


@contextmanager
def counted(session):
    """Statements that reach the database, without those that begin and end a transaction."""
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("SAVEPOINT", "RELEASE", "BEGIN")):
            statements.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


_entry = table(ItemLedgerEntry)


def stock(session):
    """What is open, by item and number."""
    open_entry = table(OpenItemEntry)
    found = {}
    for row in session.execute(select(open_entry).where(plant(session, open_entry))):
        name = (row.item_no, row.serial_no or row.lot_no)
        found[name] = found.get(name, Decimal(0)) + row.remaining
    session.rollback()
    return found


def entries(session, **fits):
    return session.execute(
        select(_entry).where(plant(session, _entry), *(_entry.c[name] == value for name, value in fits.items())).order_by(_entry.c.entry_no)
    ).all()


def consumed(session, order_no="PO-1"):
    return {component.line_no: component.consumed for component in order_components(session, order_no)}


def reported(session, order_no="PO-1"):
    line = order_lines(session, order_no)[0]
    return line.good, line.error


def books_are_right(session):
    """Every invariant of the ledger, and the counters of orders."""
    problems = [problem.text for problem in (*run_all(session), *check_counters(session))]
    session.rollback()
    assert problems == []
    return True


def reverse(run, match_id, order_no="PO-1", reason="wrong label"):
    return on_order(run, journals.reverse_report, order_no, match_id=match_id, reason=reason)


def hold_for(run, entry_no, item_no, tracking, *, order_no="PO-1", line_no=MODULE_LINE, association_no=0, quantity="1"):
    """A specific reservation of a piece of stock for a component line."""

    def work(session, actor):
        demand = Demand("Prod. Order Component", order_no, 10_000, line_no, association_no)
        piece = OpenEntry(entry_no, item_no, "", "MAIN", tracking, Decimal(quantity), Decimal(0))
        reserve(session, actor, demand, [Take(entry_no, Decimal(quantity))], {entry_no: piece}, specific=True)

    through(run, work)


def open_entry_of(session, serial_no):
    open_entry = table(OpenItemEntry)
    found = session.execute(select(open_entry).where(plant(session, open_entry), open_entry.c.serial_no == serial_no)).one()
    session.rollback()
    return found


def schedule(run, order_no="PO-1"):
    """Firm planned: components are demand, the line is supply."""
    return run(commands.schedule_order, given=OrderKey(order_no=order_no))
