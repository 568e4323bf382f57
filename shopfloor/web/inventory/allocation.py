"""Allocate stock: the worksheet that shares free stock out among open demands (RS-18)."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.items.queries import list_locations
from shopfloor.people import rights
from shopfloor.reservations.allocating import allocate_stock, worksheet
from shopfloor.reservations.allocation import BASIC, METHODS
from shopfloor.reservations.inputs import Allocate
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, read_form
from shopfloor.web.inventory.reservations import address_of_demand
from shopfloor.web.lists import text_filter
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import address
from shopfloor.web.texts import message_of

bp = Blueprint("allocation", __name__, url_prefix="/allocation")


@bp.get("")
def index() -> Response:
    """What each method would reserve."""
    return show()


@bp.post("")
def allocate() -> Response:
    """Reserve what the worksheet proposes for one item and location."""
    on_refusal(show)
    return go(address(), run_command(allocate_stock, key=command_key(), given=read_form(Allocate)))


def show(refusal: Refusal | None = None) -> Response:
    """The worksheet, after a refusal with its message."""
    session = request_session()
    method = argument("method") if argument("method") in METHODS else BASIC
    item_no, location_code = argument("item_no"), argument("location_code")
    locations = [("", _("All")), *((row.code, row.code) for row in list_locations(session))]
    return respond(
        "pages/allocation.html",
        sheet=worksheet(session, method=method, item_no=item_no, location_code=location_code),
        method=method,
        address=address(),
        address_of=address_of_demand,
        filters=(
            text_filter("method", _("Method"), method, options=[(one, _(one)) for one in METHODS]),
            text_filter("item_no", _("Item"), item_no),
            text_filter("location_code", _("Location"), location_code, options=locations),
        ),
        may_reserve=may(rights.RESERVE),
        refusal=message_of(refusal) if refusal else None,
    )
