"""What an order of an item needs: the valid versions of its bill and routing, and every component with its quantity. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.errors import InvalidInput, NotFound
from shopfloor.items.errors import BelowPrecision, ItemBlocked, UnitUnknown
from shopfloor.items.locations import require_locations
from shopfloor.items.masters import ItemMaster
from shopfloor.items.queries import item_masters, unit_factors
from shopfloor.items.units import require_multiple
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.production import rules
from shopfloor.production.bill_reader import BillLine, bills_of, lines_of, versions_of
from shopfloor.production.errors import NoValidVersion
from shopfloor.production.models import Routing, RoutingLine, RoutingVersion
from shopfloor.production.phantoms import without_phantoms
from shopfloor.production.validity import version_on
from shopfloor.quantity import ONE, ZERO, shown

_open = table(OpenItemEntry)
COPIED = (
    "item_no", "variant_code", "unit_code", "quantity_per", "constant", "scrap_percent", "flushing", "operation_no",
    "under_tolerance_percent", "over_tolerance_percent", "one_scan_is", "may_be_loaded",
)
"""What a component of an order takes over from the line of the bill."""


@dataclass(frozen=True)
class Explosion:
    """What an order will be made of."""

    product: ItemMaster
    bom_version: str
    routing_version: str
    """Blank: the item has no routing."""
    components: tuple[dict[str, Any], ...]
    """Columns of `prod_order_component` but those of the order."""
    co_products: tuple[dict[str, Any], ...]
    """D40: columns of `prod_order_line` but those of the order; the product itself is the line before them."""
    operations: tuple[dict[str, Any], ...]
    """Columns of `prod_order_operation` but those of the order."""
    masters: Mapping[str, ItemMaster]


@dataclass(frozen=True)
class Need:
    """One component with what is there for it. Base quantities."""

    line_no: int
    item_no: str
    description: str
    unit_code: str
    expected: Decimal
    on_hand: Decimal
    """At the location, all numbers."""
    reserved: Decimal
    """Of that for other demand."""

    @property
    def free(self) -> Decimal:
        return self.on_hand - self.reserved

    @property
    def missing(self) -> Decimal:
        return max(self.expected - self.free, ZERO)


def explode(session: Session, *, item_no: str, quantity: Decimal, location_code: str, day: date) -> Explosion:
    """The versions that are valid on the day, and the needs of `quantity` base units. Statements grow with levels of phantoms only.

    Raises NotFound for item or location, ItemBlocked, RecordBlocked, BomMissing, NoValidVersion, UnitUnknown, BelowPrecision,
    InvalidInput for a need beyond all bounds.
    """
    bill = bills_of(session, [item_no], day)[item_no]
    lines = without_phantoms(session, lines_of(session, [bill])[item_no], day)
    masters = item_masters(session, [item_no, *(line.item_no for line in lines)])
    _check(session, masters, item_no, quantity, location_code)
    bill.require(day)
    units = unit_factors(session, {line.item_no for line in lines})
    routing_version, operations = _routing(session, item_no, day)
    return Explosion(
        product=masters[item_no],
        bom_version=bill.version_code,
        routing_version=routing_version,
        components=tuple(_component(line, masters[line.item_no], units, quantity, location_code) for line in lines if not line.co_product),
        co_products=_co_products(lines, masters, units, quantity),
        operations=operations,
        masters=masters,
    )


def needs_of(session: Session, explosion: Explosion, location_code: str) -> tuple[Need, ...]:
    """Every component with what is on hand and reserved at the location. One statement. An item that stands in two lines shows what is
    left for the second after the first (the same piece is not promised twice).
    """
    items = sorted({row["item_no"] for row in explosion.components})
    statement = (
        select(_open.c.item_no, func.sum(_open.c.remaining), func.sum(_open.c.reserved))
        .where(plant(session, _open), _open.c.item_no.in_(items), _open.c.location_code == location_code)
        .group_by(_open.c.item_no)
    )
    stock = {row[0]: (row[1], row[2]) for row in session.connection().execute(statement)}
    taken: dict[str, Decimal] = {}
    needs = []
    for row in explosion.components:
        master = explosion.masters[row["item_no"]]
        on_hand, reserved = stock.get(master.item_no, (ZERO, ZERO))
        promised = reserved + taken.get(master.item_no, ZERO)
        expected = row["expected_quantity"]
        needs.append(Need(row["line_no"], master.item_no, master.description, master.base_unit_code, expected, on_hand, promised))
        taken[master.item_no] = taken.get(master.item_no, ZERO) + min(expected, max(on_hand - promised, ZERO))
    return tuple(needs)


def _routing(session: Session, item_no: str, day: date) -> tuple[str, tuple[dict[str, Any], ...]]:
    """Version and steps of the item's routing. An item needs none; one that has a routing needs a valid version."""
    routing_no = session.scalar(select(Routing.no).where(Routing.item_no == item_no)) or ""
    version = version_on(versions_of(session, RoutingVersion, routing_no), day)
    if routing_no and version is None:
        raise NoValidVersion(record="routing", number=routing_no, day=day.isoformat())
    code = version.code if version else ""
    line = RoutingLine
    steps = session.execute(
        select(
            line.operation_no, line.description, line.resource, line.flushing, line.setup_minutes.label("planned_setup_minutes"),
            line.run_minutes.label("planned_run_minutes"),
        )
        .where(line.routing_no == routing_no, line.version_code == code)
        .order_by(line.operation_no)
    )
    return code, tuple(dict(step) for step in steps.mappings())


