"""Item journal: opening stock, what was found and what was lost."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.items.queries import list_locations
from shopfloor.orders.item_journal import post_item_journal
from shopfloor.orders.journal_inputs import PostItemJournal
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import FormBuilder, chosen_by_hand
from shopfloor.web.htmx import go
from shopfloor.web.inputs import command_key, read_form
from shopfloor.web.inventory.assigning import Assigned, with_new_numbers
from shopfloor.web.lists import form_page
from shopfloor.web.refusals import on_refusal

POSITIVE = "Positive Adjmt."
bp = Blueprint("item_journal", __name__, url_prefix="/item-journal")


@bp.get("")
def page() -> Response:
    """An empty journal."""
    return _show()


@bp.post("")
def post() -> Response:
    """Post all lines, or none."""
    on_refusal(_show)
    answer = run_command(post_item_journal, key=command_key(), given=read_form(PostItemJournal), may_break=True)
    return go("/item-journal", answer)


@bp.post("/numbers")
def numbers() -> Response:
    """Fill the rows with new numbers; nothing is posted."""
    on_refusal(_show)
    return _show(assigned=with_new_numbers(lambda row: str(row.get("item_no", "")) if row.get("entry_type") == POSITIVE else ""))


def _show(refusal: Refusal | None = None, assigned: Assigned | None = None) -> Response:
    locations = [(row.code, row.code) for row in list_locations(request_session()) if not row.in_transit]
    form = FormBuilder(
        PostItemJournal,
        action="/item-journal",
        submit=_("Post the journal"),
        refusal=refusal,
        values=assigned.values if assigned else None,
        options={"location_code": chosen_by_hand(locations)},
        more=(("/item-journal/numbers", _("Assign serial numbers"), "barcode"),),
    ).form()
    note = _("Rows without a quantity or number are left out.")
    return form_page(_("Item journal"), form, note=note, refusal=refusal, answer=assigned.answer if assigned else None)
