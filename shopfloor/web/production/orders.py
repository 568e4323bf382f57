"""Production orders: list, card, and the moves between stages (LIF-1 to LIF-8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import quote, urlencode

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.errors import Answer, NotFound, Refusal
from shopfloor.genealogy.entry_points import TrackCommand, track_commands
from shopfloor.genealogy.errors import FeatureOff
from shopfloor.genealogy.yield_queries import order_yield
from shopfloor.items.paging import Page
from shopfloor.people import rights
from shopfloor.production import commands, queries, rules
from shopfloor.production.inputs import OrderKey
from shopfloor.production.planning import NOT_STARTED
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.filters import quantity
from shopfloor.web.forms import FormBuilder
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, read_form
from shopfloor.web.inventory import reservations
from shopfloor.web.lists import Chooser, form_page, found, list_page, text_filter
from shopfloor.web.navigation import may
from shopfloor.web.production.doors import FIELD, LIST, opened
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, Table, table
from shopfloor.web.texts import message_of, outcome_text

bp = Blueprint("production_orders", __name__, url_prefix="/production-orders")
RUNNING = "running"
COLUMNS = (
    Column(_l("No."), "number"),
    Column(_l("Item")),
    Column(_l("Description")),
    Column(_l("Status"), "status"),
    Column(_l("Progress"), "progress"),
    Column(_l("Location")),
    Column(_l("Due"), "day"),
)
MOVES: dict[str, Callable[..., Answer]] = {
    "estimate": commands.estimate_order,
    "schedule": commands.schedule_order,
    "release": commands.release_order,
    "end-job": commands.end_job,
    "end": commands.end_order,
}
"""Last part of the address -> use case; `rules.MOVES` names them with a blank."""
MOVE_LABELS = {
    "estimate": _l("Estimate"),
    "schedule": _l("Schedule"),
    "release": _l("Release"),
    "end-job": _l("End job"),
    "end": _l("End"),
}


@bp.get("")
def index() -> Response:
    """All orders by due date; a filter for the stage and one for words."""
    status, text = argument("status"), argument("text")
    statuses = (rules.RELEASED, rules.STARTED) if status == RUNNING else ((status,) if status in rules.STAGES else ())
    page = queries.list_orders(request_session(), statuses=statuses, text=text, item_no=argument("item_no"), after=argument("after"))
    stages = [("", _("All")), (RUNNING, _("Running")), *((stage, _(stage)) for stage in rules.STAGES)]
    tracks = track_commands(request_session(), [row.no for row in page.rows])
    return list_page(
        _("Production orders"),
        orders_table(page.rows, page),
        choose=_chooser(page.rows, tracks),
        empty=(_("No production order fits"), _("Make one from an item that has a bill of material.")),
        actions=_new_link(),
        filters=(text_filter("text", _("Number, item or words"), text), text_filter("status", _("Status"), status, options=stages)),
    )


@bp.get("/<order_no>")
def card(order_no: str) -> Response:
    """One order: progress, components, operations, and what can be done with it now."""
    return show(order_no)


@bp.post("/<order_no>/<any(estimate, schedule, release, 'end-job', end):move>")
def move(order_no: str, move: str) -> Response:
    """Bring the order to another stage."""
    on_refusal(partial(show, order_no))
    answer = run_command(MOVES[move], key=command_key(), given=read_form(OrderKey, order_no=order_no))
    return go(address_of(order_no), answer)


@bp.get("/<order_no>/end-job")
def end_job_form(order_no: str) -> Response:
    """A job that is ended before everything is reported names what it leaves, and asks: there is no way back (LIF-8)."""
    card = found("production order", order_no, queries.order_card(request_session(), order_no))
    form = FormBuilder(OrderKey, action=address_of(order_no) + "/end-job", submit=_("End job"), without=("order_no",), danger=True).form()
    crumbs = ((_("Production orders"), "/production-orders"), (order_no, address_of(order_no)))
    note = _(
        "%(left)s of %(ordered)s %(unit)s are not reported. Nothing more is registered or reported after the end of the job, and it is not "
        "taken back.", left=quantity(card.order.remaining), ordered=quantity(card.order.quantity), unit=card.order.unit_code,
    )
    return form_page(_("End the job of %(order)s", order=order_no), form, crumbs=crumbs, note=note)


@bp.get("/track")
def track_chosen() -> Response:
    """ENT-1, ENT-2, ENT-4: *Track components* of the one order that is chosen in the list; the way back leads to the same place."""
    order_no = argument("no")
    place = {name: argument(name) for name in ("status", "text", "item_no", "after")}
    door = opened(order_no, LIST, place)
    track = track_commands(request_session(), [order_no]).get(order_no)
    if track is None:
        raise NotFound(record="production order", number=order_no)
    if track.why is not None or not track.shown:
        return go(door.back, track.why or FeatureOff())
    return go(f"{address_of(order_no)}/tracked-components?{urlencode({FIELD: door.told})}")


def show(order_no: str, refusal: Refusal | None = None) -> Response:
    """The card, after a refusal with its message. Raises NotFound."""
    order = found("production order", order_no, queries.order_card(request_session(), order_no))
    track = track_commands(request_session(), [order_no])[order_no]
    moves = [(name, MOVE_LABELS[name]) for name in MOVES if name.replace("-", " ") in order.actions]
    return respond(
        "pages/production_order.html",
        card=order,
        moves=moves,
        address=address_of(order_no),
        first_pass=order_yield(request_session(), order_no) if order.order.reported else None,
        reserved=reservations.panel("Prod. Order Component", order_no),
        may_move=may(rights.ORDERS),
        may_start="start" in order.actions,
        may_change=order.order.status in NOT_STARTED,
        may_report=may(rights.REPORT) and order.order.status not in {rules.REPORTED, rules.ENDED},
        may_reset=order.order.status in rules.BACK,
        track=track,
        track_why=outcome_text(track.why) if track.why else "",
        refusal=message_of(refusal) if refusal else None,
    )


def address_of(order_no: str) -> str:
    """Where the card is."""
    return f"/production-orders/{quote(order_no, safe='')}"


def orders_table(rows: tuple[queries.OrderRow, ...], page: Page[queries.OrderRow] | None = None) -> Table:
    """Orders as a table."""
    return table(
        COLUMNS,
        [
            (
                Cell(row.no, address_of(row.no)),
                Cell(row.item_no, f"/items/{quote(row.item_no, safe='')}"),
                Cell(row.description),
                Cell(row.status),
                Cell(row.reported, of=row.quantity),
                Cell(row.location_code),
                Cell(row.due_date),
            )
            for row in rows
        ],
        page,
    )


def _chooser(rows: tuple[queries.OrderRow, ...], tracks: Mapping[str, TrackCommand]) -> Chooser | None:
    """ENT-2: one order is chosen, and only one that can be registered; hidden where the feature is off (ENT-12)."""
    if not rows or not all(track.shown for track in tracks.values()):
        return None
    hidden = tuple((name, argument(name)) for name in ("status", "text", "item_no", "after") if argument(name))
    reasons = tuple(outcome_text(why) if (why := tracks[row.no].why) else "" for row in rows)
    return Chooser("/production-orders/track", _("Track components"), "barcode", tuple(row.no for row in rows), reasons, hidden)


def _new_link() -> tuple[tuple[str, str, str], ...]:
    return ((_("New production order"), "/production-orders/new", "plus"),) if may(rights.ORDERS) else ()
