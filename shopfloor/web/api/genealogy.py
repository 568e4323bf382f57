"""Tracked components: scans, associations, pick, consumption, report and reversal."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from shopfloor.genealogy import added_components, adjusting, corrections, picking, replacing, reporting, reversing, row_changes
from shopfloor.genealogy.inputs import (
    AddComponent,
    Badge,
    ChangeInput,
    ComponentInput,
    JournalLineInput,
    LoadBatch,
    LoadedLine,
    PreallocationInput,
    ProductChange,
    ProductInput,
    ReplaceInput,
    ReportInput,
    ScanInput,
    SelectionInput,
    TakeOffComponent,
)
from shopfloor.genealogy.loading import load_batch, unload_batch
from shopfloor.genealogy.matrix_queries import associations_page
from shopfloor.genealogy.page_queries import station_rules, tracked_components_page
from shopfloor.genealogy.preallocation import preallocate
from shopfloor.genealogy.taking_off import take_off_component
from shopfloor.genealogy.unit_queries import Wanted
from shopfloor.people.fields import Day, InputModel, Reason, Text20, Text50, Text200
from shopfloor.web.api.base import READS, WRITES, OrderPath, WriteHeaders, blueprint, command, done, show
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor, session_id
from shopfloor.web.production.scans import run_scan
from shopfloor.web.production.units import composition_of

api = blueprint("genealogy", "Tracked components")
Id = Annotated[int, Field(ge=0, le=2**53)]


class AssociationPath(BaseModel):
    """One association of an order."""

    order_no: str
    association_no: Annotated[int, Field(ge=1, le=2**53)]


class UnitPath(BaseModel):
    """One unit of an order."""

    order_no: str
    match_id: Annotated[int, Field(ge=1, le=2**53)]


class CompositionQuery(InputModel):
    """Which state of the unit: now, unless something is named."""

    built: bool = Field(default=False, description="As the latest report that still stands found it")
    as_of: Day = Field(default=None, description="At the end of this day in the plant")


class LinePath(BaseModel):
    """One component line of an order."""

    order_no: str
    line_no: Annotated[int, Field(ge=1, le=2**31 - 1)]


class UnitsQuery(InputModel):
    """Which unit is selected, and which units are listed."""

    match_id: Id = 0
    line_no: Id = 0
    before: Id = Field(default=0, description="Only units registered before this match id; the `older` of the page before")


class AssociationsQuery(InputModel):
    """The same with the filters of the associations page."""

    match_id: Id = 0
    before: Id = 0
    text: Text50 = Field(default="", description="Part of a number")
    state: Text20 = ""
    incomplete: bool = Field(default=False, description="Only units that lack a part")


class Moved(InputModel):
    """The unit that gets the part."""

    to_match_id: Id
    reason: Text200 = Field(default="", description="Begins with a reason code where a question needs one")
    badge: Badge = Field(default="", description="Of whoever answers a question that needs a right")
    confirmed: list[str] = Field(default_factory=list, description="Codes of questions answered with yes")


class EndedLine(InputModel):
    """Close a component line for one unit, or open it again."""

    match_id: Id
    reason: Reason
    ended: bool = True


@api.get("/production-orders/<order_no>/tracked-components", summary="Units, and the components of one of them", responses=READS)
def tracked_components(path: OrderPath, query: UnitsQuery) -> Response:
    """What the scan page shows."""
    page = tracked_components_page(
        request_session(), path.order_no, match_id=query.match_id, line_no=query.line_no, session_id=session_id(), before=query.before
    )
    return show(page)


@api.post("/production-orders/<order_no>/scans", summary="One scan, tap or command of a station", responses=WRITES)
def scans(path: OrderPath, header: WriteHeaders, body: ScanInput) -> Response:
    """Registers, selects, asks or refuses; the answer's fields say where the station stands. Refusals in Product mode leave no product."""
    actor = current_actor()
    station = station_rules(request_session(), actor.station_code, session_id() or f"api {actor.operator_no} {actor.station_code}"[:64])
    return done(run_scan(path.order_no, header.idempotency_key, body, station))


