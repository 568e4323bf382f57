"""A long history, made by copying: one unit is built and shipped by the real use cases, and set-based SQL repeats all of its rows.

Every copy has numbers, orders and entries of its own, so that `shopfloor check` finds nothing wrong in it. Commands, scans and the audit
log are not copied: nothing that is measured reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Engine, Table, Text, cast, func, insert, literal, select
from sqlalchemy.orm import Session

from bench import plant, service
from shopfloor.db import Base
from shopfloor.db.engine import writer_gate
from shopfloor.genealogy.inputs import ScanInput
from shopfloor.genealogy.starting import start_order
from shopfloor.items import commands as items
from shopfloor.items.inputs import NewGtin, NewItem, NewTrackingCode
from shopfloor.orders import commands as orders
from shopfloor.orders.inputs import NewCustomer, NewSalesOrder, NewVendor, PostShipment
from shopfloor.orders.item_journal import post_item_journal
from shopfloor.orders.journal_inputs import PostItemJournal
from shopfloor.orders.shipment import post_shipment
from shopfloor.production import commands as production
from shopfloor.production.bills import create_bom
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, StartOrder

LOTS = 10_000
"""Of the item that is kept in lots; all of them are in stock."""
LOT_ITEM = "CELL"
ENTRIES = 10
"""Ledger entries of one production: three serial parts and a lot come in and are used, the unit is made and shipped."""
BLOCK = 10_000
"""Productions in one transaction."""
FIRST_BLOCK = 500
VENDOR = "V-BENCH"
CUSTOMER = "C-BENCH"
_FIRST = "FIRST"
"""Item of the production that is copied; the copies are of the item that is measured."""
_FIRST_GTIN, _LOT_GTIN = "09521234543220", "09521234543237"
_FIRST_LOT = "LOT-FIRST"
_NOT_COPIED = {"command_entry", "scan_entry", "audit_entry"}
_COUNTER_OF = {
    "register_no": "item_register", "item_entry_no": "item_ledger_entry", "inbound_item_entry_no": "item_ledger_entry",
    "outbound_item_entry_no": "item_ledger_entry", "transferred_from_entry_no": "item_ledger_entry",
    "corrects_entry_no": "item_ledger_entry", "unit_no": "tracking_unit", "parent_no": "tracking_unit", "child_no": "tracking_unit",
    "match_id": "match_id", "association_no": "association",
}
"""Which counter the numbers in a column come from; `entry_no` is counted by its own table."""
Values = Mapping[str, Any]


def serial_of(production: int, part: int = 0) -> str:
    """A copied unit, or its first, second or third part."""
    return f"H-{part}-{production}"


def lot_of(number: int) -> str:
    """One of the lots, in five digits."""
    return f"L{number % LOTS:05d}"


@dataclass
class History:
    """Knows the rows of one production and copies them."""

    engine: Engine
    rows: dict[Table, list[Values]]
    lot_unit: int
    """Genealogy's number of the lot that the first production used."""
    first_lot_unit: int
    """The same of the first of the lots that copies use."""
    texts: dict[str, str]
    """Identifiers of the first production, and what stands in front of a copy's number."""
    productions: int = 0
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for table, rows in self.rows.items():
            for column, counter in _counted(table).items():
                numbers = [row[column] for row in rows if row[column] and not self._is_lot(counter, row[column])]
                low, high = self.spans.get(counter, (10**18, 0))
                self.spans[counter] = (min([low, *numbers]), max([high, *numbers]))

    @property
    def entries(self) -> int:
        """Ledger entries of all copies."""
        return self.productions * ENTRIES

    def grow(self, entries: int) -> None:
        """Copy until there are so many ledger entries."""
        while self.entries < entries:
            count = min(BLOCK, max(FIRST_BLOCK, self.productions), (entries - self.entries) // ENTRIES)
            with writer_gate(self.engine), self.engine.connect().execution_options(**_writing(self.engine)) as connection:
                starts = {counter: _take(connection, counter, count * (high - low + 1)) for counter, (low, high) in self.spans.items()}
                for table, rows in self.rows.items():
                    for row in rows:
                        self._copy(connection, table, row, starts, count)
                connection.commit()
            self.productions += count
            # PostgreSQL would go on checking references with plans for tables that were tiny; a plant does not grow in one minute.
            plant.settle(self.engine)

    def _copy(self, connection: Connection, table: Table, row: Values, starts: Mapping[str, int], count: int) -> None:
        first = self.productions
        series = select(literal(first, BigInteger).label("n")).cte("series", recursive=True)
        series = series.union_all(select(series.c.n + 1).where(series.c.n < first + count - 1))
        counters = _counted(table)
        values = []
        for column in table.columns:
            value = row[column.name]
            if column.name in counters and value:
                values.append(self._number(counters[column.name], value, series.c.n, starts))
            elif isinstance(value, str) and value.upper() in self.texts:
                values.append(self._text(value, series.c.n))
            else:
                values.append(literal(value, column.type))
        connection.execute(insert(table).from_select([column.name for column in table.columns], select(*values)))

    def _number(self, counter: str, value: int, n: ColumnElement[int], starts: Mapping[str, int]) -> ColumnElement[Any]:
        if self._is_lot(counter, value):
            return self.first_lot_unit + n % LOTS
        low, high = self.spans[counter]
        return starts[counter] + value - low + (n - self.productions) * (high - low + 1)

    def _text(self, value: str, n: ColumnElement[int]) -> ColumnElement[Any]:
        front = self.texts[value.upper()]
        if value == _FIRST_LOT:
            return literal(front) + func.substr(cast(n % LOTS + 100_000, Text), 2)
        if value == _FIRST:
            return literal(front)
        return literal(front if value.isupper() else front.casefold()) + cast(n, Text)

    def _is_lot(self, counter: str, value: int) -> bool:
        return counter == "tracking_unit" and value == self.lot_unit


def begin(engine: Engine) -> History:
    """The items of the history, the production that is copied, and the lots in stock. The plant is furnished."""
    with Session(engine) as session:
        run = plant.runner(session)
        _masters(run)
        before = _everything(session)
        shipment_no = _produce(session, run)
        new = {
            table: [row for row in rows if _key(table, row) not in {_key(table, old) for old in before[table]}]
            for table, rows in _everything(session).items()
        }
        common = {"entry_type": "Positive Adjmt.", "item_no": LOT_ITEM, "quantity": "100", "location_code": "MAIN"}
        lots = [{**common, "lot_no": lot_of(number)} for number in range(LOTS)]
        run(post_item_journal, given=PostItemJournal.model_validate({"lines": lots, "reason": "opening stock"}))
        units = Base.metadata.tables["tracking_unit"]
        found = {
            row.lot_no: row.unit_no
            for row in session.connection().execute(select(units).where(units.c.item_no == LOT_ITEM, units.c.serial_no == ""))
        }
        assert [found[lot_of(number)] - found[lot_of(0)] for number in range(LOTS)] == list(range(LOTS))
    documents = {row["document_no"] for row in new[Base.metadata.tables["item_ledger_entry"]] if row["document_no"]}
    texts = {text: f"H-{place}-" for place, text in enumerate(("SN-UNIT", "SN-PART-1", "SN-PART-2", "SN-PART-3"))}
    texts |= {text: f"H{place}-" for place, text in enumerate(sorted(documents | {"PO-FIRST", "SO-FIRST", shipment_no}))}
    rows = {table: [row for row in rows if not _is_of_the_lot(table, row)] for table, rows in new.items() if table.name not in _NOT_COPIED}
    return History(
        engine, {table: rows for table, rows in rows.items() if rows}, found[_FIRST_LOT], found[lot_of(0)],
        texts | {_FIRST: plant.UNIT, _FIRST_LOT: "L"},
    )


def _masters(run: Callable[..., Any]) -> None:
    run(orders.create_vendor, given=NewVendor(no=VENDOR, name="Vendor of the bench"))
    run(orders.create_customer, given=NewCustomer(no=CUSTOMER, name="Customer of the bench"))
    run(items.create_tracking_code, given=NewTrackingCode(code="LOT", description="Lot", lot_specific=True))
    for item_no, gtin, code in ((_FIRST, _FIRST_GTIN, "SN"), (LOT_ITEM, _LOT_GTIN, "LOT")):
        given = NewItem(
            no=item_no, description=f"{item_no} of the bench", base_unit_code="PCS", item_tracking_code=code,
            tracked_components_policy="STRICT",
        )
        run(items.create_item, given=given)
        run(items.add_gtin, given=NewGtin(gtin=gtin, item_no=item_no))
    parts = (*(part.item_no for part in plant.PARTS[:3]), LOT_ITEM)
    lines = tuple(NewBomLine(item_no=part, quantity_per="1", flushing="Manual") for part in parts)
    run(create_bom, given=NewBom(item_no=_FIRST, lines=lines))


def _produce(session: Session, run: Callable[..., Any]) -> str:
    """Receive, build, report and ship one unit; the number of the shipment."""
    parts = [{"item_no": part.item_no, "serial_no": f"SN-PART-{number}"} for number, part in enumerate(plant.PARTS[:3], start=1)]
    lines = [
        {"entry_type": "Positive Adjmt.", "quantity": "1", "location_code": "MAIN", **part}
        for part in (*parts, {"item_no": LOT_ITEM, "lot_no": _FIRST_LOT})
    ]
    run(post_item_journal, given=PostItemJournal.model_validate({"lines": lines, "reason": "opening stock"}))
    run(production.create_order, given=NewProductionOrder(no="PO-FIRST", item_no=_FIRST, quantity="1", location_code="MAIN"))
    run(start_order, given=StartOrder(order_no="PO-FIRST", quantity="1"))
    match_id = service.send(session, "first", ScanInput(text=f"]d201{_FIRST_GTIN}21SN-UNIT", source="wedge"), "PO-FIRST").match_id
    labels = [f"]d201{part.gtin}21SN-PART-{number}" for number, part in enumerate(plant.PARTS[:3], start=1)]
    for place, label in enumerate([*labels, f"]d201{_LOT_GTIN}10{_FIRST_LOT}"]):
        scan = ScanInput(text=label, source="wedge", mode="Component", product=match_id, clock_id="c", clock_ms=5000 * place)
        answer = service.send(session, f"first-{place}", scan, "PO-FIRST")
        assert answer.code in {"COMPONENT_REGISTERED", "LINE_COMPLETED", "UNIT_COMPLETED"}, answer
    service.report(session, match_id, "PO-FIRST")
    line = {"item_no": _FIRST, "quantity": "1", "location_code": "MAIN"}
    run(orders.create_sales_order, given=NewSalesOrder.model_validate({"no": "SO-FIRST", "customer_no": CUSTOMER, "lines": [line]}))
    run(orders.release_sales_order, order_no="SO-FIRST")
    shipped = {"order_no": "SO-FIRST", "lines": [{"line_no": 10000, "serial_no": "SN-UNIT"}]}
    shipment_no: str = run(post_shipment, given=PostShipment.model_validate(shipped)).shipment_no
    return shipment_no


# --- rows and counters ----------------------------------------------------------------------------------------------------


def _everything(session: Session) -> dict[Table, list[Values]]:
    connection = session.connection()
    rows = {table: [dict(row) for row in connection.execute(select(table)).mappings()] for table in Base.metadata.sorted_tables}
    session.rollback()
    return rows


def _key(table: Table, row: Values) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)


