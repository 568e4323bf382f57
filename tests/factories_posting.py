"""Items, numbers and journal lines for tests of the ledger and the posting door."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.errors import Answer
from shopfloor.items.holds import EVERY_USE
from shopfloor.items.models import Item, ItemTrackingCode, ItemTrackingRequirement, NumberInformation, UnitOfMeasure
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_types import EntryType, OrderType
from shopfloor.ledger.models import GenealogyEdge, ItemApplicationEntry, ItemLedgerEntry, OpenItemEntry, TrackingUnit
from shopfloor.people.actor import Actor
from shopfloor.posting.journal import ItemJournalLine, PostedRegister
from shopfloor.posting.post import post
from shopfloor.quantity import ONE
from shopfloor.reservations.commands import reserve
from shopfloor.reservations.rules import Demand, OpenEntry, Take

DAY = date(2026, 3, 2)
MAIN = "MAIN"

CODES: dict[str, dict[str, Any]] = {
    "SN": {"serial_specific": True},
    "LOT": {"lot_specific": True},
    "SNLOT": {"serial_specific": True, "lot_specific": True},
    "LOTEXP": {"lot_specific": True, "use_expiration_dates": True, "expiration_entry_required": True, "strict_expiration_posting": True},
    "LOTFREE": {},
    "USED": {},
}
ITEMS: dict[str, dict[str, Any]] = {
    "PACK": {"item_tracking_code": "SN"},
    "CTRL": {"item_tracking_code": "SN"},
    "CELL": {"item_tracking_code": "LOT"},
    "PAIR": {"item_tracking_code": "SNLOT"},
    "PASTE": {"item_tracking_code": "LOTEXP", "expiration_days": 0},
    "GLUE": {"item_tracking_code": "LOTEXP", "expiration_days": 30},
    "FREE": {"item_tracking_code": "LOTFREE"},
    "LATE": {"item_tracking_code": "USED"},
    "SCREW": {},
    "TAPE": {"negative_stock_allowed": True},
}


def make_items(session: Session) -> None:
    """The items of the tests, one for each kind of tracking; commits."""
    session.add(UnitOfMeasure(code="PCS", description="Pieces"))
    for code, flags in CODES.items():
        session.add(ItemTrackingCode(code=code, description=code, **flags))
    session.flush()
    session.add(ItemTrackingRequirement(tracking_code="USED", kind="Serial", transaction="manufacturing outbound"))
    for no, fields in ITEMS.items():
        known = {"base_unit_code": "PCS", "rounding_precision": Decimal("0.00001"), "item_tracking_code": None}
        session.add(Item(no=no, description=no.title(), **known | fields))
    session.commit()


def q(text: str | int) -> Decimal:
    return Decimal(text)


def line(entry_type: EntryType, item_no: str, quantity: Any = 1, *, sn: str = "", lot: str = "", **fields: Any) -> ItemJournalLine:
    """A journal line at the main location."""
    fields = {"location_code": MAIN, "posting_date": DAY} | fields
    return ItemJournalLine(entry_type, item_no, Decimal(quantity), tracking=Tracking(sn, lot), **fields)


def bought(item_no: str, quantity: Any = 1, **fields: Any) -> ItemJournalLine:
    return line(EntryType.PURCHASE, item_no, quantity, **fields)


def sold(item_no: str, quantity: Any = 1, **fields: Any) -> ItemJournalLine:
    return line(EntryType.SALE, item_no, quantity, **fields)


def found(item_no: str, quantity: Any = 1, **fields: Any) -> ItemJournalLine:
    return line(EntryType.POSITIVE_ADJUSTMENT, item_no, quantity, **fields)


def lost(item_no: str, quantity: Any = 1, **fields: Any) -> ItemJournalLine:
    return line(EntryType.NEGATIVE_ADJUSTMENT, item_no, quantity, **fields)


def moved(item_no: str, quantity: Any = 1, **fields: Any) -> ItemJournalLine:
    return line(EntryType.TRANSFER, item_no, quantity, **fields)


def used(item_no: str, quantity: Any = 1, *, order: str = "PO-1", order_line: int = 10000, **fields: Any) -> ItemJournalLine:
    fields = {"order_type": OrderType.PRODUCTION, "order_no": order, "order_line_no": order_line} | fields
    return line(EntryType.CONSUMPTION, item_no, quantity, **fields)


def made(item_no: str, quantity: Any = 1, *, order: str = "PO-1", order_line: int = 10000, **fields: Any) -> ItemJournalLine:
    fields = {"order_type": OrderType.PRODUCTION, "order_no": order, "order_line_no": order_line} | fields
    return line(EntryType.OUTPUT, item_no, quantity, **fields)


class Posted(Answer):
    """What a posting in a test answers."""

    code = "TEST_POSTED"
    message = "posted"


def posting(session: Session, actor: Actor, *, lines: list[ItemJournalLine], out: list[PostedRegister], reason: str = "") -> Posted:
    """A use case that does nothing but post."""
    out.append(post(session, actor, lines, source="Test", reason=reason))
    return Posted()


class Door:
    """`door(line, ...)` posts lines in one unit of work; the other methods look at what is there."""

    def __init__(self, run: Any, session: Session) -> None:
        self._run = run
        self.session = session

    def __call__(self, *lines: ItemJournalLine, **keywords: Any) -> PostedRegister:
        out: list[PostedRegister] = []
        self._run(posting, lines=list(lines), out=out, **keywords)
        return out[-1]

    def entry(self, *lines: ItemJournalLine, **keywords: Any) -> int:
        """The first entry of the first line."""
        return self(*lines, **keywords).lines[0].entry_nos[0]

    def rows(self, model: Any, *order: str) -> list[dict[str, Any]]:
        names = order or ("entry_no",)
        rows_of = table(model)
        statement = select(rows_of).where(plant(self.session, rows_of)).order_by(*(rows_of.c[name] for name in names))
        rows = [dict(row._mapping) for row in self.session.connection().execute(statement)]
        self.session.rollback()
        return rows

    def open(self) -> dict[int, tuple[Decimal, Decimal]]:
        return {row["entry_no"]: (row["remaining"], row["reserved"]) for row in self.rows(OpenItemEntry)}

    def remaining(self) -> dict[int, Decimal]:
        return {row["entry_no"]: row["remaining"] for row in self.rows(OpenItemEntry)}

    def entries(self) -> list[dict[str, Any]]:
        return self.rows(ItemLedgerEntry)

    def applications(self) -> list[tuple[int, int, int, Decimal, int, bool]]:
        return [
            (
                row["item_entry_no"], row["inbound_item_entry_no"], row["outbound_item_entry_no"], row["quantity"],
                row["transferred_from_entry_no"], row["cost_application"],
            )
            for row in self.rows(ItemApplicationEntry)
        ]

    def edges(self) -> dict[tuple[str, str], Decimal]:
        """Edges with readable ends: `CELL:L1`, `PO-1/10000#7`."""
        names = {row["unit_no"]: unit_name(row) for row in self.rows(TrackingUnit, "unit_no")}
        return {(names[row["parent_no"]], names[row["child_no"]]): row["quantity"] for row in self.rows(GenealogyEdge, "parent_no")}

    def reserve(self, actor: Actor, demand: Demand, entry_no: int, quantity: Any, *, specific: bool = False, picked: bool = False) -> None:
        """A reservation of an open entry, through the real command."""
        row = next(row for row in self.rows(OpenItemEntry) if row["entry_no"] == entry_no)

        def work(session: Session, actor: Actor) -> Posted:
            tracking = Tracking(row["serial_no"], row["lot_no"], row["package_no"])
            entry = OpenEntry(
                entry_no, row["item_no"], row["variant_code"], row["location_code"], tracking, row["remaining"], row["reserved"]
            )
            reserve(session, actor, demand, [Take(entry_no, Decimal(quantity))], {entry_no: entry}, specific=specific, picked=picked)
            return Posted()

        self._run(work, actor)

    def hold(self, item_no: str, kind: str, number: str) -> None:
        """Put a number on hold."""
        information = table(NumberInformation)
        clause = (information.c.item_no == item_no) & (information.c.kind == kind) & (information.c.number == number)
        stopping = {"stops": int(EVERY_USE), "stopped_by": "Hold", "stop_reason": "cracked"}
        self.session.execute(information.update().where(clause).values(blocked=True, hold_reason="cracked", **stopping))
        self.session.commit()


def unit_name(row: dict[str, Any]) -> str:
    if row["order_no"]:
        return f"{row['order_no']}/{row['order_line_no']}#{row['match_id']}"
    return f"{row['item_no']}:{row['serial_no'] or row['lot_no']}"


__all__ = ["DAY", "MAIN", "ONE", "Door", "bought", "found", "line", "lost", "made", "make_items", "moved", "posting", "q", "sold", "used"]
