"""Signing in by badge, and out again (A30)."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from shopfloor.errors import InvalidInput, NotFound, Refusal
from shopfloor.genealogy.station_scanner import scanner_of_station
from shopfloor.people import queries
from shopfloor.people.settings import read_settings
from shopfloor.web import guards
from shopfloor.web.extensions import request_session
from shopfloor.web.htmx import go, respond
from shopfloor.web.refusals import on_refusal
from shopfloor.web.scanner import actor_of_badge
from shopfloor.web.texts import message_of

bp = Blueprint("sign_in", __name__)
STATION_COOKIE = "shopfloor_station"
A_YEAR = 365 * 24 * 3600


@bp.get("/sign-in")
def page() -> Response:
    """Scan your badge."""
    return _show()


@bp.post("/sign-in")
def enter() -> Response:
    """A badge that somebody holds starts a new session at the chosen station."""
    on_refusal(_show)
    station_code = request.form.get("station", "")
    # A button of the demo plant sends its badge beside the empty field.
    badge = next((text for text in reversed(request.form.getlist("badge")) if text), "")
    if not 1 <= len(badge) <= 100 or not (badge + station_code).isprintable():
        words = "scan or type the number of a badge"
        raise InvalidInput(summary=words, problems={"badge": words})
    guards.remember(actor_of_badge(badge, station_code))
    response = go(guards.safe_next(request.form.get("next", "") or guards.HOME))
    # The terminal stays where it is when the person changes, so the next badge finds its station chosen.
    response.set_cookie(STATION_COOKIE, station_code, max_age=A_YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


@bp.post("/sign-out")
def leave() -> Response:
    """The session ends; the station stays."""
    guards.forget()
    return go("/sign-in")


def _show(refusal: Refusal | None = None) -> Response:
    session = request_session()
    stations = [station for station in queries.list_stations(session) if not station.blocked]
    named = request.form.get("station", request.cookies.get(STATION_COOKIE, ""))
    chosen = next((station.code for station in stations if station.code == named), "")
    target = request.form.get("next", request.args.get("next", ""))
    return respond(
        "pages/sign_in.html",
        refusal=message_of(refusal) if refusal else None,
        stations=[(station.code, station.name) for station in stations],
        chosen=chosen or (stations[0].code if stations else ""),
        target=guards.safe_next(target),
        station_scanner=_scanner(chosen) if chosen else "",
        badges=_demo_badges(),
    )


def _scanner(station_code: str) -> str:
    """What the browser must know of the scanner of a station that this terminal stood at before (R-23); blank: nothing."""
    try:
        return guards.for_browser(scanner_of_station(request_session(), station_code).settings)
    except NotFound:
        return ""


def _demo_badges() -> list[queries.OperatorRow]:
    """The demo plant shows its badges, so that a newcomer can begin. A real plant never does."""
    session = request_session()
    if read_settings(session).get("demo") != "on":
        return []
    return [row for row in queries.list_operators(session) if not row.blocked]
