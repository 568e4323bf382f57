"""Phantom lines of a bill: the components of their items stand in their place, level after level (EDG-39)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from shopfloor.db import table
from shopfloor.items.queries import item_masters, unit_factors
from shopfloor.production.errors import BomMissing, NoValidVersion
from shopfloor.production.models import BillOfMaterial, BomLine, BomVersion
from shopfloor.production.validity import Version, version_on
from shopfloor.quantity import ONE, STEP, rounded

_line = table(BomLine)
_version = table(BomVersion)
_bill = table(BillOfMaterial)
LINE_STEP = 10
"""Distance of the line numbers of an order in which a phantom was replaced."""
MOST_LEVELS = 20
"""Bills have no loops; a chain of phantoms longer than this is a mistake all the same."""


@dataclass(frozen=True)
class BillLine:
    """One line of a bill as an order takes it."""

    line_no: int
    item_no: str
    variant_code: str
    unit_code: str
    quantity_per: Decimal
    constant: bool
    scrap_percent: Decimal
    flushing: str
    operation_no: int
    under_tolerance_percent: Decimal
    over_tolerance_percent: Decimal
    one_scan_is: str
    may_be_loaded: bool
    phantom: bool
    co_product: bool


def lines_of(session: Session, bom_no: str, version_code: str) -> list[BillLine]:
    """The lines of one version, phantoms still among them. One statement."""
    wanted = select(*_columns()).where(_line.c.bom_no == bom_no, _line.c.version_code == version_code).order_by(_line.c.line_no)
    return [BillLine(*row) for row in session.connection().execute(wanted)]


def without_phantoms(session: Session, lines: Sequence[BillLine], day: date) -> list[BillLine]:
    """The same with the components of phantoms in their place, numbered anew if there are any. Five statements for each level.

    Quantities multiply, scrap compounds, and the components belong to the phantom's operation. A constant phantom makes its components
    constant. Raises BomMissing and NoValidVersion for a phantom, UnitUnknown later.
    """
    found = list(lines)
    for _level in range(MOST_LEVELS):
        phantoms = [line for line in found if line.phantom]
        if not phantoms:
            break
        parts = _parts(session, {line.item_no for line in phantoms}, day)
        factors = _base_units_per(session, phantoms)
        found = [new for line in found for new in (_replaced(line, parts[line.item_no], factors[line]) if line.phantom else [line])]
    if len(found) == len(lines) and not any(line.phantom for line in lines):
        return found
    return [replace(line, line_no=place * LINE_STEP) for place, line in enumerate(found, 1)]


def _replaced(phantom: BillLine, parts: Sequence[BillLine], base_units: Decimal) -> list[BillLine]:
    scrap = ONE + phantom.scrap_percent / 100
    return [
        replace(
            part, quantity_per=rounded(part.quantity_per * base_units, STEP), constant=part.constant or phantom.constant,
            scrap_percent=rounded((scrap * (ONE + part.scrap_percent / 100) - ONE) * 100, STEP), operation_no=phantom.operation_no,
        )
        for part in parts
    ]


def _parts(session: Session, item_nos: set[str], day: date) -> dict[str, list[BillLine]]:
    """Lines of the bills of these items, of the versions that are valid on the day. Three statements."""
    wanted_bills = select(_bill.c.item_no, _bill.c.no).where(_bill.c.item_no.in_(sorted(item_nos)))
    bills = {row.item_no: row.no for row in session.connection().execute(wanted_bills)}
    missing = next((item_no for item_no in sorted(item_nos) if item_no not in bills), None)
    if missing is not None:
        raise BomMissing(item_no=missing)
    versions = _valid_versions(session, sorted(bills.values()), day)
    rows: dict[str, list[Row[Any]]] = {}
    wanted = select(_line.c.bom_no, _line.c.version_code, *_columns()).where(_line.c.bom_no.in_(sorted(bills.values())))
    for row in session.connection().execute(wanted.order_by(_line.c.bom_no, _line.c.line_no)):
        if row.version_code == versions[row.bom_no]:
            rows.setdefault(row.bom_no, []).append(row)
    return {item_no: [BillLine(*tuple(row)[2:]) for row in rows.get(bom_no, ())] for item_no, bom_no in bills.items()}


def _valid_versions(session: Session, bom_nos: Sequence[str], day: date) -> Mapping[str, str]:
    columns = (_version.c.bom_no, _version.c.version_code, _version.c.status, _version.c.starting_date, _version.c.ending_date)
    known: dict[str, list[Version]] = {bom_no: [] for bom_no in bom_nos}
    for row in session.connection().execute(select(*columns).where(_version.c.bom_no.in_(bom_nos)).order_by(_version.c.version_code)):
        known[row.bom_no].append(Version(*row[1:]))
    valid = {bom_no: version_on(versions, day) for bom_no, versions in known.items()}
    for bom_no, version in valid.items():
        if version is None:
            raise NoValidVersion(record="bill of material", number=bom_no, day=day.isoformat())
    return {bom_no: version.code for bom_no, version in valid.items() if version is not None}


def _base_units_per(session: Session, phantoms: Sequence[BillLine]) -> dict[BillLine, Decimal]:
    """Base units of the phantom for one base unit of the product."""
    items = {line.item_no for line in phantoms}
    masters, factors = item_masters(session, items), unit_factors(session, items)
    found = {}
    for line in phantoms:
        own = line.unit_code == masters[line.item_no].base_unit_code
        found[line] = line.quantity_per * (ONE if own else factors.get((line.item_no, line.unit_code), ONE))
    return found


def _columns() -> tuple[Any, ...]:
    return tuple(_line.c[name] for name in BillLine.__dataclass_fields__)
