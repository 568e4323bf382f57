"""Item tracking lines: the numbers of one document line, and the summary from which they are chosen (TL-01 to TL-16, UI-2)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from shopfloor.errors import InvalidInput, NotFound, Refusal, StaleRow
from shopfloor.exchange.csv_text import decoded
from shopfloor.item_tracking import queries
from shopfloor.item_tracking.commands import RIGHTS, add_tracking_lines, assign_to_line, create_serials, save_tracking_part
from shopfloor.item_tracking.inputs import AddTrackingLines, AssignToLine, CreateSerials, SaveTrackingPart, TrackingSource
from shopfloor.items.tracking import Tracking
from shopfloor.people.fields import MOST_LINES, read_input
from shopfloor.quantity import ZERO, NotAQuantity, parse, shown
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import Form, FormBuilder
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, form_values, read_form
from shopfloor.web.inventory.pasted_numbers import rows_of
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
PAGE_ROWS = 100
"""Numbers on one page, so that it stays under 150 kB."""
MOST_TEXT = 600_000
"""Characters of pasted numbers: ten thousand of the longest."""
OF_ADDRESS = ("source_type", "order_no", "line_no", "component_line_no")
LINE = "/<kind>/<order_no>/<int:line_no>/<int:component_line_no>"


@bp.get(LINE)
def card(kind: str, order_no: str, line_no: int, component_line_no: int) -> Response:
    """The numbers of one line."""
    return show(kind, _source(kind, order_no, line_no, component_line_no))


@bp.post(LINE)
def save(kind: str, order_no: str, line_no: int, component_line_no: int) -> Response:
    """Save exactly the rows of the page; numbers on other pages stay as they are."""
    source = _source(kind, order_no, line_no, component_line_no)
    on_refusal(partial(show, kind, source))
    answer = run_command(save_tracking_part, key=command_key(), given=read_form(SaveTrackingPart, **source.model_dump()))
    return go(address_of(kind, source) + _behind("", _place("")), answer)


@bp.post(LINE + "/numbers")
def paste(kind: str, order_no: str, line_no: int, component_line_no: int) -> Response:
    """Add numbers that were pasted, one in a line, or come as a file (D9)."""
    source = _source(kind, order_no, line_no, component_line_no)
    typed = {name: str(form_values().get(name, "")) for name in ("numbers", "lot_no", "expiration_date")}
    on_refusal(lambda refusal: show(kind, source, refusal, of="pasted", pasted=typed))
    typed["numbers"] += _uploaded(before=typed["numbers"])
    if len(typed["numbers"]) > MOST_TEXT:
        raise InvalidInput(summary="that is too much at once", problems={"numbers": f"more than {MOST_TEXT} characters"})
    serials = _takes_serials(queries.tracking_lines_page(request_session(), source, limit=1))
    rows = rows_of(typed["numbers"], serials=serials, lot_no=typed["lot_no"], expiration_date=typed["expiration_date"])
    given = {**source.model_dump(), "lines": rows, "confirmed": bool(form_values().get("confirmed"))}
    answer = run_command(add_tracking_lines, key=command_key(), given=read_input(AddTrackingLines, given))
    return go(address_of(kind, source), answer)


@bp.post(LINE + "/entries")
def take_entries(kind: str, order_no: str, line_no: int, component_line_no: int) -> Response:
    """TL-11 for more numbers than one page holds: all that *Select entries* proposes are added at once."""
    source = _source(kind, order_no, line_no, component_line_no)
    on_refusal(partial(show, kind, source))
    session = request_session()
    proposed = queries.select_entries(session, queries.tracking_lines_page(session, source))
    rows = [vars(tracking) | {"quantity": shown(quantity)} for tracking, quantity in proposed[:MOST_LINES]]
    answer = run_command(add_tracking_lines, key=command_key(), given=read_input(AddTrackingLines, {**source.model_dump(), "lines": rows}))
    return go(address_of(kind, source), answer)


@bp.post(LINE + "/serials")
def serials(kind: str, order_no: str, line_no: int, component_line_no: int) -> Response:
    """TL-13: a series of own serial numbers."""
    source = _source(kind, order_no, line_no, component_line_no)
    on_refusal(lambda refusal: show(kind, source, refusal, of="serials"))
    answer = run_command(create_serials, key=command_key(), given=read_form(CreateSerials, **source.model_dump()))
    return go(address_of(kind, source), answer)


@bp.post(LINE + "/assign")
def assign(kind: str, order_no: str, line_no: int, component_line_no: int) -> Response:
    """TL-13: new numbers from the series of the item."""
    source = _source(kind, order_no, line_no, component_line_no)
    on_refusal(lambda refusal: show(kind, source, refusal, of="assign"))
    answer = run_command(assign_to_line, key=command_key(), given=read_form(AssignToLine, **source.model_dump()))
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


def show(
    kind: str, source: TrackingSource, refusal: Refusal | None = None, *, of: str = "lines", pasted: Mapping[str, str] | None = None
) -> Response:
    """The page; `of`: the form that was refused; `pasted`: what was given to that of pasted numbers. Raises NotFound.

    `propose=1` in the address fills it by *Select entries* (TL-11).
    """
    session = request_session()
    after, posted_after = _place(""), _place("posted_")
    page = queries.tracking_lines_page(session, source, limit=PAGE_ROWS, after=after, handled_after=posted_after)
    proposed = _proposed(session, source, page) if argument("propose") and not page.source.inbound else []
    here = address_of(kind, source)
    may_create = page.source.inbound and _takes_serials(page)
    may_save = may(RIGHTS[source.source_type]) and page.source.may_change
    return respond(
        "pages/item_tracking_lines.html",
        page=page,
        kind=kind,
        order_no=source.order_no,
        order_address=_order_address(kind, page, source.order_no),
        here=here,
        form=_form(here, page, proposed[:PAGE_ROWS], _shown_in("lines", of, refusal)) if may_save else None,
        proposed=len(proposed) if len(proposed) > PAGE_ROWS else 0,
        pasted=_pasted(page, _shown_in("pasted", of, refusal), pasted or {}) if may_save else None,
        links=_links(here, page),
        unused=_unused_columns(page),
        scans="/api/v1/item-tracking-lines/scanned?" + urlencode(source.model_dump()),
        assigning=_assign_form(here, page, _shown_in("assign", of, refusal)) if may_save and _takes_new_numbers(page) else None,
        serials=_serials_form(here, _shown_in("serials", of, refusal)) if may_save and may_create else None,
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
    typed = form_values() if refusal else {}
    hidden = {name: str(typed.get(name, value)) for name, value in (("version", page.version), ("start", page.start), ("shown", len(rows)))}
    rows += [vars(tracking) | {"quantity": shown(quantity), "to_handle": shown(quantity)} for tracking, quantity in proposed]
    action = here + _behind("", _place(""))
    return FormBuilder(
        SaveTrackingPart, action=action, submit=_("Save"), refusal=refusal, values={"lines": rows}, without=(*OF_ADDRESS, *hidden),
        without_columns=_unused_columns(page), hidden=hidden, confirm=_("Yes, save them all the same"),
    ).form()


def _shown_in(form: str, refused: str, refusal: Refusal | None) -> Refusal | None:
    """Somebody else's change shows in a fresh form: what was typed for the older numbers is not to be saved over them."""
    return refusal if form == refused and not isinstance(refusal, StaleRow) else None


