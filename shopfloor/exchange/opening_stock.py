"""Opening stock from a file: positive adjustments, posted through the door in blocks, all of them or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.errors import InvalidInput, NotFound, Refusal
from shopfloor.exchange.csv_text import CsvRow
from shopfloor.exchange.rows import Tick, inputs_of, refuse_wrong
from shopfloor.items.locations import location_problems
from shopfloor.items.masters import ItemMaster
from shopfloor.items.queries import item_masters, unit_factors
from shopfloor.items.rules import check_number, numbers_of
from shopfloor.items.units import UnitFactors
from shopfloor.ledger.entry_types import EntryType
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.orders.documents import Goods, tracking_of
from shopfloor.orders.inputs import ArrivedLine
from shopfloor.orders.item_journal import post_item_journal
from shopfloor.orders.journal_inputs import JournalLine, PostItemJournal
from shopfloor.people.actor import Actor
from shopfloor.people.fields import Code20, Variant
from shopfloor.people.masters import AT_ONCE, Problem
from shopfloor.posting.checks import check_item, check_numbers
from shopfloor.posting.journal import LINE_LIMIT, ItemJournalLine
from shopfloor.quantity import ZERO


class StockRow(ArrivedLine):
    """Goods that are there on the first day."""

    item_no: Code20
    location_code: Code20
    variant_code: Variant = ""


@dataclass(frozen=True)
class Terms:
    """What holds for all rows."""

    reason: str
    posting_date: date | None
    confirmed: bool


COLUMNS = ("item_no", "location_code", *(name for name in StockRow.model_fields if name not in {"item_no", "location_code"}))
NUMBERS = ("serial_no", "lot_no", "package_no")
WRONG_COLUMN = {"EXPIRATION_DIFFERS": "expiration_date", "EXPIRATION_REQUIRED": "expiration_date"}
"""What the posting door refuses names no column: it does not know the file."""
REQUIRED = ("item_no", "location_code", "quantity")
Rows = Sequence[tuple[int, StockRow]]


def work(session: Session, actor: Actor, kind: str, terms: Terms, rows: list[CsvRow], tick: Tick) -> None:
    """Check every row, then post block by block. Raises RowsWrong."""
    problems: list[Problem] = []
    read = inputs_of(StockRow, rows, problems)
    problems += _problems(session, actor, read, terms)
    refuse_wrong(kind, len(rows), problems)
    for start in range(0, len(read), LINE_LIMIT):
        block = read[start : start + LINE_LIMIT]
        lines = tuple(
            JournalLine.model_construct(**{"entry_type": EntryType.POSITIVE_ADJUSTMENT.value, **_values(row)}) for _line, row in block
        )
        given = PostItemJournal.model_construct(
            lines=lines, reason=terms.reason, posting_date=terms.posting_date, confirmed=terms.confirmed
        )
        try:
            post_item_journal(session, actor, given=given)
        except Refusal as refusal:
            line, column = _place_of(block, refusal)
            refuse_wrong(kind, len(rows), [Problem(line, column, refusal)])
        tick(min(start + LINE_LIMIT, len(rows)), len(rows))


def _values(row: StockRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in StockRow.model_fields}


def _problems(session: Session, actor: Actor, read: Rows, terms: Terms) -> Iterator[Problem]:
    """What can be told of each row alone, and of serial numbers that stand twice or are here already."""
    masters, factors = _masters(session, sorted({row.item_no for _line, row in read}))
    places = location_problems(session, {row.location_code for _line, row in read})
    goods = Goods(masters, factors)
    posting_date = terms.posting_date or actor.work_date()
    for line, row in read:
        if row.location_code in places:
            yield Problem(line, "location_code", places[row.location_code])
        if row.item_no not in masters:
            yield Problem(line, "item_no", NotFound(record="item", number=row.item_no))
            continue
        yield from _row_problems(line, row, goods, posting_date)
    yield from _serials_twice(session, read)


def _row_problems(line: int, row: StockRow, goods: Goods, posting_date: date) -> Iterator[Problem]:
    master = goods.masters[row.item_no]
    for kind, number in numbers_of(tracking_of(row)):
        try:
            check_number(master, kind, number)
        except Refusal as refusal:
            yield Problem(line, f"{kind.lower()}_no", refusal)
    try:
        amount = goods.amount(row.item_no, row)
    except Refusal as refusal:
        yield Problem(line, refusal.row_column or "quantity", refusal)
        return
    journal = ItemJournalLine(
        entry_type=EntryType.POSITIVE_ADJUSTMENT,
        item_no=row.item_no,
        quantity=amount.base,
        location_code=row.location_code,
        posting_date=posting_date,
        tracking=tracking_of(row),
    )
    for check in (check_item, check_numbers):
        try:
            check(journal, master)
        except Refusal as refusal:
            yield Problem(line, refusal.row_column or "item_no", refusal)


def _serials_twice(session: Session, read: Rows) -> Iterator[Problem]:
    first: dict[tuple[str, str, str], int] = {}
    for line, row in read:
        key = (row.item_no, row.variant_code, row.serial_no)
        if row.serial_no and first.setdefault(key, line) != line:
            words = f"{row.serial_no} stands in line {first[key]} already"
            yield Problem(line, "serial_no", InvalidInput(words, {"serial_no": words}))
    own = table(OpenItemEntry)
    serials = sorted({serial_no for _item, _variant, serial_no in first})
    for start in range(0, len(serials), AT_ONCE):
        part = serials[start : start + AT_ONCE]
        here = select(own.c.item_no, own.c.variant_code, own.c.serial_no, own.c.location_code).where(
            plant(session, own), own.c.serial_no.in_(part), own.c.remaining > ZERO
        )
        for entry in session.connection().execute(here):
            line_no = first.get((entry.item_no, entry.variant_code, entry.serial_no))
            if line_no is not None:
                words = f"{entry.serial_no} of {entry.item_no} is in stock already at {entry.location_code}"
                yield Problem(line_no, "serial_no", InvalidInput(words, {"serial_no": words}))


def _masters(session: Session, item_nos: list[str]) -> tuple[Mapping[str, ItemMaster], UnitFactors]:
    masters: dict[str, ItemMaster] = {}
    factors: dict[tuple[str, str], Decimal] = {}
    for start in range(0, len(item_nos), AT_ONCE):
        part = item_nos[start : start + AT_ONCE]
        masters |= item_masters(session, part)
        factors |= unit_factors(session, part)
    return masters, factors


def _place_of(block: Rows, refusal: Refusal) -> tuple[int, str]:
    """Line and column that the journal or the door refused: the row that they say, else the one whose number they name, else the first."""
    told = {str(value) for value in refusal.outcome_fields().values()}
    by_name = next(((line, row, name) for line, row in block for name in NUMBERS if getattr(row, name) in told - {""}), None)
    line, row, named = by_name or (*block[0], "item_no")
    if refusal.row:
        line, row = block[refusal.row - 1]
        named = next((name for name in NUMBERS if getattr(row, name) in told - {""}), "item_no")
    return line, refusal.row_column or WRONG_COLUMN.get(refusal.code, named)
