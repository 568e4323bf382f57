"""Posted documents: what was posted, undo, and the return order that takes goods back."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.orders.inputs import ReturnPosted, UndoPosted
from shopfloor.orders.kinds import RETURN_OF
from shopfloor.orders.posted import MOVEMENTS
from shopfloor.orders.posted_queries import PostedCard, posted_card
from shopfloor.orders.returns import return_posted
from shopfloor.orders.undo import undo_posted
from shopfloor.people import rights
from shopfloor.people.fields import read_input
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import FormBuilder
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import command_key, form_values, read_form
from shopfloor.web.lists import found
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.texts import message_of
from shopfloor.web.warehouse.desks import DESKS
from shopfloor.web.warehouse.orders import address_of as order_address

bp = Blueprint("posted", __name__)
RECORDS = {movement.address: record for record, (_shape, movement) in MOVEMENTS.items()}
"""First part of the address -> what the document is called."""
DOCUMENT = "/<any({}):place>/<no>".format(",".join(f'"{place}"' for place in RECORDS))


@bp.get(DOCUMENT)
def card(place: str, no: str) -> Response:
    """One posted document with its entries."""
    return _show(RECORDS[place], no)


@bp.post(DOCUMENT + "/undo")
def undo(place: str, no: str) -> Response:
    """AP-15: take it back, or the chosen entries."""
    record = RECORDS[place]
    on_refusal(partial(_show, record, no))
    answer = run_command(undo_posted, key=command_key(), record=record, given=read_form(UndoPosted, document_no=no))
    return go(address_of(record, no), answer)


@bp.post(DOCUMENT + "/return")
def make_return(place: str, no: str) -> Response:
    """TL-15: a new return order with what is left of the document, or of the chosen entries. Shares the form of the undo."""
    record = RECORDS[place]
    on_refusal(partial(_show, record, no))
    chosen = form_values().get("entry_nos", ())
    given = read_input(ReturnPosted, {"document_no": no, "entry_nos": chosen})
    answer = run_command(return_posted, key=command_key(), record=record, given=given)
    kind = RETURN_OF[MOVEMENTS[record][1].document_type].kind
    return go(order_address(DESKS[kind.address], answer.order_no), answer)


def address_of(record: str, no: str) -> str:
    """Where a posted document is."""
    return f"/{MOVEMENTS[record][1].address}/{quote(no, safe='')}"


def _show(record: str, no: str, refusal: Refusal | None = None) -> Response:
    document = found(record, no, posted_card(request_session(), record, no))
    assert isinstance(document, PostedCard)
    desk = DESKS[document.kind.address]
    form = FormBuilder(
        UndoPosted, action=f"{address_of(record, no)}/undo", submit=_("Undo"), refusal=refusal, without=("document_no", "entry_nos")
    ).form()
    chosen = form_values().get("entry_nos", ()) if refusal else ()
    return respond(
        "pages/posted_document.html",
        card=document,
        title=_(record.capitalize()),
        crumbs=[(str(desk.title), desk.place), (document.order_no, order_address(desk, document.order_no))],
        party_href=desk.party_place + quote(document.party_no, safe="") if document.party_no else "",
        address=address_of(record, no),
        form=form,
        chosen={str(number) for number in chosen} if isinstance(chosen, (list, tuple)) else set(),
        may_post=may(rights.RECEIVE),
        refusal=message_of(refusal) if refusal else None,
    )
