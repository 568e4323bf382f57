"""Bills of material, routings, production orders and their stages."""

from __future__ import annotations

from itertools import groupby
from typing import Literal

from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from shopfloor.genealogy import order_numbers
from shopfloor.genealogy.inputs import ReportOrder
from shopfloor.genealogy.journal_inputs import JournalLineReturn, OpenJournalInput, PostProductionJournal
from shopfloor.genealogy.journal_queries import calculate_consumption
from shopfloor.genealogy.journal_returns import fill_journal_line
from shopfloor.genealogy.open_journal_queries import journal_version, open_lines
from shopfloor.genealogy.open_journals import delete_open_journal, post_open_journal, save_journal
from shopfloor.genealogy.production_journal import post_production_journal
from shopfloor.genealogy.report_dialog import report_order
from shopfloor.genealogy.resetting import reset_order
from shopfloor.genealogy.starting import start_order
from shopfloor.people.fields import Code20, Day, InputModel, Quantity, Text200, Version, read_input
from shopfloor.production import commands, queries, rules, version_queries
from shopfloor.production.bills import create_bom, create_routing
from shopfloor.production.explosion import explode, needs_of
from shopfloor.production.inputs import (
    ChangeProductionOrder,
    ComponentFlushing,
    ConsumptionChoice,
    NewBom,
    NewProductionOrder,
    NewRouting,
    OrderKey,
    OrderQuestion,
    ResetOrder,
    SignedQuantity,
    StartOrder,
)
from shopfloor.web.api.base import READS, WRITES, OrderPath, PageQuery, WriteHeaders, blueprint, command, page, show
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor
from shopfloor.web.lists import found

api = blueprint("production", "Production")


class ProductionOrdersQuery(PageQuery):
    """Filters of the list; a blank one filters nothing."""

    status: str = Field(default="", max_length=30)
    text: str = Field(default="", max_length=100)
    item_no: str = Field(default="", max_length=20)


class NumberPath(BaseModel):
    """One bill of material or routing."""

    no: str


class StartBody(ConsumptionChoice):
    """Base units to start; blank: all that is not started yet. And what becomes of the picking list (LIF-6)."""

    quantity: SignedQuantity = None


class ComponentPath(OrderPath):
    """One component line of an order."""

    line_no: int = Field(ge=1, le=2**31 - 1)


class FlushingBody(InputModel):
    """LIF-12."""

    flushing: Literal["Manual", "Start", "Finish"]


class JournalPath(OrderPath):
    """One open journal of an order."""

    journal_no: int


class JournalLinePath(JournalPath):
    """One line of an open journal."""

    line_no: int


class Reasoned(InputModel):
    """Why something is posted."""

    reason: Text200 = ""


class JournalPosting(Reasoned):
    """An open journal that is posted as it was read."""

    version: Version = ""


class JournalRead(InputModel):
    """An open journal that is deleted as it was read."""

    version: Version = ""


class ResetBody(InputModel):
    """Why an order goes back, and whether the question was answered."""

    reason: Text200 = ""
    confirmed: bool = False


class NeedsQuery(InputModel):
    """An order that is not made yet."""

    item_no: str = Field(max_length=20)
    quantity: str = Field(max_length=30, description="Base units, as text")
    location_code: str = Field(max_length=20)
    due_date: str = Field(default="", max_length=10)


class ChangedOrder(InputModel):
    """Other values of an order, and the version that was read."""

    version: int = Field(ge=1, le=2**31 - 1)
    quantity: Quantity
    location_code: Code20
    due_date: Day = None
    confirmed: bool = False


@api.get("/boms", summary="Bills of material", responses=READS)
def boms(query: PageQuery) -> Response:
    """A page of bills."""
    return page(queries.list_boms(request_session(), after=query.after, limit=query.limit))


@api.get("/boms/<no>", summary="One bill of material", responses=READS)
def bom(path: NumberPath) -> Response:
    """One bill with its lines."""
    return show(found("bill of material", path.no, version_queries.bom_card(request_session(), path.no)))


@api.get("/routings", summary="Routings", responses=READS)
def routings(query: PageQuery) -> Response:
    """A page of routings."""
    return page(queries.list_routings(request_session(), after=query.after, limit=query.limit))


