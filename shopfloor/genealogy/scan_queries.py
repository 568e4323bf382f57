"""Reads what a scan is judged by. Each function is one statement; those that lock say so."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Join, Select, String, and_, bindparam, exists, func, or_, select
from sqlalchemy import Row as SqlRow
from sqlalchemy.orm import Session

from shopfloor.db import current_plant, plant, table
from shopfloor.genealogy.facts import Association, NumberInUse, NumberStock, Product, Row, Situation
from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from shopfloor.genealogy.rules import lines_of
from shopfloor.items.holds import Hold, Use, strictest
from shopfloor.items.models import (
    Gtin,
    Item,
    ItemReference,
    ItemTrackingCode,
    ItemTrackingRequirement,
    ItemUnitOfMeasure,
    NumberInformation,
    TrackedComponentsPolicy,
)
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.people.models import Operator
from shopfloor.production.components import order_components
from shopfloor.production.locking import LockedOrder
from shopfloor.production.models import ProdOrderLine
from shopfloor.production.rules import MAIN_LINE, Component
from shopfloor.quantity import ONE, ZERO
from shopfloor.reservations.models import ReservationEntry, ReservationSource
from shopfloor.reservations.rules import OpenEntry

_line = table(ProdOrderLine)
_item = table(Item)
_code = table(ItemTrackingCode)
_policy = table(TrackedComponentsPolicy)
_row = table(TrackedProduct)
_association = table(ComponentAssociation)
_gtin = table(Gtin)
_reference = table(ItemReference)
_pack = table(ItemUnitOfMeasure)
_open = table(OpenItemEntry)
_operator = table(Operator)
_reserved = table(ReservationEntry)
NOT_REMOVED = "Removed"


def read_situation(
    session: Session, order: LockedOrder, match_id: int, *, gtin: str = "", reference: str = "",
    components: Sequence[Component] | None = None, line_no: int = 0,
) -> Situation:
    """The locked order, its component lines and the current row. Two statements (three for batch products and co-products, and while an
    order has more rows than it asks for).

    `components` spares a statement to those who read them under the order's lock before. `line_no`: what is made is that of this order
    line, whose row is read or none; 0: that of the row, without one the order's product.
    """
    head = _head(session, order.no, match_id, gtin, reference, line_no or MAIN_LINE)
    first = head[0]
    elsewhere = first.match_id is not None and first.row_line != first.line_no
    if elsewhere and not line_no:  # D40: the row of a co-product
        head = _head(session, order.no, match_id, gtin, reference, first.row_line)
        first, elsewhere = head[0], False
    product = product_of(first)
    row = None
    if first.match_id is not None and not elsewhere:
        row = _read_row(first, _earlier(session, order.no, match_id, first, product))
    associations = [read_association(r, prefix="a_") for r in head if r.a_association_no is not None]
    return Situation(
        order_no=order.no,
        order_status=order.status,
        location_code=order.location_code,
        fixed_lot_no="" if product.co_product else order.fixed_lot_no,
        product=product,
        row=row,
        lines=lines_of(components or order_components(session, order.no), product, row, associations),
        registered=first.registered_quantity,
        line_holds=bool(first.line_holds),
        gtin_item=_named_item(first),
    )


def _head(session: Session, order_no: str, match_id: int, gtin: str, reference: str, line_no: int) -> Sequence[SqlRow[Any]]:
    """The order's line with its item, the row, the row's associations and the item that a code names: repeated for each association."""
    values = {
        "at_plant": current_plant(session), "at_order": order_no, "at_match": match_id, "at_gtin": gtin, "at_reference": reference,
        "at_line": line_no,
    }
    rows: Sequence[SqlRow[Any]] = session.connection().execute(_HEAD, values).all()
    return rows


_newer = _row.alias("newer")
ACTIVE = ("Open", "Reported")
"""States of rows that count as registered."""
ROW_COLUMNS = (
    ("match_id", "match_id"), ("serial_no", "row_serial"), ("lot_no", "row_lot"), ("state", "row_state"), ("quantity", "row_quantity"),
    ("good_quantity", "row_good"), ("error_quantity", "row_error"), ("closed_lines", "row_closed"), ("version", "row_version"),
    ("expiration_date", "row_expiration"), ("registered_by", "row_registered_by"), ("order_line_no", "row_line"), ("item_no", "row_item"),
    ("variant_code", "row_variant"),
)
ASSOCIATION_COLUMNS = (
    "association_no", "match_id", "order_no", "order_line_no", "component_line_no", "item_no", "variant_code", "location_code", "serial_no",
    "lot_no", "quantity", "consumed_quantity", "state", "prior_state", "version", "registered_by", "use_date", "late_serial", "from_loaded",
)


def _head_statement() -> Select[Any]:
    plant_no, match_id = bindparam("at_plant", type_=Integer), bindparam("at_match", type_=BigInteger)
    order_no, line_no = bindparam("at_order", type_=String), bindparam("at_line", type_=Integer)
    return (
        select(
            *HEAD_COLUMNS,
            *(_row.c[name].label(label) for name, label in ROW_COLUMNS),
            *(_association.c[name].label(f"a_{name}") for name in ASSOCIATION_COLUMNS),
            exists().where(
                _reserved.c.plant_no == plant_no, _reserved.c.source_type == ReservationSource.PROD_ORDER_COMPONENT.value,
                _reserved.c.source_id == order_no, _reserved.c.association_no == 0,
            ).label("line_holds"),
            _newest_first(plant_no, order_no, line_no).limit(1).scalar_subquery().label("newest"),
        )
        .select_from(_head_tables(plant_no, order_no, match_id))
        .where(_line.c.plant_no == plant_no, _line.c.order_no == order_no, _line.c.line_no == line_no)
        .order_by(_line.c.line_no, _association.c.association_no)
    )


def _newest_first(plant_no: ColumnElement[int], order_no: ColumnElement[str], line_no: ColumnElement[int]) -> Select[Any]:
    """Match ids of the rows of an order line that count as registered."""
    r = _newer.c
    return (
        select(r.match_id)
        .where(r.plant_no == plant_no, r.order_no == order_no, r.order_line_no == line_no, r.state.in_(ACTIVE))
        .order_by(r.match_id.desc())
    )


_demands = {kind: table(ItemTrackingRequirement).alias(kind) for kind in ("Serial", "Lot")}
PRODUCT_COLUMNS = (
    _line.c.line_no, _line.c.item_no, _line.c.variant_code, _line.c.quantity, _line.c.started_quantity, _line.c.good_quantity,
    _line.c.error_quantity, _line.c.registered_quantity,
    _item.c.description, _item.c.base_unit_code, _item.c.rounding_precision, _item.c.serial_pattern, _item.c.lot_pattern,
    _item.c.report_when_completed, _item.c.product_numbers, _item.c.quantity_per_number,
    _code.c.serial_specific, _code.c.lot_specific, _policy.c.use_tracked_components,
    _policy.c.check_preallocation_for_product, _policy.c.serial_number_matching_limit,
    _demands["Serial"].c.kind.label("serial_demand"), _demands["Lot"].c.kind.label("lot_demand"),
)
"""What `product_of` reads, from `product_tables`."""
HEAD_COLUMNS = (
    *PRODUCT_COLUMNS,
    _gtin.c.item_no.label("gtin_item"), _gtin.c.variant_code.label("gtin_variant"), _gtin.c.unit_code.label("gtin_unit"),
    _pack.c.quantity_per_unit.label("gtin_factor"), _reference.c.item_no.label("reference_item"),
    _reference.c.variant_code.label("reference_variant"), _reference.c.unit_code.label("reference_unit"),
)


def product_tables() -> Join:
    """Order lines, their items, and what these demand of what is made."""
    joined = (
        _line.join(_item, _item.c.no == _line.c.item_no)
        .outerjoin(_code, _code.c.code == _item.c.item_tracking_code)
        .outerjoin(_policy, _policy.c.name == _item.c.tracked_components_policy)
    )
    for kind, demand in _demands.items():
        joined = joined.outerjoin(
            demand,
            and_(demand.c.tracking_code == _code.c.code, demand.c.kind == kind, demand.c.transaction == "manufacturing inbound"),
        )
    return joined


def _head_tables(plant_no: ColumnElement[int], order_no: ColumnElement[str], match_id: ColumnElement[int]) -> Join:
    """The order's line, its item, the row with its associations, and what the scanned code may name."""
    return (
        product_tables()
        .outerjoin(_row, and_(_row.c.plant_no == plant_no, _row.c.match_id == match_id, _row.c.order_no == order_no))
        .outerjoin(
            _association,
            and_(
                _association.c.plant_no == plant_no,
                _association.c.order_no == order_no,
                _association.c.match_id.in_([match_id, 0]),
                _association.c.state != NOT_REMOVED,
            ),
        )
        .outerjoin(_gtin, _gtin.c.gtin == bindparam("at_gtin"))
        .outerjoin(_pack, and_(_pack.c.item_no == _gtin.c.item_no, _pack.c.unit_code == _gtin.c.unit_code))
        .outerjoin(_reference, and_(_reference.c.reference_no == bindparam("at_reference"), _reference.c.source_no == ""))
    )


