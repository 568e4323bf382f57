"""The SQL of tracing: constant texts, whatever the number of keys, held to the plant (A15, A18)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, String, and_, func, literal, or_, select, true, union
from sqlalchemy import Row as SqlRow
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.genealogy.models import AssociationState, ComponentAssociation, ProductState, TrackedProduct
from shopfloor.items.models import Item, ItemTrackingCode
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.models import ItemApplicationEntry, ItemLedgerEntry, ItemRegister, OpenItemEntry, OrderType, SourceType
from shopfloor.orders.models import Customer, Vendor
from shopfloor.production.rules import MAIN_LINE
from shopfloor.quantity import ZERO
from shopfloor.reservations.models import ReservationEntry, ReservationSource, ReservationStatus
from shopfloor.tracing.criteria import Filters
from shopfloor.tracing.filter_conditions import carries_number, filtered, no_package, passes
from shopfloor.tracing.graph import CONSUMPTION, OUTPUT, REPAIR, Application, Entry, Registration, Row
from shopfloor.tracing.keys import Key, KeysFirst, listed

LEDGER = table(ItemLedgerEntry)
APPLICATION = table(ItemApplicationEntry)
REGISTER = table(ItemRegister)
OPEN = table(OpenItemEntry)
ITEM = table(Item)
CODE = table(ItemTrackingCode)
VENDOR = table(Vendor)
CUSTOMER = table(Customer)
ASSOCIATION = table(ComponentAssociation)
PRODUCT = table(TrackedProduct)
RESERVATION = table(ReservationEntry)
OPEN_STATES = (AssociationState.OPEN, AssociationState.PICKED)
WAITING = PRODUCT.c.quantity > PRODUCT.c.good_quantity + PRODUCT.c.error_quantity
CONSUMED, MADE = sorted(CONSUMPTION | REPAIR), sorted(OUTPUT)


# --- entries ----------------------------------------------------------------------------------------------------------


def _entries(session: Session) -> Select[Any]:
    """Entries with all that a traced line shows of them: item, who posted, what remains, vendor or customer (TR-50, TR-52)."""
    joined = (
        LEDGER.join(ITEM, ITEM.c.no == LEDGER.c.item_no)
        .join(REGISTER, and_(REGISTER.c.plant_no == LEDGER.c.plant_no, REGISTER.c.register_no == LEDGER.c.register_no))
        .outerjoin(CODE, CODE.c.code == ITEM.c.item_tracking_code)
        .outerjoin(OPEN, and_(OPEN.c.plant_no == LEDGER.c.plant_no, OPEN.c.entry_no == LEDGER.c.entry_no))
        .outerjoin(VENDOR, and_(LEDGER.c.source_type == SourceType.VENDOR, VENDOR.c.no == LEDGER.c.source_no))
        .outerjoin(CUSTOMER, and_(LEDGER.c.source_type == SourceType.CUSTOMER, CUSTOMER.c.no == LEDGER.c.source_no))
    )
    return (
        select(
            LEDGER,
            ITEM.c.description, ITEM.c.base_unit_code,
            CODE.c.serial_specific, CODE.c.lot_specific, CODE.c.package_specific,
            REGISTER.c.operator_no, REGISTER.c.station_code, REGISTER.c.created_at,
            OPEN.c.remaining,
            func.coalesce(VENDOR.c.name, CUSTOMER.c.name, "").label("source_name"),
        )
        .select_from(joined)
        .where(plant(session, LEDGER))
    )


def _read_entries(session: Session, statement: Select[Any]) -> list[Entry]:
    return [_entry(row) for row in session.connection().execute(statement)]


def _entry(row: SqlRow[Any]) -> Entry:
    at_order_level = row.order_line_no > MAIN_LINE  # D40: a registered co-product has a row of its own, and nothing that is tied to it
    specific = (row.serial_no and row.serial_specific) or (row.lot_no and row.lot_specific) or (row.package_no and row.package_specific)
    return Entry(
        entry_no=row.entry_no, entry_type=row.entry_type, item_no=row.item_no, quantity=row.quantity,
        tracking=Tracking(row.serial_no, row.lot_no, row.package_no), scrap_quantity=row.scrap_quantity,
        order_no=row.order_no if row.order_type == OrderType.PRODUCTION else "", order_line_no=row.order_line_no,
        component_line_no=row.component_line_no, match_id=0 if at_order_level else row.match_id, corrects_entry_no=row.corrects_entry_no,
        specific=bool(specific), item_description=row.description, variant_code=row.variant_code,
        location_code=row.location_code, unit_code=row.base_unit_code, remaining_quantity=row.remaining or ZERO,
        document_type=row.document_type, document_no=row.document_no, external_document_no=row.external_document_no,
        posting_date=row.posting_date, expiration_date=row.expiration_date,
        source_type=row.source_type, source_no=row.source_no, source_name=row.source_name,
        register_no=row.register_no, reason=row.reason,
        created_by=row.operator_no, station_code=row.station_code, created_at=row.created_at,
    )


def candidates(session: Session, filters: Filters, *, latest_first: bool, limit: int) -> list[Entry]:
    """TR-10: entries that satisfy all filters and carry at least one number."""
    # Adding 0 keeps both databases from walking the primary key of the whole plant to save the sorting of a few entries.
    number = LEDGER.c.entry_no + 0
    order = number.desc() if latest_first else number
    package = passes(session, LEDGER.c.package_no, filters.package_no)
    statement = _entries(session).where(carries_number(), *filtered(session, LEDGER, filters), package)
    return _read_entries(session, statement.order_by(order).limit(limit))


def entries_by_number(session: Session, numbers: Collection[int], *, limit: int) -> list[Entry]:
    """Entries of these numbers."""
    keys = listed(session, "wanted", [(number,) for number in sorted(numbers)], entry_no=BigInteger)
    statement = _entries(session).where(LEDGER.c.entry_no.in_(select(keys.c.entry_no)))
    return _read_entries(session, statement.order_by(LEDGER.c.entry_no).limit(limit))


def order_entries(
    session: Session, *, rows: Collection[Key], levels: Collection[Key], outputs: Collection[Key], lines: Collection[Key],
    co_products: Collection[Key], untracked: bool, limit: int,
) -> list[Entry]:
    """Consumption and output of production orders, each from its own list of keys.

    `rows` (order, line, match id): all of the row. `levels` (order, line): order-level consumption and order-level corrections of
    output. `outputs` (order, line): all output. `lines` (order, line): everything. `co_products` (order): their output (D40).
    `untracked`: whether order-level consumption without a number is wanted.
    """
    number = LEDGER.c.entry_no
    level = and_(
        LEDGER.c.match_id == 0,
        or_(
            and_(LEDGER.c.entry_type.in_(CONSUMED), or_(literal(untracked), carries_number())),
            and_(LEDGER.c.entry_type.in_(MADE), LEDGER.c.corrects_entry_no != 0),
        ),
    )
    either = LEDGER.c.entry_type.in_(CONSUMED + MADE)
    parts = [
        _of_order(session, number, "row_list", rows, either, by_row=True),
        _of_order(session, number, "level_list", levels, level),
        _of_order(session, number, "output_list", outputs, LEDGER.c.entry_type.in_(MADE)),
        _of_order(session, number, "line_list", lines, either),
        _of_further_lines(session, number, co_products),
    ]
    statement = _entries(session).where(number.in_(union(*parts)))
    return _read_entries(session, statement.order_by(number).limit(limit))


def _of_order(
    session: Session, what: ColumnElement[Any], name: str, keys: Collection[Key], condition: ColumnElement[bool], *, by_row: bool = False
) -> Select[Any]:
    types: dict[str, Any] = {"order_no": String, "order_line_no": BigInteger, **({"match_id": BigInteger} if by_row else {})}
    wanted = listed(session, name, sorted(keys), **types)
    on = and_(*(LEDGER.c[key] == wanted.c[key] for key in types))
    return select(what).select_from(KeysFirst(wanted, LEDGER, on)).where(plant(session, LEDGER), condition)


def _of_further_lines(session: Session, what: ColumnElement[Any], orders: Collection[Key]) -> Select[Any]:
    wanted = listed(session, "order_list", sorted(orders), order_no=String)
    on = and_(LEDGER.c.order_no == wanted.c.order_no, LEDGER.c.order_line_no > MAIN_LINE)
    return select(what).select_from(KeysFirst(wanted, LEDGER, on)).where(plant(session, LEDGER), LEDGER.c.entry_type.in_(MADE))


# --- applications -----------------------------------------------------------------------------------------------------


def applications(session: Session, *, positive: Collection[int], negative: Collection[int], own_only: bool) -> list[Application]:
    """Records that lead on from entries (TR-23): inbound for positive ones, outbound for negative ones.

    `own_only`: of positive entries only the records that their own posting made, which is all that a backward trace follows.
    """
    inward = listed(session, "inward", [(number,) for number in sorted(positive)], entry_no=BigInteger)
    outward = listed(session, "outward", [(number,) for number in sorted(negative)], entry_no=BigInteger)
    # Each part reads its own rows. A list of entry numbers to look up would tempt PostgreSQL to read the whole table for a few of them.
    columns = [
        APPLICATION.c[name]
        for name in (
            "entry_no", "item_entry_no", "inbound_item_entry_no", "outbound_item_entry_no", "quantity", "transferred_from_entry_no",
            "cost_application",
        )
    ]
    coming = (
        select(*columns)
        .select_from(KeysFirst(inward, APPLICATION, APPLICATION.c.inbound_item_entry_no == inward.c.entry_no))
        .where(plant(session, APPLICATION), or_(literal(not own_only), APPLICATION.c.item_entry_no == inward.c.entry_no))
    )
    going = (
        select(*columns)
        .select_from(KeysFirst(outward, APPLICATION, APPLICATION.c.outbound_item_entry_no == outward.c.entry_no))
        .where(plant(session, APPLICATION))
    )
    return [
        Application(
            entry_no=row.entry_no, item_entry_no=row.item_entry_no, inbound=row.inbound_item_entry_no,
            outbound=row.outbound_item_entry_no, quantity=row.quantity, transferred_from=row.transferred_from_entry_no,
            cost_application=row.cost_application,
        )
        for row in session.connection().execute(union(coming, going))
    ]


# --- associations -----------------------------------------------------------------------------------------------------


def associated_order_lines(session: Session, keys: Collection[Key]) -> list[tuple[str, int]]:
    """Those order lines that have an association, posted or registered (C4)."""
    wanted = listed(session, "wanted", sorted(keys), order_no=String, order_line_no=BigInteger)
    posted = select(1).where(
        plant(session, LEDGER), LEDGER.c.order_no == wanted.c.order_no, LEDGER.c.order_line_no == wanted.c.order_line_no,
        LEDGER.c.match_id > 0, LEDGER.c.entry_type.in_(CONSUMED),
    )
    registered = select(1).where(
        plant(session, ASSOCIATION), ASSOCIATION.c.order_no == wanted.c.order_no,
        ASSOCIATION.c.order_line_no == wanted.c.order_line_no, ASSOCIATION.c.state != AssociationState.REMOVED,
    )
    statement = select(wanted.c.order_no, wanted.c.order_line_no).where(or_(posted.exists(), registered.exists()))
    return [(row.order_no, row.order_line_no) for row in session.connection().execute(statement)]


def composed_rows(session: Session, keys: Collection[Key]) -> list[int]:
    """Those rows (order, line, match id) that have an association, posted and not taken back, or registered."""
    total = func.sum(LEDGER.c.quantity)
    net = (
        _of_order(session, LEDGER.c.match_id, "row_list", keys, LEDGER.c.entry_type.in_(CONSUMED), by_row=True)
        .group_by(LEDGER.c.match_id)
        .having(total < literal(ZERO, LEDGER.c.quantity.type))
    )
    wanted = listed(session, "wanted", sorted({(key[2],) for key in keys}), match_id=BigInteger)
    registered = (
        select(ASSOCIATION.c.match_id)
        .select_from(KeysFirst(wanted, ASSOCIATION, ASSOCIATION.c.match_id == wanted.c.match_id))
        .where(plant(session, ASSOCIATION), ASSOCIATION.c.state != AssociationState.REMOVED)
    )
    return [row.match_id for row in session.connection().execute(union(net, registered))]


def registrations(
    session: Session, *, matches: Collection[int], supplies: Collection[int], orders: Collection[str] = ()
) -> list[Registration]:
    """Registered, unposted links of these rows, those that draw on these entries (C5), and those of these orders (D40)."""
    rows = listed(session, "row_list", [(match,) for match in sorted(matches)], match_id=BigInteger)
    # The index of reservation entries leads with the entry number as text.
    drawn = listed(session, "supply_list", [(str(number),) for number in sorted(supplies)], source_id=String)
    demand, supply = RESERVATION.alias("demand"), RESERVATION.alias("supply")
    of_rows = (
        select(ASSOCIATION.c.association_no)
        .select_from(KeysFirst(rows, ASSOCIATION, ASSOCIATION.c.match_id == rows.c.match_id))
        .where(plant(session, ASSOCIATION))
    )
    supplied = KeysFirst(drawn, supply, supply.c.source_id == drawn.c.source_id)
    of_supplies = (
        select(demand.c.association_no)
        .select_from(KeysFirst(supplied, demand, demand.c.entry_no == supply.c.entry_no))
        .where(
            plant(session, supply, demand), supply.c.source_type == ReservationSource.ITEM_LEDGER_ENTRY,
            supply.c.positive, ~demand.c.positive, demand.c.association_no != 0,
        )
    )
    whole = listed(session, "order_list", [(order_no,) for order_no in sorted(orders)], order_no=String)
    of_orders = (
        select(ASSOCIATION.c.association_no)
        .select_from(KeysFirst(whole, ASSOCIATION, ASSOCIATION.c.order_no == whole.c.order_no))
        .where(plant(session, ASSOCIATION))
    )
    return _read_registrations(session, ASSOCIATION.c.association_no.in_(union(of_rows, of_supplies, of_orders)))


def registered_candidates(session: Session, filters: Filters) -> list[Registration]:
    """Registered, unposted links whose component satisfies the filters."""
    return _read_registrations(session, and_(*filtered(session, ASSOCIATION, filters), no_package(filters)))


def _read_registrations(session: Session, condition: ColumnElement[bool]) -> list[Registration]:
    """One row for each reserved entry; links without a reservation once."""
    demand, supply = RESERVATION.alias("demand_side"), RESERVATION.alias("supply_side")
    joined = (
        ASSOCIATION.join(ITEM, ITEM.c.no == ASSOCIATION.c.item_no)
        .outerjoin(
            demand,
            and_(
                demand.c.plant_no == ASSOCIATION.c.plant_no, demand.c.association_no == ASSOCIATION.c.association_no,
                ~demand.c.positive, demand.c.reservation_status == ReservationStatus.RESERVATION,
            ),
        )
        .outerjoin(
            supply,
            and_(
                supply.c.plant_no == demand.c.plant_no, supply.c.entry_no == demand.c.entry_no, supply.c.positive,
                supply.c.source_type == ReservationSource.ITEM_LEDGER_ENTRY,
            ),
        )
    )
    statement = (
        select(ASSOCIATION, ITEM.c.description, ITEM.c.base_unit_code, supply.c.source_line_no.label("supply_entry_no"))
        .select_from(joined)
        .where(
            plant(session, ASSOCIATION), ASSOCIATION.c.state.in_(OPEN_STATES),
            ASSOCIATION.c.quantity > ASSOCIATION.c.consumed_quantity, condition,
        )
    )
    grouped: dict[int, list[SqlRow[Any]]] = {}
    for row in session.connection().execute(statement):
        grouped.setdefault(row.association_no, []).append(row)
    return [_registration(rows) for rows in grouped.values()]


def _registration(rows: Sequence[SqlRow[Any]]) -> Registration:
    row = rows[0]
    return Registration(
        association_no=row.association_no, match_id=row.match_id, order_no=row.order_no, order_line_no=row.order_line_no,
        component_line_no=row.component_line_no, item_no=row.item_no, tracking=Tracking(row.serial_no, row.lot_no),
        quantity=row.quantity - row.consumed_quantity, state=row.state, item_description=row.description,
        variant_code=row.variant_code, unit_code=row.base_unit_code, location_code=row.location_code,
        registered_at=row.registered_at, registered_by=row.registered_by,
        supply=tuple(sorted({other.supply_entry_no for other in rows if other.supply_entry_no})),
    )


def product_rows(session: Session, matches: Collection[int]) -> list[Row]:
    """Rows of these match ids, whatever their state."""
    wanted = listed(session, "wanted", [(match,) for match in sorted(matches)], match_id=BigInteger)
    return _read_rows(session, PRODUCT.c.match_id.in_(select(wanted.c.match_id)))


def waiting_rows(session: Session, *, orders: Collection[str], levels: Collection[str], limit: int) -> list[Row]:
    """Rows that are registered and not reported: co-products of `orders`, and every row of `levels` (D40, TRC-9)."""
    beside = _waiting(session, "order_list", orders, PRODUCT.c.order_line_no > MAIN_LINE)
    return _read_rows(session, PRODUCT.c.match_id.in_(union(beside, _waiting(session, "level_list", levels, true()))), limit=limit)


def _waiting(session: Session, name: str, orders: Collection[str], condition: ColumnElement[bool]) -> Select[Any]:
    wanted = listed(session, name, [(order_no,) for order_no in sorted(orders)], order_no=String)
    begun = PRODUCT.c.state.not_in((ProductState.REMOVED, ProductState.PREALLOCATED))
    return (
        select(PRODUCT.c.match_id)
        .select_from(KeysFirst(wanted, PRODUCT, PRODUCT.c.order_no == wanted.c.order_no))
        .where(plant(session, PRODUCT), begun, WAITING, condition)
    )


def product_candidates(session: Session, filters: Filters) -> list[Row]:
    """Registered products that satisfy the filters and are not reported in full."""
    numbered = or_(PRODUCT.c.serial_no != "", PRODUCT.c.lot_no != "")
    wanted = and_(*filtered(session, PRODUCT, filters), no_package(filters))
    return _read_rows(session, and_(PRODUCT.c.state != ProductState.REMOVED, WAITING, numbered, wanted))


def _read_rows(session: Session, condition: ColumnElement[bool], *, limit: int | None = None) -> list[Row]:
    statement = (
        select(PRODUCT, ITEM.c.description, ITEM.c.base_unit_code)
        .select_from(PRODUCT.join(ITEM, ITEM.c.no == PRODUCT.c.item_no))
        .where(plant(session, PRODUCT), condition)
        .limit(limit)
    )
    return [
        Row(
            match_id=row.match_id, order_no=row.order_no, order_line_no=row.order_line_no, item_no=row.item_no,
            tracking=Tracking(row.serial_no, row.lot_no), quantity=row.quantity - row.good_quantity - row.error_quantity,
            state=row.state, item_description=row.description, variant_code=row.variant_code, unit_code=row.base_unit_code,
            registered_at=row.registered_at, registered_by=row.registered_by,
        )
        for row in session.connection().execute(statement)
    ]
