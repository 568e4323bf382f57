"""Item reclassification journal: another number, date or place for goods (EX-05)."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.items.queries import list_locations
from shopfloor.orders.journal_inputs import PostReclassification
from shopfloor.orders.reclassification import post_reclassification
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import FormBuilder, chosen_by_hand
from shopfloor.web.htmx import go
from shopfloor.web.inputs import command_key, read_form
from shopfloor.web.lists import form_page
from shopfloor.web.refusals import on_refusal

bp = Blueprint("reclassification", __name__, url_prefix="/reclassification-journal")


@bp.get("")
def page() -> Response:
    """An empty journal."""
    return _show()


@bp.post("")
def post() -> Response:
    """Post all lines, or none."""
    on_refusal(_show)
    answer = run_command(post_reclassification, key=command_key(), given=read_form(PostReclassification))
    return go("/reclassification-journal", answer)


def _show(refusal: Refusal | None = None) -> Response:
    locations = [(row.code, row.code) for row in list_locations(request_session()) if not row.in_transit]
    form = FormBuilder(
        PostReclassification,
        action="/reclassification-journal",
        submit=_("Post the journal"),
        refusal=refusal,
        options={"location_code": chosen_by_hand(locations), "new_location_code": locations},
    ).form()
    note = _("What is left blank stays as it is. Another date for the same number takes all that is open of it.")
    return form_page(_("Item reclassification journal"), form, note=note, refusal=refusal)