# Built once: putting a statement of this size together costs several times what running it does.
_HEAD = _head_statement()
_BEYOND = _newest_first(bindparam("at_plant", type_=Integer), bindparam("at_order"), bindparam("at_line", type_=Integer)).limit(1).offset(
    bindparam("beyond", type_=Integer)
)


def product_of(first: SqlRow[Any]) -> Product:
    """What an order line makes, of a row with PRODUCT_COLUMNS."""
    serial = bool(first.serial_specific) or first.serial_demand is not None
    lot = bool(first.lot_specific) or first.lot_demand is not None
    return Product(
        order_line_no=first.line_no,
        item_no=first.item_no,
        variant_code=first.variant_code,
        description=first.description,
        base_unit_code=first.base_unit_code,
        quantity=first.quantity,
        started=first.started_quantity,
        good=first.good_quantity,
        error=first.error_quantity,
        serial=serial,
        lot=lot,
        takes_part=bool(first.use_tracked_components) and (serial or lot),
        check_preallocation=bool(first.check_preallocation_for_product) or first.product_numbers != "Manual",
        matching_limit=first.serial_number_matching_limit is not False,
        serial_pattern=first.serial_pattern,
        lot_pattern=first.lot_pattern,
        report_when_completed=first.report_when_completed,
        precision=first.rounding_precision,
        number_group=first.product_numbers,
        quantity_per_number=first.quantity_per_number,
    )


