"""Inspections with measured values and files, and disposition codes of numbers."""

from __future__ import annotations

from io import BytesIO

from flask import send_file
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from shopfloor.items.dispositions import set_disposition
from shopfloor.items.inputs import SetDisposition
from shopfloor.quality import commands, queries
from shopfloor.quality.inputs import AttachFile, Conclude, EnterResults, MeasureNumber, NewInspection
from shopfloor.web.api.base import READS, WRITES, PageQuery, WriteHeaders, blueprint, command, page, show
from shopfloor.web.extensions import request_session
from shopfloor.web.lists import found

api = blueprint("quality", "Quality")


class InspectionPath(BaseModel):
    """One inspection."""

    inspection_no: int = Field(ge=1, le=2**62)


class FilePath(InspectionPath):
    """One file of an inspection."""

    entry_no: int = Field(ge=1, le=2**62)


class InspectionsQuery(PageQuery):
    """Filters of the list; a blank one filters nothing."""

    state: str = Field(default="", max_length=10, description="Open, Passed or Failed")
    item_no: str = Field(default="", max_length=20)
    kind: str = Field(default="", max_length=10)
    number: str = Field(default="", max_length=50)


@api.get("/inspections", summary="Inspections, newest first", responses=READS)
def inspections(query: InspectionsQuery) -> Response:
    """A page of inspections."""
    return page(queries.list_inspections(request_session(), **query.model_dump()))


@api.get("/inspections/<int:inspection_no>", summary="One inspection with plan, values and files", responses=READS)
def inspection(path: InspectionPath) -> Response:
    """One inspection."""
    return show(found("inspection", str(path.inspection_no), queries.inspection_card(request_session(), path.inspection_no)))


@api.get("/inspections/<int:inspection_no>/files/<int:entry_no>", summary="The bytes of a file", responses=READS)
def file(path: FilePath) -> Response:
    """One file."""
    kept = queries.attached_file(request_session(), path.inspection_no, path.entry_no)
    name, content = found("file", str(path.entry_no), kept)
    return send_file(BytesIO(content), mimetype="application/octet-stream", as_attachment=True, download_name=name)


@api.post("/inspections", summary="Open an inspection of a number", responses=WRITES)
def create(header: WriteHeaders, body: NewInspection) -> Response:
    """With a hold the number is on quality hold until it has passed."""
    return command(commands.create_inspection, header, given=body)


@api.post("/inspections/measure", summary="Measured values of a number, from a program at a station", responses=WRITES)
def measure(header: WriteHeaders, body: MeasureNumber) -> Response:
    """Its newest inspection that has not passed takes the values, else a new one. It concludes itself by the limits of the plan."""
    return command(commands.measure_number, header, given=body)


@api.post("/inspections/<int:inspection_no>/results", summary="Measured values of an inspection", responses=WRITES)
def results(path: InspectionPath, header: WriteHeaders, body: EnterResults) -> Response:
    """The newest value of each test counts."""
    return command(commands.enter_results, header, inspection_no=path.inspection_no, given=body)


@api.post("/inspections/<int:inspection_no>/conclude", summary="Passed or failed, by a person", responses=WRITES)
def conclude(path: InspectionPath, header: WriteHeaders, body: Conclude) -> Response:
    """With a reason, whatever was measured."""
    return command(commands.conclude, header, inspection_no=path.inspection_no, given=body)


@api.post("/inspections/<int:inspection_no>/files", summary="Keep a small file with an inspection", responses=WRITES)
def attach(path: InspectionPath, header: WriteHeaders, body: AttachFile) -> Response:
    """At most 5 MB."""
    return command(commands.attach_file, header, inspection_no=path.inspection_no, given=body)


@api.post("/numbers/disposition", summary="Give a number a disposition code, or take it away", responses=WRITES)
def disposition(header: WriteHeaders, body: SetDisposition) -> Response:
    """What the code blocks is felt at the next scan."""
    return command(set_disposition, header, given=body)
