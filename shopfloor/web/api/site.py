"""The one search, and the scan log: the same answers as the pages."""

from __future__ import annotations

from pydantic import Field
from werkzeug.wrappers import Response

from shopfloor.genealogy.home_queries import list_scans
from shopfloor.people.fields import InputModel, Text20, Text50
from shopfloor.scanning.errors import SCAN_TEXT_LIMIT
from shopfloor.web.api.base import READS, PageQuery, as_json, blueprint, page, show
from shopfloor.web.extensions import request_session
from shopfloor.web.searching import search

api = blueprint("site", "Search and scan log")


class SearchQuery(InputModel):
    """UI-1: whatever somebody typed or scanned."""

    text: str = Field(max_length=SCAN_TEXT_LIMIT, description="A number, a part of one, a name, or a scan as it arrived")


class ScansQuery(PageQuery):
    """Filters of the scan log; all that are given must fit."""

    order_no: Text20 = Field(default="", description="Production order on which was scanned")
    answer: Text50 = Field(default="", description="accepted, information, question or refused")
    code: Text50 = Field(default="", description="Stable code of the answer")


@api.get("/search", summary="What a text or a scan leads to", responses=READS)
def find(query: SearchQuery) -> Response:
    """UI-1: `chosen` is what the page would open at once, `command` the name of a command bar code. Raises ScanRefused."""
    found = search(request_session(), query.text)
    if found.refusal is not None:
        raise found.refusal
    command = found.command.value if found.command is not None else ""
    return show({"hits": as_json(found.hits), "chosen": as_json(found.chosen), "command": command})


@api.get("/scans", summary="The scan log, newest first", responses=READS)
def scans(query: ScansQuery) -> Response:
    """SCN-22: every scan with its answer."""
    return page(list_scans(request_session(), **query.model_dump()))