def _read_row(first: SqlRow[Any], earlier: tuple[Decimal, ...]) -> Row:
    return Row(
        match_id=first.match_id,
        tracking=Tracking(first.row_serial, first.row_lot),
        state=first.row_state,
        quantity=first.row_quantity,
        good=first.row_good,
        error=first.row_error,
        closed_lines=frozenset(first.row_closed),
        version=first.row_version,
        earlier=earlier,
        expiration_date=first.row_expiration,
        registered_by=first.row_registered_by,
        order_line_no=first.row_line,
        item_no=first.row_item,
        variant_code=first.row_variant,
    )


def _earlier(session: Session, order_no: str, match_id: int, first: SqlRow[Any], product: Product) -> tuple[Decimal, ...]:
    """The quantities of the rows before the one that completes the order (D31): the others have their plain share, whatever came before.

    Serial rows are one each, so that none of them is read.
    """
    if product.serial:
        last, earlier = completing_row(session, order_no, product, first.registered_quantity, newest=first.newest or 0)
        return earlier if match_id == last else ()
    statement = (
        select(_row.c.quantity)
        .where(
            plant(session, _row), _row.c.order_no == order_no, _row.c.order_line_no == product.order_line_no,
            _row.c.state.in_(ACTIVE), _row.c.match_id < match_id,
        )
        .order_by(_row.c.match_id)
    )
    quantities: tuple[Decimal, ...] = tuple(row.quantity for row in session.connection().execute(statement))
    return quantities


def completing_row(
    session: Session, order_no: str, product: Product, registered: Decimal, *, newest: int = 0
) -> tuple[int, tuple[Decimal, ...]]:
    """The serial row that completes the order's quantity and takes the rest (D31): match id, and the quantities before it.

    0 and nothing while rows are missing. Counted back from the newest row, which a caller may know, because rows beyond the order's
    quantity are few: at most one statement.
    """
    if registered < product.quantity:
        return 0, ()
    last: int | None = newest
    beyond = int(registered - product.quantity)
    if beyond or not newest:
        at = {"at_plant": current_plant(session), "at_order": order_no, "at_line": product.order_line_no, "beyond": beyond}
        last = session.connection().execute(_BEYOND, at).scalar_one_or_none()
    return last or 0, (ONE,) * (int(product.quantity) - 1)


def _named_item(first: SqlRow[Any]) -> tuple[str, str, str, Decimal] | None:
    if first.gtin_item is not None:
        return (first.gtin_item, first.gtin_variant, first.gtin_unit, first.gtin_factor or ONE)
    if first.reference_item is not None:
        return (first.reference_item, first.reference_variant, first.reference_unit, ONE)
    return None


def read_association(row: SqlRow[Any], *, prefix: str = "") -> Association:
    """An association from a row that has ASSOCIATION_COLUMNS under a prefix."""
    value = {name: getattr(row, prefix + name) for name in ASSOCIATION_COLUMNS}
    tracking = Tracking(value.pop("serial_no"), value.pop("lot_no"))
    return Association(tracking=tracking, consumed=value.pop("consumed_quantity"), **value)


def lock_number(session: Session, texts: Sequence[str], *, serial_no: str = "", lot_no: str = "", item_no: str = "") -> list[NumberStock]:
    """Lock and read the open entries of a number, with its information and where it is registered.

    Plain: an entry whose serial or lot is one of `texts`. GS1: of `item_no`, with the serial if it is given, else the lot.
    """
    values: dict[str, Any] = {"at_plant": current_plant(session)}
    if not item_no:
        statement, values["texts"] = _STOCK_OF_TEXT, list(texts)
    elif serial_no:
        statement, values["at_item"], values["at_number"] = _STOCK_OF_SERIAL, item_no, serial_no
    else:
        statement, values["at_item"], values["at_number"] = _STOCK_OF_LOT, item_no, lot_no
    return [_stock(row) for row in session.connection().execute(statement, values)]