@api.get("/production-orders", summary="Production orders by due date", responses=READS)
def production_orders(query: ProductionOrdersQuery) -> Response:
    """A page of orders."""
    statuses = (query.status,) if query.status else ()
    return page(
        queries.list_orders(
            request_session(), statuses=statuses, text=query.text, item_no=query.item_no, after=query.after, limit=query.limit
        )
    )


@api.get("/production-orders/<order_no>", summary="One production order", responses=READS)
def production_order(path: OrderPath) -> Response:
    """One order with components and operations."""
    return show(found("production order", path.order_no, queries.order_card(request_session(), path.order_no)))


@api.get("/production-stages", summary="Stages of an order, and which action leads where", responses=READS)
def stages() -> Response:
    """The table of moves."""
    moves = {action: {"to": to, "from": allowed} for action, (to, allowed) in rules.MOVES.items()}
    return show({"stages": rules.STAGES, "moves": moves, "back": rules.BACK})


@api.get("/production-orders/<order_no>/production-journal/proposal", summary="Calculate consumption", responses=READS)
def proposal(path: OrderPath) -> Response:
    """Expected less consumed, with numbers; negative where too much was consumed."""
    return show({"rows": calculate_consumption(request_session(), path.order_no)})


@api.post("/production-orders/<order_no>/production-journal", summary="Post a production journal", responses=WRITES)
def journal(path: OrderPath, header: WriteHeaders, body: PostProductionJournal) -> Response:
    """Consumption and output by hand, and what comes back of them: all lines or none."""
    return command(post_production_journal, header, order_no=path.order_no, given=body)


@api.post("/boms", summary="Create a bill of material", responses=WRITES)
def new_bom(header: WriteHeaders, body: NewBom) -> Response:
    """What an item is made of."""
    return command(create_bom, header, given=body)


@api.post("/routings", summary="Create a routing", responses=WRITES)
def new_routing(header: WriteHeaders, body: NewRouting) -> Response:
    """The steps in which an item is made."""
    return command(create_routing, header, given=body)


@api.post("/production-orders", summary="Create a production order", responses=WRITES)
def create_order(header: WriteHeaders, body: NewProductionOrder) -> Response:
    """An order from the item's bill of material and routing."""
    return command(order_numbers.create_order, header, given=body)


@api.post("/production-orders/<order_no>/change", summary="Change an order that has not started", responses=WRITES)
def change_order(path: OrderPath, header: WriteHeaders, body: ChangedOrder) -> Response:
    """Components and operations are exploded anew from the versions valid on the due date."""
    given = read_input(ChangeProductionOrder, {"order_no": path.order_no, **body.model_dump()})
    return command(commands.change_order, header, given=given)


@api.get("/production-needs", summary="What an order would need, and what is there for it", responses=READS)
def needs(query: NeedsQuery) -> Response:
    """Components of an order before it is made."""
    session = request_session()
    given = read_input(OrderQuestion, query.model_dump())
    day = given.due_date or current_actor().work_date()
    exploded = explode(session, item_no=given.item_no, quantity=given.quantity, location_code=given.location_code, day=day)
    rows = needs_of(session, exploded, given.location_code)
    return show({"bom_version": exploded.bom_version, "routing_version": exploded.routing_version, "rows": rows})


@api.post("/production-orders/<order_no>/estimate", summary="Created to Estimated", responses=WRITES)
def estimate(path: OrderPath, header: WriteHeaders) -> Response:
    """Estimate an order."""
    return command(commands.estimate_order, header, given=_key(path))


@api.post("/production-orders/<order_no>/schedule", summary="To Scheduled", responses=WRITES)
def schedule(path: OrderPath, header: WriteHeaders) -> Response:
    """Schedule an order."""
    return command(commands.schedule_order, header, given=_key(path))


@api.post("/production-orders/<order_no>/release", summary="To Released", responses=WRITES)
def release(path: OrderPath, header: WriteHeaders) -> Response:
    """Release an order."""
    return command(commands.release_order, header, given=_key(path))


@api.post("/production-orders/<order_no>/start", summary="Start an order or a part of it", responses=WRITES)
def start(path: OrderPath, header: WriteHeaders, body: StartBody) -> Response:
    """Start; a negative quantity takes started quantity back."""
    return command(start_order, header, given=read_input(StartOrder, {"order_no": path.order_no, **body.model_dump()}))


