"""Which item ledger entries are wanted, as conditions of a statement (DM-01).

No filter may make a page read the whole ledger. Items, numbers, documents and orders have an index; a posting is found by halving
(`register_queries`); everything else is looked for in stretches of the entry numbers, newest first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, select, union_all
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.items.models import NumberInformation, NumberKind
from shopfloor.ledger.models import ItemLedgerEntry, OpenItemEntry
from shopfloor.ledger.register_queries import window_of_register

_entry = table(ItemLedgerEntry)
_open = table(OpenItemEntry)
_information = table(NumberInformation)
GOODS = ("item_no", "variant_code", "location_code", "serial_no", "lot_no")
"""Filters that an open entry answers as well as its ledger entry."""
TEXTS = (*GOODS, "entry_type", "document_type", "document_no", "order_no")


@dataclass(frozen=True)
class EntryFilter:
    """What a list of entries is narrowed to; blank, 0 and None narrow nothing."""

    item_no: str = ""
    variant_code: str = ""
    location_code: str = ""
    number: str = ""
    """A serial, lot or package number, whichever it is."""
    serial_no: str = ""
    lot_no: str = ""
    package_no: str = ""
    entry_type: str = ""
    document_type: str = ""
    document_no: str = ""
    order_no: str = ""
    register_no: int = 0
    from_date: date | None = None
    """Posting date, this day and later."""
    to_date: date | None = None
    open_only: bool = False

    @property
    def readable(self) -> bool:
        """Whether a database can compare the texts at all."""
        return all(value.isprintable() for value in vars(self).values() if isinstance(value, str))

    @property
    def served(self) -> bool:
        """Whether an index leads to the entries, so that they can be counted and sorted."""
        named = (self.item_no, self.number, self.serial_no, self.lot_no, self.package_no, self.document_no, self.order_no, self.register_no)
        return self.open_only or any(named)

    @property
    def through_open(self) -> bool:
        """Whether the open entries are read first, and their ledger entries by key: nothing else names fewer."""
        return self.open_only and not any((self.number, self.package_no, self.document_no, self.order_no, self.register_no))


def conditions(session: Session, wanted: EntryFilter, *, walked: bool = False) -> list[ColumnElement[bool]]:
    """The WHERE clause; a posting costs a statement to find its place.

    `walked`: the entry numbers are walked anyway, so texts are compared in a way that tempts no planner elsewhere.
    """
    # Open entries are found first and bring the plant of their ledger entries with them: the join says so.
    at_plant = plant(session, _open if wanted.open_only else _entry)
    return [at_plant, *_texts(wanted, walked=walked), *_rest(session, wanted, walked=walked)]


def entry_numbers(wanted: EntryFilter) -> ColumnElement[int]:
    """The number that the list is sorted by: of the open entry if only these are wanted, so that their key is walked."""
    return (_open if wanted.open_only else _entry).c.entry_no


def _texts(wanted: EntryFilter, *, walked: bool) -> Iterator[ColumnElement[bool]]:
    for name in TEXTS:
        value = getattr(wanted, name)
        if value:
            column = (_open if wanted.open_only and name in GOODS else _entry).c[name]
            yield (column.concat("") if walked else column) == value


def _rest(session: Session, wanted: EntryFilter, *, walked: bool) -> Iterator[ColumnElement[bool]]:
    if wanted.number:
        yield _any_number(session, wanted, walked=walked)
    if wanted.package_no:
        yield and_(_entry.c.package_no == wanted.package_no, *([] if walked else [_items_of_package(session, wanted.package_no)]))
    if wanted.register_no:
        yield _entry.c.register_no == wanted.register_no
        yield window_of_register(session, wanted.register_no)
    if wanted.from_date is not None:
        yield _entry.c.posting_date >= wanted.from_date
    if wanted.to_date is not None:
        yield _entry.c.posting_date <= wanted.to_date


def _any_number(session: Session, wanted: EntryFilter, *, walked: bool) -> ColumnElement[bool]:
    """A number of any kind. By index it is three look-ups; an OR over three columns would read everything on some days."""
    text = wanted.number
    if walked:
        return (_entry.c.serial_no == text) | (_entry.c.lot_no == text) | (_entry.c.package_no == text)
    found = _entry.alias("found")
    among = select(found.c.entry_no).where(plant(session, found))
    parts = (
        among.where(found.c.serial_no == text),
        among.where(found.c.lot_no == text),
        among.where(found.c.package_no == text, found.c.item_no.in_(_with_package(session, text))),
    )
    return _entry.c.entry_no.in_(union_all(*parts))


def _items_of_package(session: Session, package_no: str) -> ColumnElement[bool]:
    return _entry.c.item_no.in_(_with_package(session, package_no))


def _with_package(session: Session, package_no: str) -> Select[str]:
    """Items that have such a package: the ledger has no index of packages, and every posted number has its information."""
    package = (_information.c.kind == NumberKind.PACKAGE) & (_information.c.number_folded == package_no.casefold())
    return select(_information.c.item_no).where(plant(session, _information), package)
