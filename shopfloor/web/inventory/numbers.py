"""Numbers on hold, and numbers whose date is near (D20, C13)."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.genealogy.home_queries import expiring_numbers
from shopfloor.items.inputs import HoldNumber
from shopfloor.items.number_information import release_number
from shopfloor.items.queries import NumberCard, held_numbers
from shopfloor.ledger.number_queries import list_numbers
from shopfloor.people import rights
from shopfloor.quality.holding import hold_number
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import Form, FormBuilder
from shopfloor.web.guards import current_actor
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, read_form, whole_argument
from shopfloor.web.inventory.stock import trace_address
from shopfloor.web.links import card_address
from shopfloor.web.lists import list_page, text_filter
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, table
from shopfloor.web.texts import message_of

bp = Blueprint("numbers", __name__, url_prefix="/numbers")
NEAR_DAYS = 14
KINDS = ("Serial", "Lot", "Package")
NUMBERS = (
    Column(_l("Number"), "number"),
    Column(_l("Kind")),
    Column(_l("Item")),
    Column(_l("Description")),
    Column(_l("Inventory"), "quantity"),
    Column(_l("Expires"), "day"),
    Column(_l("Vendor")),
    Column(_l("Vendor's lot")),
    Column(_l("Status"), "status"),
)
EXPIRING = (
    Column(_l("Number"), "number"),
    Column(_l("Kind")),
    Column(_l("Item")),
    Column(_l("Description")),
    Column(_l("Expires"), "day"),
    Column(_l("On hand"), "quantity"),
    Column(_l("Status"), "status"),
)


@bp.get("")
def index() -> Response:
    """Every number that was seen, by item; filters for item, number, kind and hold."""
    item_no, kind, text, held_only = argument("item_no"), argument("kind"), argument("number"), argument("held")
    page = list_numbers(
        request_session(), item_no=item_no, kind=kind, text=text, blocked=held_only == "1", after=argument("after")
    )
    rows = [
        (
            Cell(row.number, card_address(row.item_no, row.variant_code, row.kind, row.number)),
            Cell(_(row.kind)),
            Cell(row.item_no, f"/items/{quote(row.item_no, safe='')}"),
            Cell(row.description),
            Cell(row.inventory, unit=row.unit_code),
            Cell(row.expiration_date),
            Cell(row.vendor_no),
            Cell(row.vendor_lot_no),
            Cell("On hold" if row.blocked else ""),
        )
        for row in page.rows
    ]
    kinds = [("", _("All")), *((one, _(one)) for one in KINDS)]
    holds = [("", _("All")), ("1", _("On hold"))]
    return list_page(
        _("Serial, lot and package numbers"),
        table(NUMBERS, rows, page),
        empty=(_("No number fits"), _("A number shows here from its first posting on, or when somebody writes its information.")),
        actions=((_("New number information"), "/numbers/new", "plus"),) if may(rights.MASTERS) else (),
        filters=(
            text_filter("number", _("Number or vendor's lot"), text),
            text_filter("item_no", _("Item"), item_no),
            text_filter("kind", _("Kind"), kind, options=kinds),
            text_filter("held", _("Status"), held_only, options=holds),
        ),
    )


@bp.get("/held")
def held() -> Response:
    """What nobody may use until it is released, and the form that holds another number."""
    return _show()


@bp.post("/hold")
def hold() -> Response:
    """Stop a number."""
    on_refusal(_show)
    answer = run_command(hold_number, key=command_key(), given=read_form(HoldNumber))
    return go("/numbers/held", answer)


@bp.post("/release")
def release() -> Response:
    """Let a number go again."""
    on_refusal(_show)
    answer = run_command(release_number, key=command_key(), given=read_form(HoldNumber))
    return go("/numbers/held", answer)


@bp.get("/expiring")
def expiring() -> Response:
    """Numbers with stock that expire within some days, or did already."""
    today = current_actor().work_date()
    days = whole_argument("days", NEAR_DAYS, largest=3650)
    rows = expiring_numbers(request_session(), today + timedelta(days=days), limit=500)
    cells = [
        (
            Cell(row.number, card_address(row.item_no, row.variant_code, row.kind, row.number)),
            Cell(_(row.kind)),
            Cell(row.item_no),
            Cell(row.description),
            Cell(row.expiration_date),
            Cell(row.on_hand, unit=row.unit_code),
            Cell("Expired" if row.expiration_date < today else ""),
        )
        for row in rows
    ]
    return list_page(
        _("Expiring numbers"),
        table(EXPIRING, cells),
        note=_("within %(days)s days", days=days),
        empty=(_("Nothing expires soon"), _("Lots and serials with a date show here when it is near.")),
    )


def trace_of(item_no: str, variant_code: str, kind: str, number: str) -> str:
    """The trace of a number by its kind."""
    if kind == "Serial":
        return trace_address(item_no, variant_code, serial_no=number)
    return trace_address(item_no, variant_code, lot_no=number if kind == "Lot" else "")


def _show(refusal: Refusal | None = None) -> Response:
    cards: list[NumberCard] = held_numbers(request_session())
    return respond(
        "pages/numbers_held.html",
        cards=cards,
        trace_of=trace_of,
        card_of=card_address,
        form=_hold_form(refusal) if may(rights.HOLD) else None,
        may_hold=may(rights.HOLD),
        refusal=message_of(refusal) if refusal else None,
    )


def _hold_form(refusal: Refusal | None) -> Form:
    given = {"item_no": argument("item_no"), "kind": argument("kind"), "number": argument("number")}
    return FormBuilder(HoldNumber, action="/numbers/hold", submit=_("Hold"), refusal=refusal, values=given).form()