def _proposed(session: Session, source: TrackingSource, page: queries.TrackingLinesPage) -> list[tuple[Tracking, Any]]:
    """What stands on other pages is not proposed again."""
    whole = page if page.total == len(page.numbers) else queries.tracking_lines_page(session, source)
    return queries.select_entries(session, whole)


def _uploaded(*, before: str) -> str:
    """The text of the file that came beside the pasted numbers; blank: none came. Raises FileUnreadable."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return ""
    text = decoded(sent.stream.read())
    return "\n" + text if before else text


def _pasted(page: queries.TrackingLinesPage, refusal: Refusal | None, given: Mapping[str, str]) -> dict[str, Any]:
    """The form in which numbers are pasted, with what was given to it when it was refused: a file cannot be chosen for somebody again."""
    typed = given if refusal else {}
    unused = _unused_columns(page)
    return {
        "values": {name: typed.get(name, "") for name in ("numbers", "lot_no", "expiration_date")},
        "serials": "serial_no" not in unused, "lot": "serial_no" not in unused and "lot_no" not in unused,
        "date": "expiration_date" not in unused, "asks": refusal is not None and refusal.asks,
    }


def _links(here: str, page: queries.TrackingLinesPage) -> dict[str, str]:
    """Pages before and behind this one, of the line's numbers and of what was posted; blank: there is none."""
    before = here + _behind("", page.previous) if page.start else ""
    posted = here + _behind("posted_", page.handled_next) + "#handled" if page.handled_next else ""
    return {"before": before, "next": here + _behind("", page.next) if page.next else "", "posted": posted}


