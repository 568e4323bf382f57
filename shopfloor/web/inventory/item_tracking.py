"""Item tracking lines: the numbers of one document line, and the summary from which they are chosen (TL-01 to TL-16, UI-2)."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from shopfloor.errors import NotFound, Refusal, StaleRow
from shopfloor.item_tracking import queries
from shopfloor.item_tracking.commands import RIGHTS, add_tracking_lines, create_serials, save_tracking_lines
from shopfloor.item_tracking.inputs import AddTrackingLines, CreateSerials, SaveTrackingLines, TrackingSource
from shopfloor.items.tracking import Tracking
from shopfloor.quantity import shown
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import Form, FormBuilder
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, form_values, read_form
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import address
from shopfloor.web.texts import message_of

bp = Blueprint("item_tracking", __name__, url_prefix="/item-tracking")
KINDS = {
    "sales": "Sales Line", "purchase": "Purchase Line", "transfer": "Transfer Line", "component": "Prod. Order Component",
    "output": "Prod. Order Line",
}
ORDERS = {
    "sales": "/sales-orders/", "purchase": "/purchase-orders/", "transfer": "/transfer-orders/", "component": "/production-orders/",
    "output": "/production-orders/",
}
OF_ADDRESS = ("source_type", "order_no", "line_no", "component_line_no")
LINE = "/<kind>/<order_no>/<int:line_no>/<int:component_line_no>"


@bp.get(LINE)
def card(kind: str, order_no: str, line_no: int, component_line_no: int) -> Response:
    """The numbers of one line."""
    return show(kind, _source(kind, order_no, line_no, component_line_no))


@bp.post(LINE)
def save(kind: str, order_no: str, line_no: int, component_line_no: int) -> Response:
    """Save exactly the rows of the page."""
    source = _source(kind, order_no, line_no, component_line_no)
    on_refusal(partial(show, kind, source))
    answer = run_command(save_tracking_lines, key=command_key(), given=read_form(SaveTrackingLines, **source.model_dump()))
    return go(address_of(kind, source), answer)


@bp.post(LINE + "/serials")
def serials(kind: str, order_no: str, line_no: int, component_line_no: int) -> Response:
    """TL-13: a series of own serial numbers."""
    source = _source(kind, order_no, line_no, component_line_no)
    on_refusal(lambda refusal: show(kind, source, refusal, of_serials=True))
    answer = run_command(create_serials, key=command_key(), given=read_form(CreateSerials, **source.model_dump()))
    return go(address_of(kind, source), answer)


@bp.get(LINE + "/summary")
def summary(kind: str, order_no: str, line_no: int, component_line_no: int) -> Response:
    """TL-16: every number of the goods, to choose from."""
    return _show_summary(kind, _source(kind, order_no, line_no, component_line_no))


@bp.post(LINE + "/summary")
def choose(kind: str, order_no: str, line_no: int, component_line_no: int) -> Response:
    """Let the line carry the chosen numbers as well."""
    source = _source(kind, order_no, line_no, component_line_no)
    on_refusal(partial(_show_summary, kind, source))
    given = read_form(AddTrackingLines, **source.model_dump(), lines=_taken_rows())
    answer = run_command(add_tracking_lines, key=command_key(), given=given)
    return go(address_of(kind, source), answer)


def show(kind: str, source: TrackingSource, refusal: Refusal | None = None, *, of_serials: bool = False) -> Response:
    """The page. Raises NotFound. `propose=1` in the address fills it by *Select entries* (TL-11)."""
    session = request_session()
    page = queries.tracking_lines_page(session, source)
    proposed = queries.select_entries(session, page) if argument("propose") and not page.source.inbound else []
    here = address_of(kind, source)
    may_save = may(RIGHTS[source.source_type]) and page.source.may_change
    return respond(
        "pages/item_tracking_lines.html",
        page=page,
        kind=kind,
        order_no=source.order_no,
        order_address=_order_address(kind, page, source.order_no),
        here=here,
        form=_form(here, page, proposed, None if of_serials or isinstance(refusal, StaleRow) else refusal) if may_save else None,
        unused=_unused_columns(page),
        scans="/api/v1/item-tracking-lines/scanned?" + urlencode(source.model_dump()),
        serials=_serials_form(here, refusal if of_serials else None) if may_save and page.source.inbound and _takes_serials(page) else None,
        refusal=message_of(refusal) if refusal else None,
    )


def _order_address(kind: str, page: queries.TrackingLinesPage, order_no: str) -> str:
    place = ORDERS[kind].replace("-orders/", "-return-orders/") if page.source.returns else ORDERS[kind]
    return place + quote(order_no, safe="")


def address_of(kind: str, source: TrackingSource) -> str:
    """Where the page of a line is."""
    return line_address(kind, source.order_no, source.line_no, source.component_line_no)


def line_address(kind: str, order_no: str, line_no: int, component_line_no: int = 0) -> str:
    """The same, for the links of other pages."""
    return f"/item-tracking/{kind}/{quote(order_no, safe='')}/{line_no}/{component_line_no}"


def _source(kind: str, order_no: str, line_no: int, component_line_no: int) -> TrackingSource:
    if kind not in KINDS or not 0 < line_no < 2**31 or component_line_no >= 2**31:
        raise NotFound(record="line", number=f"{order_no}, {line_no}")
    if not 1 <= len(order_no) <= 20:
        raise NotFound(record="order", number=order_no[:20])
    source = TrackingSource.model_validate(
        {"source_type": KINDS[kind], "order_no": order_no, "line_no": line_no, "component_line_no": component_line_no}
    )
    if (source.source_type == "Prod. Order Component") != bool(component_line_no):
        raise NotFound(record="line", number=f"{order_no}, {line_no}")
    return source


def _form(here: str, page: queries.TrackingLinesPage, proposed: list[tuple[Tracking, Any]], refusal: Refusal | None) -> Form:
    rows = [
        {
            "lot_no": number.tracking.lot_no, "serial_no": number.tracking.serial_no, "package_no": number.tracking.package_no,
            "quantity": shown(number.quantity), "to_handle": shown(number.to_handle), "expiration_date": number.expiration_date,
        }
        for number in page.numbers
    ]
    rows += [vars(tracking) | {"quantity": shown(quantity), "to_handle": shown(quantity)} for tracking, quantity in proposed]
    version = str(form_values().get("version", "")) if refusal else page.version
    return FormBuilder(
        SaveTrackingLines, action=here, submit=_("Save"), refusal=refusal, values={"lines": rows}, without=(*OF_ADDRESS, "version"),
        without_columns=_unused_columns(page), hidden={"version": version}, confirm=_("Yes, save them all the same"),
    ).form()


def _unused_columns(page: queries.TrackingLinesPage) -> list[str]:
    """Numbers and dates that the item does not carry, unless a row has one all the same."""
    rules = page.source.master.rules
    demanded = {kind for kind, _transaction in rules.requirements}
    there = {name for number in page.numbers for name, value in vars(number.tracking).items() if value}
    used = {
        "serial_no": rules.serial_specific or "Serial" in demanded,
        "lot_no": rules.lot_specific or "Lot" in demanded,
        "package_no": rules.package_specific or "Package" in demanded,
        "expiration_date": rules.use_expiration_dates,
    }
    return [name for name, here in used.items() if not here and name not in there]


def _serials_form(here: str, refusal: Refusal | None) -> Form:
    words = _("Create serial numbers")
    return FormBuilder(CreateSerials, action=here + "/serials", submit=words, refusal=refusal, without=OF_ADDRESS).form()


def _takes_serials(page: queries.TrackingLinesPage) -> bool:
    return "serial_no" not in _unused_columns(page)


def _show_summary(kind: str, source: TrackingSource, refusal: Refusal | None = None) -> Response:
    session = request_session()
    page = queries.tracking_lines_page(session, source)
    after = Tracking(argument("after_serial"), argument("after_lot"), argument("after_package"))
    holding = argument("holding")
    found = queries.summary_page(session, page.source, after=after or None, holding=holding)
    here = address_of(kind, source)
    return respond(
        "pages/item_tracking_summary.html",
        page=page,
        numbers=found.numbers,
        unused=_unused_columns(page),
        taken={number.tracking: number.quantity for number in page.numbers},
        next=_next(found.after),
        here=here,
        holding=holding,
        may_take=may(RIGHTS[source.source_type]) and page.source.may_change and not page.source.inbound,
        refusal=message_of(refusal) if refusal else None,
        asks=refusal is not None and refusal.asks,
    )


def _taken_rows() -> list[dict[str, Any]]:
    """The summary names every number; only those with a quantity are taken."""
    rows = form_values().get("lines", [])
    return [row for row in rows if isinstance(row, dict) and row.get("quantity")] if isinstance(rows, list) else []


def _next(after: Tracking | None) -> str:
    if after is None:
        return ""
    return address(after_serial=after.serial_no, after_lot=after.lot_no, after_package=after.package_no)
