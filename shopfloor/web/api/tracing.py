"""Item tracing (TR-01 to TR-54): the same question and answer as the page."""

from __future__ import annotations

from pydantic import Field
from werkzeug.wrappers import Response

from shopfloor.people.fields import InputModel
from shopfloor.tracing.criteria import LONGEST_FILTER, ShowComponents, TraceMethod, View
from shopfloor.tracing.queries import trace
from shopfloor.web.api.base import READS, as_json, blueprint, show
from shopfloor.web.extensions import request_session
from shopfloor.web.texts import message_text

api = blueprint("tracing", "Item tracing")
FILTER = "A value, a list A|B, a range A..B, exactly 'A', or blank ''"


class TraceQuery(InputModel):
    """One question. At least one filter, or the answer is empty (TR-01)."""

    serial_no: str = Field(default="", max_length=LONGEST_FILTER, description=FILTER)
    lot_no: str = Field(default="", max_length=LONGEST_FILTER, description=FILTER)
    package_no: str = Field(default="", max_length=LONGEST_FILTER, description=FILTER)
    item_no: str = Field(default="", max_length=LONGEST_FILTER, description=FILTER)
    variant: str = Field(default="", max_length=LONGEST_FILTER, description=f"{FILTER}; only with item_no")
    vendor_lot_no: str = Field(default="", max_length=LONGEST_FILTER, description=f"The supplier's own lot number. {FILTER}")
    method: TraceMethod = Field(default=TraceMethod.BACKWARD, description="Direction (TR-02)")
    show_components: ShowComponents = Field(default=ShowComponents.TRACKED, description="Which components of an order are listed")
    view: View = Field(default=View.EXACT, description="By registered unit, or by order line (C4)")
    include_registered: bool = Field(default=False, description="Whether registered, unposted links are in the answer (C5)")


@api.get("/traces", summary="Trace numbers both ways", responses=READS)
def traces(query: TraceQuery) -> Response:
    """The tree as lines in the order of the page; `parent` is the number of the line above, 0 for a root.

    `completeness` says whether the answer is whole, `reasons` why not; `registered_left_out` counts links that are scanned and not posted.
    """
    session = request_session()
    session.rollback()  # the trace begins its own transaction, so that all of it is read from one snapshot
    found = trace(session, **query.model_dump())
    answer = as_json(found)
    for reason, words in zip(found.reasons, answer["reasons"], strict=True):
        words["message"] = message_text(reason.message, words)
    return show(answer | {"complete": found.complete})