def _check(session: Session, masters: Mapping[str, ItemMaster], item_no: str, quantity: Decimal, location_code: str) -> None:
    product = masters.get(item_no)
    if product is None:
        raise NotFound(record="item", number=item_no)
    blocked = next((master for master in masters.values() if master.blocked), None)
    if blocked is not None:
        raise ItemBlocked(item=blocked.item_no)
    require_locations(session, [location_code])
    require_multiple(quantity, item=item_no, unit=product.base_unit_code, precision=product.rounding_precision)


def _co_products(
    lines: Sequence[BillLine], masters: Mapping[str, ItemMaster], units: Mapping[tuple[str, str], Decimal], quantity: Decimal
) -> tuple[dict[str, Any], ...]:
    """D40: further lines of the order, in the order of the bill."""
    made = [line for line in lines if line.co_product]
    numbers = range(rules.MAIN_LINE + rules.LINE_STEP, (len(made) + 2) * rules.LINE_STEP, rules.LINE_STEP)
    return tuple(
        {"line_no": line_no, "item_no": line.item_no, "variant_code": line.variant_code, "quantity": _made(line, masters, units, quantity)}
        for line_no, line in zip(numbers, made, strict=True)
    )


def _made(
    line: BillLine, masters: Mapping[str, ItemMaster], units: Mapping[tuple[str, str], Decimal], quantity: Decimal
) -> Decimal:
    """What a phantom above the line scraps is no more of a co-product."""
    without_scrap = replace(line, scrap_percent=ZERO)
    made: Decimal = _component(without_scrap, masters[line.item_no], units, quantity, "")["expected_quantity"]
    if made <= ZERO:
        master = masters[line.item_no]
        raise BelowPrecision(
            item=line.item_no, quantity=shown(line.quantity_per * quantity), unit=line.unit_code, precision=shown(master.rounding_precision)
        )
    return made


def _component(
    line: BillLine, master: ItemMaster, units: Mapping[tuple[str, str], Decimal], quantity: Decimal, location_code: str
) -> dict[str, Any]:
    """The order's own copy of a bill line, with what the whole order needs of it (QTY-2, D31)."""
    per_unit = ONE if line.unit_code == master.base_unit_code else units.get((line.item_no, line.unit_code))
    if per_unit is None:
        raise UnitUnknown(item=line.item_no, unit=line.unit_code)
    expected = rules.expected_quantity(
        quantity_per=line.quantity_per,
        quantity_per_unit=per_unit,
        order_quantity=quantity,
        constant=line.constant,
        scrap_percent=line.scrap_percent,
        precision=master.rounding_precision,
        serial=master.serial_controlled,
        multiple=line.round_up_to * per_unit,
    )
    if expected is None:
        told = f"an order of this size would need too much of {line.item_no}"
        raise InvalidInput(summary=told, problems={"quantity": told})
    copied = {name: getattr(line, name) for name in COPIED}
    return {
        "line_no": line.line_no,
        "location_code": location_code,
        "quantity_per_unit": per_unit,
        "expected_quantity": expected,
        "consumed_quantity": ZERO,
        **copied,
    }