OPEN_COLUMNS = (
    _open.c.entry_no, _open.c.item_no, _open.c.variant_code, _open.c.location_code, _open.c.serial_no, _open.c.lot_no, _open.c.package_no,
    _open.c.remaining, _open.c.reserved, _open.c.posting_date,
)


def _stock_statement(wanted: ColumnElement[bool]) -> Select[Any]:
    plant_no = bindparam("at_plant", type_=Integer)
    serial, lot = table(NumberInformation).alias("serial_information"), table(NumberInformation).alias("lot_information")
    joined = _open
    for information, kind, column in ((serial, "Serial", _open.c.serial_no), (lot, "Lot", _open.c.lot_no)):
        joined = joined.outerjoin(  # type: ignore[assignment]
            information,
            and_(
                information.c.plant_no == plant_no, information.c.item_no == _open.c.item_no, information.c.kind == kind,
                information.c.variant_code == _open.c.variant_code, information.c.number == column,
            ),
        )
    joined = joined.outerjoin(  # type: ignore[assignment]
        _association,
        and_(
            _association.c.plant_no == plant_no, _association.c.item_no == _open.c.item_no,
            _association.c.variant_code == _open.c.variant_code, _association.c.serial_no == _open.c.serial_no,
            _association.c.serial_no != "", _association.c.state != NOT_REMOVED,
        ),
    ).outerjoin(_row, and_(_row.c.plant_no == plant_no, _row.c.match_id == _association.c.match_id))
    joined = joined.outerjoin(_operator, _operator.c.no == _association.c.registered_by)  # type: ignore[assignment]
    return (
        select(
            *OPEN_COLUMNS, _open.c.order_no,
            func.coalesce(serial.c.expiration_date, lot.c.expiration_date).label("expiration_date"),
            serial.c.stops.label("serial_stops"), serial.c.stopped_by.label("serial_stopped_by"),
            serial.c.stop_reason.label("serial_reason"),
            lot.c.stops.label("lot_stops"), lot.c.stopped_by.label("lot_stopped_by"), lot.c.stop_reason.label("lot_reason"),
            _association.c.association_no, _association.c.match_id, _association.c.order_no.label("used_by_order"),
            _association.c.registered_at,
            _association.c.component_line_no, _association.c.state, _row.c.serial_no.label("product_serial"),
            _row.c.lot_no.label("product_lot"), func.coalesce(_operator.c.name, _association.c.registered_by).label("operator"),
        )
        .select_from(joined)
        .where(_open.c.plant_no == plant_no, wanted, _open.c.remaining > ZERO)
        .order_by(_open.c.entry_no)
        .with_for_update(key_share=True, of=_open)
    )


_texts = bindparam("texts", type_=String, expanding=True)
_of_item = _open.c.item_no == bindparam("at_item")
_STOCK_OF_TEXT = _stock_statement(or_(_open.c.serial_no.in_(_texts), _open.c.lot_no.in_(_texts)))
_STOCK_OF_SERIAL = _stock_statement(and_(_of_item, _open.c.serial_no == bindparam("at_number")))
_STOCK_OF_LOT = _stock_statement(and_(_of_item, _open.c.lot_no == bindparam("at_number")))


def _entry(row: SqlRow[Any]) -> OpenEntry:
    return OpenEntry(
        entry_no=row.entry_no,
        item_no=row.item_no,
        variant_code=row.variant_code,
        location_code=row.location_code,
        tracking=Tracking(row.serial_no, row.lot_no, row.package_no),
        remaining=row.remaining,
        reserved=row.reserved,
        posting_date=row.posting_date,
    )


def _stock(row: SqlRow[Any]) -> NumberStock:
    stopped = (
        (row.serial_stops, row.serial_stopped_by, row.serial_reason), (row.lot_stops, row.lot_stopped_by, row.lot_reason)
    )
    hold = strictest((Hold(Use(stops), source, reason) for stops, source, reason in stopped if stops), Use.PRODUCE)
    in_use = None
    if row.association_no is not None:
        product = row.product_serial or row.product_lot or row.used_by_order
        in_use = NumberInUse(
            row.association_no, row.match_id, row.used_by_order, row.component_line_no, product, row.operator or "", row.state,
            row.registered_at,
        )
    return NumberStock(_entry(row), row.order_no, row.expiration_date, hold, in_use)