@api.post("/production-orders/<order_no>/end-job", summary="To Reported as finished", responses=WRITES)
def end_job(path: OrderPath, header: WriteHeaders) -> Response:
    """Nothing more is registered or reported."""
    return command(commands.end_job, header, given=_key(path))


@api.post("/production-orders/<order_no>/end", summary="To Ended", responses=WRITES)
def end(path: OrderPath, header: WriteHeaders) -> Response:
    """Nothing is posted any more."""
    return command(commands.end_order, header, given=_key(path))


@api.post("/production-orders/<order_no>/report-as-finished", summary="Report an order as finished", responses=WRITES)
def report_as_finished(path: OrderPath, header: WriteHeaders, body: ReportOrder) -> Response:
    """Registered products unit by unit, others as a quantity of the order; steps that are missing are performed first."""
    return command(report_order, header, order_no=path.order_no, given=body)


@api.get("/production-orders/<order_no>/open-journals", summary="Open picking list and report journals", responses=READS)
def open_journals(path: OrderPath) -> Response:
    """Their lines; nothing of them is posted yet. `versions`: by journal, what a change or a posting of what was read gives back."""
    rows = open_lines(request_session(), path.order_no)
    journals = groupby(rows, key=lambda line: line.journal_no)
    return show({"rows": rows, "versions": {str(no): journal_version(list(lines)) for no, lines in journals}})


@api.post("/production-orders/<order_no>/open-journals", summary="Make a journal that stays open", responses=WRITES)
def make_journal(path: OrderPath, header: WriteHeaders, body: OpenJournalInput) -> Response:
    """A picking list, or a report as finished."""
    return command(save_journal, header, order_no=path.order_no, given=body)


@api.post("/production-orders/<order_no>/open-journals/<int:journal_no>", summary="Replace the lines of an open journal", responses=WRITES)
def change_journal(path: JournalPath, header: WriteHeaders, body: OpenJournalInput) -> Response:
    """By its owner."""
    return command(save_journal, header, order_no=path.order_no, given=body, journal_no=path.journal_no)


@api.post(
    "/production-orders/<order_no>/open-journals/<int:journal_no>/lines/<int:line_no>/return",
    summary="Take what was registered into a journal line", responses=WRITES,
)
def fill_line(path: JournalLinePath, header: WriteHeaders, body: JournalLineReturn) -> Response:
    """A picking list line gets the one number that was registered for it since, a report line the product; nothing is posted."""
    return command(
        fill_journal_line, header, order_no=path.order_no, journal_no=path.journal_no, line_no=path.line_no, given=body
    )


@api.post("/production-orders/<order_no>/open-journals/<int:journal_no>/post", summary="Post an open journal", responses=WRITES)
def post_journal(path: JournalPath, header: WriteHeaders, body: JournalPosting) -> Response:
    """All lines or none; the journal is gone afterwards."""
    return command(post_open_journal, header, order_no=path.order_no, journal_no=path.journal_no, **body.model_dump())


@api.post("/production-orders/<order_no>/open-journals/<int:journal_no>/delete", summary="Delete an open journal", responses=WRITES)
def delete_journal(path: JournalPath, header: WriteHeaders, query: JournalRead) -> Response:
    """Nothing was posted, nothing is."""
    return command(delete_open_journal, header, order_no=path.order_no, journal_no=path.journal_no, version=query.version)


@api.post("/production-orders/<order_no>/components/<int:line_no>/flushing", summary="Flushing of one component line", responses=WRITES)
def set_flushing(path: ComponentPath, header: WriteHeaders, body: FlushingBody) -> Response:
    """It holds for what is consumed from now on."""
    given = read_input(ComponentFlushing, {"order_no": path.order_no, "line_no": path.line_no, "flushing": body.flushing})
    return command(commands.set_component_flushing, header, given=given)


@api.post("/production-orders/<order_no>/reset", summary="One stage back", responses=WRITES)
def reset(path: OrderPath, header: WriteHeaders, body: ResetBody) -> Response:
    """From Started it takes back reports, picks, consumption and the started quantity, and asks first."""
    return command(reset_order, header, given=read_input(ResetOrder, {"order_no": path.order_no, **body.model_dump()}))


def _key(path: OrderPath) -> OrderKey:
    return read_input(OrderKey, {"order_no": path.order_no})
