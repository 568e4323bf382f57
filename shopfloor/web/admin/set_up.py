"""The page of an empty database: it makes the plant and its first administrator, once, and is gone afterwards."""

from __future__ import annotations

import secrets
from dataclasses import replace
from zoneinfo import available_timezones

from flask import Blueprint, current_app, request
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from shopfloor.config import is_loopback, set_up_code
from shopfloor.db import Command, unit_of_work
from shopfloor.errors import Refusal
from shopfloor.items.set_up import PlantSetUp, set_up_plant
from shopfloor.people.errors import AlreadySetUp
from shopfloor.people.fields import Text20
from shopfloor.people.queries import plant_name
from shopfloor.people.set_up import CONSOLE
from shopfloor.web.errors import SetUpCodeWrong
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import FormBuilder
from shopfloor.web.guards import HOME
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import command_key, form_values, read_form
from shopfloor.web.refusals import on_refusal
from shopfloor.web.texts import message_of

REGIONS = frozenset({"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"})
bp = Blueprint("set_up", __name__, url_prefix="/set-up")
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip")
UNITS = (
    {"code": "PCS", "description": "Piece"},
    {"code": "BOX", "description": "Box"},
    {"code": "KG", "description": "Kilogram", "measured": True, "gs1_unit": "kg"},
    {"code": "M", "description": "Metre", "measured": True, "gs1_unit": "m"},
    {"code": "L", "description": "Litre", "measured": True, "gs1_unit": "l"},
)
ORDER = (
    *("company_name", "plant_name", "time_zone", "location_code", "location_name"),
    *("administrator_no", "administrator_name", "badge", "language", "code"),
)
"""From the company to the person."""
LANGUAGES = (("en", "English"), ("de", "Deutsch"), ("da", "Dansk"), ("zh", "中文"))


class SetUpForm(PlantSetUp):
    """The set-up and the code that shows who started the server."""

    code: Text20 = ""


@bp.get("")
def page() -> Response:
    """What a plant needs. Afterwards the page leads home."""
    if plant_name(request_session()) is not None:
        return go(HOME)
    return _show()


@bp.post("")
def create() -> Response:
    """Make everything in one transaction, then sign in."""
    on_refusal(_show)
    known = plant_name(request_session())
    if known is not None:
        raise AlreadySetUp(plant=known)
    _check_code()
    given = PlantSetUp.model_validate(read_form(SetUpForm).model_dump(exclude={"code"}))
    request_of = given.model_dump(mode="json", exclude={"badge"})
    command = Command(command_key(), "set_up_plant", CONSOLE.operator_no, request=request_of)
    answer = unit_of_work(request_session(), lambda session: set_up_plant(session, CONSOLE, given=given), command=command)
    return go("/sign-in", answer)


def _check_code() -> None:
    """Whoever is not at this machine shows the code that the console printed. Raises SetUpCodeWrong."""
    if not _needs_code():
        return
    typed = str(form_values().get("code", ""))
    if not secrets.compare_digest(typed.replace("-", "").upper().encode(), _code().replace("-", "").encode()):
        raise SetUpCodeWrong


def _needs_code() -> bool:
    """Not for a browser on this machine that came straight to a server that listens to this machine only."""
    straight = not any(name in request.headers for name in FORWARDED)
    host = request.host.rpartition(":")[0] or request.host
    settings = current_app.config["SHOPFLOOR_SETTINGS"]
    return not (straight and is_loopback(settings.host) and is_loopback(request.remote_addr or "") and is_loopback(host.strip("[]")))


def _code() -> str:
    return set_up_code(current_app.config["SHOPFLOOR_SETTINGS"].secret_key)


def zones() -> list[str]:
    """Zones of places where a plant can stand; `Factory`, `localtime` and old names of three letters are none."""
    return ["UTC", *sorted(name for name in available_timezones() if name.partition("/")[0] in REGIONS and "/" in name)]


def _show(refusal: Refusal | None = None) -> Response:
    form = FormBuilder(
        SetUpForm,
        action="/set-up",
        submit=_("Set up the plant"),
        refusal=refusal,
        values={"lines": UNITS, "language": str(get_locale() or "en")[:2]},
        options={"time_zone": [(name, name) for name in zones()], "language": LANGUAGES},
        without=() if _needs_code() else ("code",),
    ).form()
    form = replace(form, fields=tuple(sorted(form.fields, key=lambda field: ORDER.index(field.name))))
    return respond("pages/set_up.html", form=form, needs_code=_needs_code(), refusal=message_of(refusal) if refusal else None)
