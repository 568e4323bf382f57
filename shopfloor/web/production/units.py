"""One unit of an order: what it is made of now, as it was built, or on a date, and everything that happened to it (A22, D22)."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from shopfloor.clock import end_of_day
from shopfloor.genealogy.composition import LogEntry, PartOfUnit
from shopfloor.genealogy.composition_queries import UnitComposition, unit_composition
from shopfloor.people.fields import Day, InputModel, read_input
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor
from shopfloor.web.htmx import respond
from shopfloor.web.inputs import argument
from shopfloor.web.links import card_address
from shopfloor.web.production.associations import address_of as associations_address
from shopfloor.web.tables import Cell, Column, Table

bp = Blueprint("units", __name__, url_prefix="/production-orders")
BUILT = "built"


class CompositionView(InputModel):
    """Which state of the unit is shown: blank view and no date: now."""

    view: str = ""
    as_of: Day = None
    """The end of this day in the plant."""


@bp.get("/<order_no>/products/<int:match_id>")
def page(order_no: str, match_id: int) -> Response:
    """The unit in one view, with its history."""
    wanted = read_input(CompositionView, {"view": argument("view"), "as_of": argument("as_of")})
    found = composition_of(order_no, match_id, built=wanted.view == BUILT, as_of=wanted.as_of)
    return respond(
        "pages/unit.html",
        unit=found,
        view=wanted.view if wanted.as_of is None else "day",
        as_of=wanted.as_of,
        parts=_parts(found.parts),
        removed=_removed(found.removed),
        history=_history(found.history),
        address=address_of(order_no, match_id),
        associations=associations_address(order_no, product=match_id),
    )


def composition_of(order_no: str, match_id: int, *, built: bool, as_of: date | None) -> UnitComposition:
    """The unit as a page or a program asked for it."""
    instant = end_of_day(as_of, current_actor().time_zone) if as_of is not None else None
    return unit_composition(request_session(), order_no, match_id, built=built and instant is None, as_of=instant)


def address_of(order_no: str, match_id: int) -> str:
    """Where the page of a unit is."""
    return f"/production-orders/{quote(order_no, safe='')}/products/{match_id}"


def _parts(parts: tuple[PartOfUnit, ...]) -> Table:
    shared = any(part.order_level for part in parts)
    columns = (
        Column(_("Serial or lot"), "number"), Column(_("Item")), Column(_("Quantity"), "quantity"), Column(_("Posted"), "quantity"),
        Column(_("Since"), "time"), Column(_("By")), Column(_("Reason")), *((Column(_("Belongs to")),) if shared else ()),
    )
    rows = [
        (
            Cell(part.tracking.label(), _number_address(part)), Cell(part.item), Cell(part.quantity, unit=part.unit_code),
            Cell(part.consumed, unit=part.unit_code), Cell(part.installed_at), Cell(part.installed_by), Cell(part.reason),
            *((Cell(_("the order") if part.order_level else _("this unit")),) if shared else ()),
        )
        for part in parts
    ]
    return Table(columns, tuple(rows))


def _removed(parts: tuple[PartOfUnit, ...]) -> Table:
    columns = (
        Column(_("Serial or lot"), "number"), Column(_("Item")), Column(_("Quantity"), "quantity"), Column(_("Since"), "time"),
        Column(_("Until"), "time"), Column(_("By")), Column(_("Reason")),
    )
    rows = [
        (
            Cell(part.tracking.label(), _number_address(part)), Cell(part.item), Cell(part.quantity, unit=part.unit_code),
            Cell(part.installed_at), Cell(part.removed_at), Cell(part.removed_by), Cell(part.reason),
        )
        for part in parts
    ]
    return Table(columns, tuple(rows))


def _history(entries: tuple[LogEntry, ...]) -> Table:
    columns = (
        Column(_("Time"), "time"), Column(_("What")), Column(_("Number"), "number"), Column(_("Item")), Column(_("Quantity"), "quantity"),
        Column(_("By")), Column(_("Station")), Column(_("Reason")),
    )
    rows = [
        (
            Cell(entry.recorded_at), Cell(_(entry.action)), Cell(entry.tracking.label()), Cell(entry.item),
            Cell(entry.quantity or entry.old_quantity, unit=entry.unit_code), Cell(_by(entry)), Cell(entry.station_code),
            Cell(entry.reason),
        )
        for entry in entries
    ]
    return Table(columns, tuple(rows))


def _by(entry: LogEntry) -> str:
    if not entry.approved_by:
        return entry.operator
    approved: str = _("%(operator)s, approved by %(other)s", operator=entry.operator, other=entry.approved_by)
    return approved


def _number_address(part: PartOfUnit) -> str:
    kind = "Serial" if part.tracking.serial_no else "Lot"
    return card_address(part.item_no, part.variant_code, kind, part.tracking.label())