def _behind(prefix: str, tracking: Tracking | None) -> str:
    if tracking is None:
        return ""
    return "?" + urlencode({f"{prefix}{name}": value for name, value in vars(tracking).items() if value})


def _place(prefix: str) -> Tracking | None:
    """Behind which number the page begins."""
    return Tracking(argument(f"{prefix}serial_no"), argument(f"{prefix}lot_no"), argument(f"{prefix}package_no")) or None


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


def _assign_form(here: str, page: queries.TrackingLinesPage, refusal: Refusal | None) -> Form:
    unused = _unused_columns(page)
    without = (*OF_ADDRESS, *(() if "serial_no" not in unused and "lot_no" not in unused else ("lot_no",)))
    return FormBuilder(AssignToLine, action=here + "/assign", submit=_("Assign numbers"), refusal=refusal, without=without).form()


def _takes_new_numbers(page: queries.TrackingLinesPage) -> bool:
    """Goods that come in with numbers that the item has a series for, and some of them have none yet."""
    unused, master = _unused_columns(page), page.source.master
    series = {"serial_no": master.serial_nos, "lot_no": master.lot_nos}
    asked = [name for name in series if name not in unused]
    has_series = bool(asked) and all(series[name] for name in asked)
    return page.source.inbound and not page.source.returns and has_series and page.matrix.undefined > ZERO


def _takes_serials(page: queries.TrackingLinesPage) -> bool:
    return "serial_no" not in _unused_columns(page)


def _show_summary(kind: str, source: TrackingSource, refusal: Refusal | None = None) -> Response:
    session = request_session()
    page = queries.tracking_lines_page(session, source)
    after = Tracking(argument("after_serial"), argument("after_lot"), argument("after_package"))
    holding = argument("holding")
    found = queries.summary_page(session, page.source, after=after or None, holding=holding, limit=PAGE_ROWS)
    typed = _typed_of(refusal)
    here = address_of(kind, source)
    return respond(
        "pages/item_tracking_summary.html",
        page=page,
        numbers=[number.typed(ZERO, _quantity(typed.get(number.tracking, ""))) for number in found.numbers],
        typed=typed,
        query="?" + request.query_string.decode("latin-1") if request.query_string else "",
        unused=_unused_columns(page),
        taken={number.tracking: number.quantity for number in page.numbers},
        next=_next(found.after),
        here=here,
        holding=holding,
        may_take=may(RIGHTS[source.source_type]) and page.source.may_change and not page.source.inbound,
        refusal=message_of(refusal) if refusal else None,
        asks=refusal is not None and refusal.asks,
    )


def _typed_of(refusal: Refusal | None) -> dict[Tracking, str]:
    """What was typed when the page was refused."""
    rows = _taken_rows() if refusal else []
    return {
        Tracking(str(row.get("serial_no", "")), str(row.get("lot_no", "")), str(row.get("package_no", ""))): str(row["quantity"])
        for row in rows
    }


def _quantity(written: str) -> Decimal:
    """AV-04: what is typed and not saved; what is no quantity counts as nothing."""
    try:
        return parse(written.strip(" "))
    except NotAQuantity:
        return ZERO


def _taken_rows() -> list[dict[str, Any]]:
    """The summary names every number; only those with a quantity are taken."""
    rows = form_values().get("lines", [])
    return [row for row in rows if isinstance(row, dict) and row.get("quantity")] if isinstance(rows, list) else []


def _next(after: Tracking | None) -> str:
    if after is None:
        return ""
    return address(after_serial=after.serial_no, after_lot=after.lot_no, after_package=after.package_no)
