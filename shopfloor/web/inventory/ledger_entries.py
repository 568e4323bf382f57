"""Item ledger entries: list with filters, totals and file, and the card of one entry (DM-01 to DM-12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from shopfloor.errors import InvalidInput
from shopfloor.items.queries import list_locations
from shopfloor.ledger.application_queries import list_applications
from shopfloor.ledger.entry_filter import EntryFilter
from shopfloor.ledger.entry_queries import EntryLine, EntryPage, EntryTotals, entry_card, entry_totals, list_entries, stream_entries
from shopfloor.ledger.entry_types import EntryType
from shopfloor.reservations.entry_queries import ReservationFilter, list_reservations
from shopfloor.web.cards import Fact, Section, card_page, fact
from shopfloor.web.csv_file import Columns, csv_response
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import FormField
from shopfloor.web.inputs import argument
from shopfloor.web.inventory.applications import applications_table
from shopfloor.web.inventory.entry_table import entries_table
from shopfloor.web.inventory.reservation_entries import reservations_table
from shopfloor.web.links import (
    document_link,
    entries_link,
    entry_link,
    find_entries_link,
    item_link,
    order_link,
    party_link,
    register_link,
    reservations_link,
    trace_link,
)
from shopfloor.web.lists import check_filter, day_filter, found, list_page, text_filter
from shopfloor.web.tables import address

bp = Blueprint("ledger_entries", __name__)
PATH = "/ledger-entries"
ENTRY_TYPES = tuple(kind.value for kind in EntryType)
SELDOM = (
    ("variant_code", _l("Variant")), ("serial_no", _l("Serial number")), ("lot_no", _l("Lot number")), ("package_no", _l("Package number")),
    ("document_type", _l("Document type")), ("register_no", _l("Posting")),
)
"""Filters of addresses that other pages make; they have a field when they are set, so that nothing that narrows is out of sight."""
SHOWN = 10
LARGEST_NO = 10**15
FILE: Columns[EntryLine] = (
    ("entry_no", lambda line: line.entry_no), ("posting_date", lambda line: line.posting_date),
    ("entry_type", lambda line: line.entry_type),
    ("document_type", lambda line: line.document_type), ("document_no", lambda line: line.document_no),
    ("document_line_no", lambda line: line.document_line_no or ""), ("external_document_no", lambda line: line.external_document_no),
    ("item_no", lambda line: line.item_no), ("item_description", lambda line: line.description),
    ("variant_code", lambda line: line.variant_code), ("location_code", lambda line: line.location_code),
    ("serial_no", lambda line: line.tracking.serial_no), ("lot_no", lambda line: line.tracking.lot_no),
    ("package_no", lambda line: line.tracking.package_no), ("quantity", lambda line: line.quantity),
    ("scrap_quantity", lambda line: line.scrap_quantity), ("remaining_quantity", lambda line: line.remaining),
    ("base_unit_code", lambda line: line.base_unit_code), ("unit_code", lambda line: line.unit_code),
    ("quantity_in_unit", lambda line: line.quantity_in_unit), ("expiration_date", lambda line: line.expiration_date),
    ("warranty_date", lambda line: line.warranty_date), ("source_type", lambda line: line.source_type),
    ("source_no", lambda line: line.source_no), ("order_type", lambda line: line.order_type), ("order_no", lambda line: line.order_no),
    ("order_line_no", lambda line: line.order_line_no or ""), ("component_line_no", lambda line: line.component_line_no or ""),
    ("corrects_entry_no", lambda line: line.corrects_entry_no or ""), ("reason", lambda line: line.reason),
    ("register_no", lambda line: line.register_no), ("operator_no", lambda line: line.operator_no),
    ("station_code", lambda line: line.station_code), ("created_at_utc", lambda line: line.created_at),
)


@bp.get(PATH)
def index() -> Response:
    """Entries, newest first."""
    session = request_session()
    wanted = asked_filter()
    page = list_entries(session, wanted, after=argument("after"))
    totals = entry_totals(session, wanted) if page.rows else None
    return list_page(
        _("Item ledger entries"),
        entries_table(page.rows, page, totals),
        note=_note(page, totals),
        empty=(_("No entry fits"), _("Entries come from receipts, shipments, reports of production and journals.")),
        filters=_filters(session, wanted),
        csv=address_of_file(),
    )


@bp.get(PATH + ".csv")
def file() -> Response:
    """All entries that fit the filter."""
    return csv_response(FILE, _read_in_parts(request_session(), asked_filter()), "item-ledger-entries")


@bp.get(PATH + "/<int:entry_no>")
def card(entry_no: int) -> Response:
    """One entry with its applications, corrections, reservations and its place in tracing."""
    session = request_session()
    known = found("item ledger entry", str(entry_no), entry_card(session, entry_no) if entry_no < LARGEST_NO else None)
    entry = known.entry
    applied = list_applications(session, entry_no=entry_no, limit=SHOWN)
    reserved = list_reservations(session, ReservationFilter(source_type="Item Ledger Entry", source_id=str(entry_no)), limit=SHOWN)
    everything = _("All of them")
    sections = (
        Section(
            "applications", _("Applied to"), applications_table(applied.rows, entry_no=entry_no),
            note=_("what it was taken from, and what was taken from it"),
            more=(everything, f"/item-applications?entry_no={entry_no}") if applied.next_after else ("", ""),
        ),
        Section("corrections", _("Corrected by"), entries_table(known.corrected_by)),
        Section(
            "reservations", _("Reserved for"), reservations_table(reserved.rows),
            more=(everything, reservations_link(source_type="Item Ledger Entry", source_id=entry_no)) if reserved.next_after else ("", ""),
        ),
    )
    actions = (
        (_("Where it comes from"), trace_link(entry.item_no, entry.variant_code, entry.tracking), "trace"),
        (_("Where it went"), trace_link(entry.item_no, entry.variant_code, entry.tracking, forward=True), "trace"),
        (_("Find entries"), find_entries_link(entry.item_no, entry.variant_code, **vars(entry.tracking)), "search"),
    )
    return card_page(
        _("Entry %(number)s", number=entry.entry_no), crumbs=(_("Item ledger entries"), PATH), facts=_facts(entry),
        sections=sections, actions=actions, quiet=f"{_(entry.entry_type)} · {entry.description}", status="Open" if entry.open else "",
    )


def asked_filter() -> EntryFilter:
    """The filter in the address. Raises InvalidInput."""
    number = argument("register_no")
    if number and not (number.isascii() and number.isdigit() and len(number) < 16):
        raise InvalidInput(summary="register_no is not a number", problems={"register_no": "write the number of a posting"})
    texts = ("item_no", "variant_code", "location_code", "number", "serial_no", "lot_no", "package_no", "entry_type", "document_type")
    return EntryFilter(
        **{name: argument(name) for name in (*texts, "document_no", "order_no")},
        register_no=int(number or 0), from_date=_day("from_date"), to_date=_day("to_date"), open_only=bool(argument("open_only")),
    )


def address_of_file() -> str:
    """The file of what the page shows."""
    query = address(after="").partition("?")[2]
    return PATH + ".csv" + ("?" + query if query else "")


def _note(page: EntryPage, totals: EntryTotals | None) -> str:
    if page.looked_down_to:
        looked = _("looked through down to entry %(number)s; an item or number finds older ones at once", number=page.looked_down_to)
        return str(looked)
    return "" if totals is None or totals.item_no else str(_("figures of one item are added up"))


def _filters(session: Session, wanted: EntryFilter) -> tuple[FormField, ...]:
    everywhere = [("", _("All")), *((row.code, f"{row.code} {row.name}") for row in list_locations(session))]
    types = [("", _("All")), *((kind, _(kind)) for kind in ENTRY_TYPES)]
    seldom = [text_filter(name, str(label), str(getattr(wanted, name))) for name, label in SELDOM if getattr(wanted, name)]
    return (
        text_filter("item_no", _("Item"), wanted.item_no),
        text_filter("number", _("Serial, lot or package"), wanted.number),
        text_filter("document_no", _("Document"), wanted.document_no),
        text_filter("order_no", _("Order"), wanted.order_no),
        day_filter("from_date", _("From"), argument("from_date")),
        day_filter("to_date", _("To"), argument("to_date")),
        text_filter("location_code", _("Location"), wanted.location_code, options=everywhere),
        text_filter("entry_type", _("Entry type"), wanted.entry_type, options=types),
        *seldom,
        check_filter("open_only", _("Open only"), checked=wanted.open_only),
    )


def _facts(entry: EntryLine) -> list[Fact]:
    numbers, unit = entry.tracking, entry.base_unit_code
    goods = (entry.item_no, entry.variant_code)
    entered = entry.quantity_in_unit if entry.unit_code != unit else ""
    return [
        fact(_("Item"), entry.item_no, item_link(entry.item_no), kind="number"),
        fact(_("Variant"), entry.variant_code),
        fact(_("Serial number"), numbers.serial_no, find_entries_link(*goods, serial_no=numbers.serial_no), kind="number"),
        fact(_("Lot number"), numbers.lot_no, find_entries_link(*goods, lot_no=numbers.lot_no), kind="number"),
        fact(_("Package number"), numbers.package_no, find_entries_link(*goods, package_no=numbers.package_no), kind="number"),
        fact(_("Quantity"), entry.quantity, kind="quantity", unit=unit),
        fact(_("As entered"), entered, kind="quantity", unit=entry.unit_code),
        fact(_("Scrapped"), entry.scrap_quantity, kind="quantity", unit=unit),
        fact(_("Remaining"), entry.remaining if entry.open else "", kind="quantity", unit=unit),
        fact(_("Location"), entry.location_code, entries_link(location_code=entry.location_code, item_no=entry.item_no)),
        fact(_("Posting date"), entry.posting_date, kind="day"),
        fact(_("Document type"), _(entry.document_type) if entry.document_type else ""),
        fact(_("Document"), entry.document_no, document_link(entry.document_type, entry.document_no), kind="number"),
        fact(_("Document line"), entry.document_line_no),
        fact(_("External document"), entry.external_document_no, kind="number"),
        fact(_(entry.source_type or "Source"), entry.source_no, party_link(entry.source_type, entry.source_no), kind="number"),
        fact(_("Order"), entry.order_no, order_link(entry.order_type, entry.order_no), kind="number"),
        fact(_("Order line"), entry.order_line_no if entry.order_no else 0),
        fact(_("Component line"), entry.component_line_no),
        fact(_("Row"), entry.match_id),
        fact(_("Expiration date"), entry.expiration_date, kind="day"),
        fact(_("Warranty until"), entry.warranty_date, kind="day"),
        fact(_("Corrects entry"), entry.corrects_entry_no, entry_link(entry.corrects_entry_no), kind="number"),
        fact(_("Reason"), entry.reason),
        fact(_("Posting"), entry.register_no, register_link(entry.register_no), kind="number"),
        fact(_("Posted by"), entry.operator_name or entry.operator_no),
        fact(_("Station"), entry.station_code),
        fact(_("Posted at"), entry.created_at, kind="time"),
    ]


def _day(name: str) -> date | None:
    text = argument(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput(summary=f"{name} is no date", problems={name: "write the date as 2026-12-31"}) from None


def _read_in_parts(session: Session, wanted: EntryFilter) -> Iterator[tuple[EntryLine, ...]]:
    """No transaction stays open between two parts: entries never change, so the parts fit together."""
    for rows in stream_entries(session, wanted):
        yield rows
        session.rollback()