@api.post("/production-orders/<order_no>/component-lines", summary="Add a component or a substitute to a started order", responses=WRITES)
def add_component(path: OrderPath, header: WriteHeaders, body: AddComponent) -> Response:
    """From one unit on; a line that it replaces serves the units before."""
    return command(added_components.add_component, header, order_no=path.order_no, given=body)


@api.post(
    "/production-orders/<order_no>/component-lines/<int:line_no>/take-off", summary="Take an added component line off a started order",
    responses=WRITES,
)
def take_off_line(path: LinePath, header: WriteHeaders, body: TakeOffComponent) -> Response:
    """Only a line that was added, while nothing is registered or posted on it; a line that it replaced is needed again."""
    return command(take_off_component, header, order_no=path.order_no, line_no=path.line_no, given=body)


@api.post("/production-orders/<order_no>/load", summary="Load a batch at the station for a component line", responses=WRITES)
def load(path: OrderPath, header: WriteHeaders, body: LoadBatch) -> Response:
    """Each unit that is registered at the station gets its share, until the batch cannot serve it."""
    return command(load_batch, header, order_no=path.order_no, given=body)


@api.post("/production-orders/<order_no>/unload", summary="Unload the batch of a component line", responses=WRITES)
def unload(path: OrderPath, header: WriteHeaders, body: LoadedLine) -> Response:
    """What units got from it stays."""
    return command(unload_batch, header, order_no=path.order_no, given=body)


@api.get("/production-orders/<order_no>/associations", summary="Associations of one unit, and units by component", responses=READS)
def associations(path: OrderPath, query: AssociationsQuery) -> Response:
    """What the associations page shows."""
    wanted = Wanted(before=query.before, text=query.text, state=query.state, incomplete=query.incomplete)
    return show(associations_page(request_session(), path.order_no, match_id=query.match_id, wanted=wanted))


@api.post("/production-orders/<order_no>/products", summary="Register a missing finished product", responses=WRITES)
def create_product(path: OrderPath, header: WriteHeaders, body: ProductInput) -> Response:
    """With the checks of a scan."""
    return command(corrections.create_product, header, order_no=path.order_no, given=body)


@api.patch("/production-orders/<order_no>/products/<int:match_id>", summary="Another quantity for a batch", responses=WRITES)
def change_product(path: UnitPath, header: WriteHeaders, body: ProductChange) -> Response:
    """Not below what is reported of it. Needs the version that was read."""
    return command(row_changes.change_product, header, order_no=path.order_no, match_id=path.match_id, given=body)


@api.post("/production-orders/<order_no>/products/remove", summary="Remove finished products with their components", responses=WRITES)
def remove_products(path: OrderPath, header: WriteHeaders, body: SelectionInput) -> Response:
    """By match id; refused ones are listed, the others are removed."""
    return command(corrections.remove_products, header, order_no=path.order_no, given=body)


@api.post("/production-orders/<order_no>/products/assign", summary="Assign product numbers in advance", responses=WRITES)
def assign(path: OrderPath, header: WriteHeaders, body: PreallocationInput) -> Response:
    """They are listed as Not started until they are scanned; all or none."""
    return command(preallocate, header, order_no=path.order_no, given=body)


@api.post("/production-orders/<order_no>/components", summary="Register a missing component number", responses=WRITES)
def create_component(path: OrderPath, header: WriteHeaders, body: ComponentInput) -> Response:
    """With the checks of a scan."""
    return command(corrections.create_component, header, order_no=path.order_no, given=body)


@api.patch("/production-orders/<order_no>/associations/<int:association_no>", summary="Another number or quantity", responses=WRITES)
def change_component(path: AssociationPath, header: WriteHeaders, body: ChangeInput) -> Response:
    """Needs the version that was read."""
    return command(corrections.change_component, header, order_no=path.order_no, association_no=path.association_no, given=body)


@api.post("/production-orders/<order_no>/associations/<int:association_no>/move", summary="Move a part to another unit", responses=WRITES)
def move_component(path: AssociationPath, header: WriteHeaders, body: Moved) -> Response:
    """As one step."""
    return command(corrections.move_component, header, order_no=path.order_no, association_no=path.association_no, **body.model_dump())


