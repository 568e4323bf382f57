"""Operations of production orders: the current ones, their entries, reports and what takes them back (C16, LIF-16)."""

from __future__ import annotations

from pydantic import Field
from werkzeug.wrappers import Response

from shopfloor.genealogy.operation_inputs import ReportOperation, TakeBackEntry
from shopfloor.genealogy.operations import report_operation, take_back_entry
from shopfloor.genealogy.yield_queries import item_yield
from shopfloor.people.fields import InputModel
from shopfloor.production import queries
from shopfloor.production.current_operations import OPEN, current_operations
from shopfloor.production.operations import entries_of_operation
from shopfloor.web.api.base import READS, WRITES, OrderPath, PageQuery, WriteHeaders, as_json, blueprint, command, page, show
from shopfloor.web.extensions import request_session
from shopfloor.web.lists import found

api = blueprint("operations", "Operations")


class OperationsQuery(PageQuery):
    """Filters of the list; a blank one filters nothing."""

    status: str = Field(default=OPEN, max_length=20, description="Open, Not started, In progress, Completed; blank: all")
    resource: str = Field(default="", max_length=50)
    order_no: str = Field(default="", max_length=20)


class YieldQuery(InputModel):
    """Blank: the newest orders of all items."""

    item_no: str = Field(default="", max_length=20)


class OperationPath(OrderPath):
    """One operation of an order."""

    operation_no: int = Field(ge=1, le=2**31 - 1)


class EntryPath(OrderPath):
    """One entry of an operation."""

    entry_no: int = Field(ge=1, le=2**62)


@api.get("/operations", summary="Current operations of all running orders", responses=READS)
def operations(query: OperationsQuery) -> Response:
    """A page, by due date, order and operation."""
    return page(
        current_operations(
            request_session(), status=query.status, resource=query.resource, order_no=query.order_no, after=query.after, limit=query.limit
        )
    )


@api.get("/production-orders/<order_no>/operations/<int:operation_no>", summary="One operation with its entries", responses=READS)
def operation(path: OperationPath) -> Response:
    """How far it is, and its newest entries."""
    session = request_session()
    steps = queries.order_operations(session, path.order_no)
    step = next((one for one in steps if one.operation_no == path.operation_no), None)
    one = found("operation", f"{path.order_no} {path.operation_no}", step)
    return show({"operation": one, "entries": entries_of_operation(session, path.order_no, path.operation_no)})


@api.post("/production-orders/<order_no>/operations/<int:operation_no>", summary="Report time and quantity", responses=WRITES)
def report(path: OperationPath, header: WriteHeaders, body: ReportOperation) -> Response:
    """A line of a route card or a job card; at the last operation the product is reported along where that is settled."""
    return command(report_operation, header, order_no=path.order_no, operation_no=path.operation_no, given=body)


@api.post("/production-orders/<order_no>/operation-entries/<int:entry_no>/take-back", summary="Take an entry back", responses=WRITES)
def take_back(path: EntryPath, header: WriteHeaders, body: TakeBackEntry) -> Response:
    """Another entry that names it; both stay."""
    return command(take_back_entry, header, order_no=path.order_no, entry_no=path.entry_no, given=body)


@api.get("/first-pass-yield", summary="First-pass yield of the newest orders", responses=READS)
def first_pass_yield(query: YieldQuery) -> Response:
    """Units reported good without replacement, reversal or failed inspection, of all units reported; in percent."""
    one = item_yield(request_session(), query.item_no)
    orders = [{**as_json(order), "percent": as_json(order.percent)} for order in one.orders]
    return show({"orders": orders, "reported": one.reported, "first_pass": one.first_pass, "percent": one.percent, "read_at": one.read_at})
