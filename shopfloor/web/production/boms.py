"""Bills of material: list and card."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.people import rights
from shopfloor.production import queries, version_queries
from shopfloor.production.bills import create_bom
from shopfloor.production.inputs import NewBom
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import FormBuilder
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, read_form
from shopfloor.web.lists import form_page, found, list_page
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, table

bp = Blueprint("boms", __name__, url_prefix="/boms")
COLUMNS = (Column(_l("No."), "number"), Column(_l("Item")), Column(_l("Description")))
LINE_COLUMNS = (
    Column(_l("Line"), "number"),
    Column(_l("Item")),
    Column(_l("Description")),
    Column(_l("Quantity per"), "quantity"),
    Column(_l("Scrap %"), "quantity"),
    Column(_l("Constant"), "flag"),
    Column(_l("Flushing")),
    Column(_l("Operation")),
)


@bp.get("")
def index() -> Response:
    """All bills by number."""
    page = queries.list_boms(request_session(), after=argument("after"))
    rows = [
        (Cell(row.no, f"/boms/{quote(row.no, safe='')}"), Cell(row.item_no, f"/items/{quote(row.item_no, safe='')}"), Cell(row.description))
        for row in page.rows
    ]
    actions = ((_("New bill of material"), "/boms/new", "plus"),) if may(rights.MASTERS) else ()
    return list_page(
        _("Bills of material"),
        table(COLUMNS, rows, page),
        actions=actions,
        empty=(_("No bill of material yet"), _("A bill says what an item is made of; production orders copy it.")),
    )


@bp.get("/new")
def new() -> Response:
    """The form of a new bill."""
    return _show_new()


@bp.post("")
def create() -> Response:
    """Make a bill and show it."""
    on_refusal(_show_new)
    answer = run_command(create_bom, key=command_key(), given=read_form(NewBom))
    return go(f"/boms/{quote(answer.number, safe='')}", answer)


@bp.get("/<bom_no>")
def card(bom_no: str) -> Response:
    """One bill with its lines."""
    bill = found("bill of material", bom_no, version_queries.bom_card(request_session(), bom_no))
    lines = table(
        LINE_COLUMNS,
        [
            (
                Cell(str(line.line_no)),
                Cell(line.item_no, f"/items/{quote(line.item_no, safe='')}"),
                Cell(line.description),
                Cell(line.quantity_per, unit=line.unit_code),
                Cell(line.scrap_percent),
                Cell(line.constant),
                Cell(_(line.flushing)),
                Cell(line.operation_no or ""),
            )
            for line in bill.lines
        ],
    )
    return respond("pages/bom.html", bill=bill, lines=lines)


def _show_new(refusal: Refusal | None = None) -> Response:
    form = FormBuilder(NewBom, action="/boms", submit=_("Create bill of material"), refusal=refusal).form()
    return form_page(_("New bill of material"), form, crumbs=((_("Bills of material"), "/boms"),), refusal=refusal)
