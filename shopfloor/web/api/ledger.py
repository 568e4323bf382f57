"""Item ledger entries, applications, registers, reservation entries, Find entries: the same answers as the pages."""

from __future__ import annotations

from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from shopfloor.items.paging import LARGEST_PAGE, PAGE_SIZE
from shopfloor.ledger import activity_queries, application_queries, entry_queries, register_queries
from shopfloor.ledger.entry_filter import EntryFilter
from shopfloor.people.fields import Day, InputModel, Number, Text20, Text50, Variant
from shopfloor.reservations.entry_queries import ReservationFilter, list_reservations
from shopfloor.tracing.find_entries import Asked, FoundTable, find_document, find_entries
from shopfloor.tracing.found_records import list_records
from shopfloor.web.api.base import READS, PageQuery, as_json, blueprint, page, show
from shopfloor.web.extensions import request_session
from shopfloor.web.lists import found

api = blueprint("ledger", "Ledger")
LARGEST_NO = 10**15


class EntriesQuery(PageQuery):
    """Filters of the ledger; all that are given must fit."""

    item_no: Text20 = ""
    variant_code: Variant = ""
    location_code: Text20 = ""
    number: Number = Field(default="", description="A serial, lot or package number, whichever it is")
    serial_no: Number = ""
    lot_no: Number = ""
    package_no: Number = ""
    entry_type: Text50 = ""
    document_type: Text50 = ""
    document_no: Text20 = ""
    order_no: Text20 = ""
    register_no: int = Field(default=0, ge=0, lt=LARGEST_NO)
    from_date: Day = None
    to_date: Day = None
    open_only: bool = False


class ApplicationsQuery(PageQuery):
    """Applications of one entry, whichever end it is; 0: of all."""

    entry_no: int = Field(default=0, ge=0, lt=LARGEST_NO)


class RegistersQuery(PageQuery):
    """Postings of one use case or person."""

    source: Text50 = ""
    operator_no: Text50 = ""


class EventsQuery(InputModel):
    """Where to read on."""

    since: int = Field(default=0, ge=0, lt=LARGEST_NO, description="Events behind this id; 0: from the first one")
    limit: int = Field(default=PAGE_SIZE, ge=1, le=LARGEST_PAGE, description="At most so many postings are looked at")


class ReservationsQuery(PageQuery):
    """Filters of the reservation entries; a pair fits when one of its sides does."""

    reservation_status: Text20 = ""
    item_no: Text20 = ""
    variant_code: Variant = ""
    location_code: Text20 = ""
    number: Number = ""
    serial_no: Number = ""
    lot_no: Number = ""
    package_no: Number = ""
    source_type: Text50 = ""
    source_id: Text20 = ""
    picked: bool = False


class FindQuery(InputModel):
    """FN-01: at least one number, or the answer is empty. A document number asks for a document instead (FN-08)."""

    serial_no: Number = ""
    lot_no: Number = ""
    package_no: Number = ""
    item_no: Text20 = ""
    variant_code: Variant = ""
    document_no: Text20 = ""


class RecordsQuery(PageQuery):
    """The records of one table that hold a number."""

    table: FoundTable
    serial_no: Number = ""
    lot_no: Number = ""
    package_no: Number = ""
    item_no: Text20 = ""
    variant_code: Variant = ""


class EntryPath(BaseModel):
    """One entry, application or register."""

    number: int = Field(ge=1, lt=LARGEST_NO)


@api.get("/ledger-entries", summary="Item ledger entries, newest first, with totals", responses=READS)
def entries(query: EntriesQuery) -> Response:
    """A page of entries. `looked_down_to` is not 0 when an unindexed filter left older entries for the next page."""
    session = request_session()
    wanted = EntryFilter(**query.model_dump(exclude={"after", "limit"}))
    rows = entry_queries.list_entries(session, wanted, after=query.after, limit=query.limit)
    return show(as_json(rows) | {"totals": as_json(entry_queries.entry_totals(session, wanted))})


@api.get("/ledger-entries/<number>", summary="One entry, and what corrects it", responses=READS)
def entry(path: EntryPath) -> Response:
    """One entry."""
    return show(found("item ledger entry", str(path.number), entry_queries.entry_card(request_session(), path.number)))


@api.get("/item-applications", summary="Item application entries, newest first", responses=READS)
def applications(query: ApplicationsQuery) -> Response:
    """A page of applications."""
    rows = application_queries.list_applications(request_session(), entry_no=query.entry_no, after=query.after, limit=query.limit)
    return page(rows)


@api.get("/item-applications/<number>", summary="One application", responses=READS)
def application(path: EntryPath) -> Response:
    """One application."""
    line = application_queries.application_line(request_session(), path.number)
    return show(found("item application entry", str(path.number), line))


@api.get("/item-registers", summary="Postings, newest first", responses=READS)
def registers(query: RegistersQuery) -> Response:
    """A page of postings."""
    return page(register_queries.list_registers(request_session(), **query.model_dump()))


@api.get("/item-registers/<number>", summary="One posting; its entries are the ledger entries with its number", responses=READS)
def register(path: EntryPath) -> Response:
    """One posting."""
    return show(found("item register", str(path.number), register_queries.register_line(request_session(), path.number)))


@api.get("/activity-events", summary="Activity events of production, one for each posting, oldest first (OPS-10)", responses=READS)
def activity_events(query: EventsQuery) -> Response:
    """`ProductionReportFinished` and `ProductionPickingList` with what was consumed and made.

    `next_after` is not blank while there is more: ask again with `since` = `next_after`. Later, ask with `since` = `next_since`: it lies a
    minute back, so that a posting that became visible late is not missed; what was sent before comes with the same `event_id`.
    """
    return show(activity_queries.events_since(request_session(), since=query.since, limit=query.limit))


@api.get("/reservation-entries", summary="Reservation entries, each pair once", responses=READS)
def reservations(query: ReservationsQuery) -> Response:
    """A page of pairs and single records."""
    wanted = ReservationFilter(**query.model_dump(exclude={"after", "limit"}))
    return page(list_reservations(request_session(), wanted, after=query.after, limit=query.limit))


@api.get("/found-entries", summary="Find entries: the tables that hold a number, with counts", responses=READS)
def found_entries(query: FindQuery) -> Response:
    """One line for each table."""
    session = request_session()
    if query.document_no:
        return show({"rows": find_document(session, query.document_no)})
    return show({"rows": find_entries(session, Asked(**query.model_dump(exclude={"document_no"})))})


@api.get("/found-records", summary="The records behind a line of Find entries", responses=READS)
def found_records(query: RecordsQuery) -> Response:
    """A page of records; entries and reservations have lists of their own."""
    asked = Asked(**query.model_dump(exclude={"after", "limit", "table"}))
    return page(list_records(request_session(), asked, query.table, after=query.after, limit=query.limit))