def _is_of_the_lot(table: Table, row: Values) -> bool:
    """The lots of the copies are known already."""
    return (table.name == "tracking_unit" and row["lot_no"] != "") or (table.name == "number_information" and row["kind"] == "Lot")


def _counted(table: Table) -> dict[str, str]:
    """Columns with counted numbers, and their counters."""
    own = {"entry_no": "item_ledger_entry" if table.name == "open_item_entry" else table.name}
    return {name: counter for name, counter in _pairs(own) if name in table.columns}


def _pairs(own: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from (_COUNTER_OF | dict(own)).items()


def _take(connection: Connection, counter: str, many: int) -> int:
    """The first of `many` numbers that nobody else gets."""
    if connection.dialect.name == "sqlite":
        sql = "UPDATE entry_counter SET last_no = last_no + ? WHERE name = ? RETURNING last_no"
        last: int = connection.exec_driver_sql(sql, (many, counter)).scalar_one()
        return last - many + 1
    first: int = connection.exec_driver_sql(f"SELECT nextval('{counter}_no')").scalar_one()
    connection.exec_driver_sql(f"SELECT setval('{counter}_no', {first + many})")
    return first


def _writing(engine: Engine) -> dict[str, Any]:
    return {"writes": True} if engine.dialect.name == "sqlite" else {"isolation_level": "READ COMMITTED"}
