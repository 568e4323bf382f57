"""Production, consumption and output journal of an order: one page, with what *Calculate consumption* proposes (PR-02 to PR-07)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.genealogy.journal_inputs import CONSUMPTION, OUTPUT, PostProductionJournal
from shopfloor.genealogy.journal_queries import calculate_consumption, units_of_order
from shopfloor.genealogy.production_journal import post_production_journal
from shopfloor.people import rights
from shopfloor.production import queries
from shopfloor.production.queries import OrderCard
from shopfloor.production.rules import MAIN_LINE
from shopfloor.quantity import shown
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import Form, FormBuilder
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, read_form
from shopfloor.web.inventory.assigning import Assigned, with_new_numbers
from shopfloor.web.lists import found
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.texts import message_of

bp = Blueprint("production_journal", __name__, url_prefix="/production-orders/<order_no>/journal")
SHOWN = {
    "": _l("Production journal"),
    "consumption": _l("Consumption journal"),
    "output": _l("Output journal"),
}
"""What the page is limited to -> its title."""
KINDS = {"": (CONSUMPTION, OUTPUT), "consumption": (CONSUMPTION,), "output": (OUTPUT,)}


@bp.get("")
def page(order_no: str) -> Response:
    """A row for each component and for the output; or what *Calculate consumption* proposes."""
    return _show(order_no)


@bp.post("")
def post(order_no: str) -> Response:
    """Post all lines, or none."""
    on_refusal(partial(_show, order_no))
    answer = run_command(
        post_production_journal, key=command_key(), order_no=order_no, given=read_form(PostProductionJournal)
    )
    return go(_address(order_no) + (f"?show={_limit()}" if _limit() else ""), answer)


@bp.post("/numbers")
def numbers(order_no: str) -> Response:
    """Fill the output rows with new numbers; nothing is posted."""
    on_refusal(partial(_show, order_no))
    card = found("production order", order_no, queries.order_card(request_session(), order_no))
    items = {str(MAIN_LINE): card.order.item_no} | {str(line.line_no): line.item_no for line in card.co_products}

    def item_of(row: Mapping[str, Any]) -> str:
        return items.get(str(row.get("line_no")), "") if row.get("entry_type") == OUTPUT and row.get("quantity") else ""

    return _show(order_no, assigned=with_new_numbers(item_of))


def _show(order_no: str, refusal: Refusal | None = None, assigned: Assigned | None = None) -> Response:
    card: OrderCard = found("production order", order_no, queries.order_card(request_session(), order_no))
    limit = _limit()
    told = refusal or (assigned.answer if assigned else None)
    return respond(
        "pages/production_journal.html",
        card=card,
        title=SHOWN[limit],
        limit=limit,
        tabs=[(name, str(label)) for name, label in SHOWN.items()],
        address=_address(order_no),
        order_address=f"/production-orders/{quote(order_no, safe='')}",
        form=_form(card, limit, refusal, assigned) if _may_post(limit) else None,
        calculated=bool(argument("calculate")),
        refusal=message_of(told) if told else None,
    )


def _form(card: OrderCard, limit: str, refusal: Refusal | None, assigned: Assigned | None) -> Form:
    address, suffix = _address(card.order.no), f"?show={limit}" if limit else ""
    more = ((f"{address}/numbers{suffix}", _("Assign serial numbers"), "barcode"),) if limit != "consumption" else ()
    return FormBuilder(
        PostProductionJournal,
        action=address + suffix,
        submit=_("Post the journal"),
        refusal=refusal,
        values=assigned.values if assigned else {"lines": _rows(card, limit)},
        options={
            "line_no": _lines(card),
            "entry_type": [(kind, _(kind)) for kind in KINDS[limit]],
            "match_id": [(str(match_id), number) for match_id, number in units_of_order(request_session(), card.order.no)],
        },
        more=more,
    ).form()


def _rows(card: OrderCard, limit: str) -> list[Mapping[str, Any]]:
    """What stands in the rows before anything is typed. A row without a quantity is left out when the journal is posted."""
    if argument("calculate"):
        proposed = calculate_consumption(request_session(), card.order.no)
        return [
            {"entry_type": CONSUMPTION, "line_no": line.line_no, "quantity": shown(line.quantity), **vars(line.tracking)}
            for line in proposed
        ]
    rows: list[Mapping[str, Any]] = []
    if limit != "output":
        rows += [{"entry_type": CONSUMPTION, "line_no": component.line_no} for component in card.components]
    if limit != "consumption":
        rows += [{"entry_type": OUTPUT, "line_no": line_no} for line_no in (MAIN_LINE, *(line.line_no for line in card.co_products))]
    return rows


def _lines(card: OrderCard) -> list[tuple[str, str]]:
    """Component lines and what the order makes, by number; a number that both have names both."""
    words: dict[int, list[str]] = {}
    for component in card.components:
        words.setdefault(component.line_no, []).append(f"{component.line_no} {component.item_no}")
    words.setdefault(MAIN_LINE, []).append(f"{_('Output')} {card.order.item_no}")
    for line in card.co_products:
        words.setdefault(line.line_no, []).append(_("%(item)s (co-product)", item=line.item_no))
    return [(str(number), " / ".join(names)) for number, names in words.items()]


def _may_post(limit: str) -> bool:
    needed = {CONSUMPTION: rights.ADJUST, OUTPUT: rights.REPORT}
    return any(may(needed[kind]) for kind in KINDS[limit])


def _limit() -> str:
    wanted = argument("show")
    return wanted if wanted in SHOWN else ""


def _address(order_no: str) -> str:
    return f"/production-orders/{quote(order_no, safe='')}/journal"