@api.post("/production-orders/<order_no>/associations/<int:association_no>/replace", summary="Replace a built-in part", responses=WRITES)
def replace_component(path: AssociationPath, header: WriteHeaders, body: ReplaceInput) -> Response:
    """The old part comes out and is kept, held or scrapped; the new one is checked as in a scan and consumed."""
    return command(replacing.replace_component, header, order_no=path.order_no, association_no=path.association_no, given=body)


@api.get("/production-orders/<order_no>/products/<int:match_id>", summary="What a unit is made of, and its history", responses=READS)
def composition(path: UnitPath, query: CompositionQuery) -> Response:
    """Now, as built, or at the end of a day."""
    return show(composition_of(path.order_no, path.match_id, built=query.built, as_of=query.as_of))


@api.post("/production-orders/<order_no>/associations/remove", summary="Remove component numbers", responses=WRITES)
def remove_components(path: OrderPath, header: WriteHeaders, body: SelectionInput) -> Response:
    """By association number; refused ones are listed, the others are removed."""
    return command(corrections.remove_components, header, order_no=path.order_no, given=body)


@api.post("/production-orders/<order_no>/associations/pick", summary="Pick component numbers", responses=WRITES)
def pick(path: OrderPath, header: WriteHeaders, body: SelectionInput) -> Response:
    """Set aside for their units."""
    return command(picking.pick, header, order_no=path.order_no, given=body)


@api.post("/production-orders/<order_no>/associations/unpick", summary="Put picked component numbers back", responses=WRITES)
def unpick(path: OrderPath, header: WriteHeaders, body: SelectionInput) -> Response:
    """Open again."""
    return command(picking.unpick, header, order_no=path.order_no, given=body)


@api.post("/production-orders/<order_no>/journal", summary="Adjust consumption: open picking list lines", responses=WRITES)
def open_journal(path: OrderPath, header: WriteHeaders, body: SelectionInput) -> Response:
    """Nothing is posted yet."""
    return command(adjusting.open_journal, header, order_no=path.order_no, given=body)


@api.patch("/production-orders/<order_no>/journal/<int:association_no>", summary="Change an open picking list line", responses=WRITES)
def change_journal_line(path: AssociationPath, header: WriteHeaders, body: JournalLineInput) -> Response:
    """Quantity in base units; negative: returned."""
    return command(adjusting.change_journal_line, header, order_no=path.order_no, association_no=path.association_no, given=body)


@api.post("/production-orders/<order_no>/journal/post", summary="Post one's own picking list lines", responses=WRITES)
def post_journal(path: OrderPath, header: WriteHeaders, body: SelectionInput) -> Response:
    """The selected ones, or all; one transaction."""
    return command(adjusting.post_journal, header, order_no=path.order_no, given=body)


@api.post("/production-orders/<order_no>/journal/cancel", summary="Delete open picking list lines", responses=WRITES)
def cancel_journal(path: OrderPath, header: WriteHeaders, body: SelectionInput) -> Response:
    """The associations stay as they were."""
    return command(adjusting.cancel_journal, header, order_no=path.order_no, given=body)


@api.post("/production-orders/<order_no>/component-lines/<int:line_no>/end", summary="End a component line for one unit", responses=WRITES)
def end_line(path: LinePath, header: WriteHeaders, body: EndedLine) -> Response:
    """At whatever is registered, with a reason."""
    return command(corrections.end_line, header, order_no=path.order_no, component_line_no=path.line_no, **body.model_dump())


@api.post("/production-orders/<order_no>/report", summary="Report units as finished", responses=WRITES)
def report(path: OrderPath, header: WriteHeaders, body: ReportInput) -> Response:
    """Output, consumption and flushing in one transaction; units that cannot be reported are left out and listed."""
    return command(reporting.report_as_finished, header, order_no=path.order_no, given=body)


@api.post("/production-orders/<order_no>/reverse", summary="Reverse the latest report of units", responses=WRITES)
def reverse(path: OrderPath, header: WriteHeaders, body: SelectionInput) -> Response:
    """By match id; all or none."""
    return command(reversing.reverse_report, header, order_no=path.order_no, given=body)
