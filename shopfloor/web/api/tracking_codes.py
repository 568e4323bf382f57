"""Item tracking codes: list, card, change, delete, and another code for an item."""

from __future__ import annotations

from pydantic import BaseModel
from werkzeug.wrappers import Response

from shopfloor.genealogy.tracking_codes import change_tracking_code
from shopfloor.items import tracking_code_queries as queries
from shopfloor.items.commands import create_tracking_code
from shopfloor.items.inputs import NewTrackingCode, TrackingCodeChange, TrackingCodeExchange
from shopfloor.posting.tracking_codes import delete_tracking_code, update_tracking_code
from shopfloor.web.api.base import READS, WRITES, WriteHeaders, blueprint, command, show
from shopfloor.web.extensions import request_session
from shopfloor.web.lists import found

api = blueprint("tracking_codes", "Item tracking codes")


class CodePath(BaseModel):
    """One code."""

    code: str


@api.get("/tracking-codes", summary="Item tracking codes", responses=READS)
def tracking_codes() -> Response:
    """All codes."""
    return show({"rows": queries.list_codes(request_session())})


@api.get("/tracking-codes/<code>", summary="One item tracking code", responses=READS)
def tracking_code(path: CodePath) -> Response:
    """One code with everything that it demands."""
    return show(found("item tracking code", path.code, queries.code_card(request_session(), path.code)))


@api.post("/tracking-codes", summary="Create an item tracking code", responses=WRITES)
def create(header: WriteHeaders, body: NewTrackingCode) -> Response:
    """An item tracking code."""
    return command(create_tracking_code, header, given=body)


@api.post("/tracking-codes/change", summary="Change an item tracking code", responses=WRITES)
def change(header: WriteHeaders, body: TrackingCodeChange) -> Response:
    """All settings as they shall be; specific tracking stays once something was posted."""
    return command(update_tracking_code, header, given=body)


@api.post("/tracking-codes/<code>/delete", summary="Delete an item tracking code", responses=WRITES)
def delete(path: CodePath, header: WriteHeaders) -> Response:
    """A code that no item uses."""
    return command(delete_tracking_code, header, code=path.code)


@api.post("/items/tracking-code", summary="Give an item another tracking code", responses=WRITES)
def exchange(header: WriteHeaders, body: TrackingCodeExchange) -> Response:
    """Another code; one with other specific tracking only before the first posting."""
    return command(change_tracking_code, header, given=body)
