"""Who acts, and whether the request came from our own pages (A28, A30)."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from flask import current_app, g, request, session

from shopfloor.errors import NotFound
from shopfloor.people.actor import Actor
from shopfloor.people.errors import BadgeBlocked
from shopfloor.people.queries import actor_of, actor_of_token, plant_name
from shopfloor.scanning.pictures.acceptance import acceptance_rules
from shopfloor.scanning.scanner_settings import ScannerSettings
from shopfloor.web.errors import ForeignOrigin, NotSetUp, NotSignedIn, RequestInvalid
from shopfloor.web.extensions import request_session

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
NAMELESS_ENDPOINTS = frozenset({"static", "site.wedge", "site.acceptance", "health.live", "health.ready", "trust.authority"})
"""Files and probes: nobody asks who wants them."""
OPEN_ENDPOINTS = frozenset(
    {
        "sign_in.page",
        "sign_in.enter",
        "sign_in.leave",
        "site.help_page",
        "api_people.sign_in",
        "barcode_sheet.page",
        "set_up.page",
        "set_up.create",
        "trust.page",
    }
)
"""What may be seen without signing in."""
SET_UP_ENDPOINTS = frozenset({"set_up.page", "set_up.create", "trust.page"})
"""What an empty database answers: a tablet may set the plant up, and trusts the server before."""
SET_UP_DONE = "SHOPFLOOR_SET_UP_DONE"
API_PREFIX = "/api/"
HOME = "/"
LARGEST_NUMBER = 2**53


@dataclass(frozen=True)
class Person:
    """What the header shows of whoever is signed in."""

    name: str
    station: str
    scanner: str
    """What the browser must know of the station's scanner, JSON (R-23); blank: nothing."""
    pictures: str
    """What the camera may take at this station, JSON (IMG-6); blank: the usual."""


def check_request() -> None:
    """Runs before every request. Raises ForeignOrigin, NotSignedIn, RequestInvalid, NotFound."""
    _check_address()
    _check_origin()
    if request.endpoint in NAMELESS_ENDPOINTS:
        return
    _check_set_up()
    if request.endpoint is None or request.endpoint in OPEN_ENDPOINTS:
        known_actor()  # for the header only
    else:
        current_actor()


def current_actor() -> Actor:
    """The person of this request: by token (API) or by the session cookie. One statement in a request. Raises NotSignedIn."""
    actor = known_actor()
    if actor is None:
        raise NotSignedIn
    return actor


def known_actor() -> Actor | None:
    """The same, but None for nobody."""
    if "actor" not in g:
        g.actor = _read_actor()
    found = g.actor
    assert found is None or isinstance(found, Actor)
    return found


def person() -> Person | None:
    """The signed-in person for the header; never fails, because error pages ask it too."""
    actor = g.get("actor")
    if not isinstance(actor, Actor):
        return None
    return Person(actor.name, actor.station_code, for_browser(ScannerSettings.restored(actor.scanner)), _for_camera(actor))


def for_browser(scanner: ScannerSettings) -> str:
    """What pages need: the layout that the scanner types, whether it sends Enter for FNC1, and the frame that commands come in."""
    told = {"layout": scanner.layout, "fnc1_is_enter": scanner.fnc1_is_enter}
    told |= {name: text for name, text in (("prefix", scanner.prefix), ("suffix", scanner.suffix)) if text}
    return json.dumps(told) if any(told.values()) else ""


def _for_camera(actor: Actor) -> str:
    """The same rules that the server reads this station's pictures by; it names the symbols as acceptance.json does."""
    if not (actor.picture_symbols or actor.itf_lengths):
        return ""
    rules = acceptance_rules(actor.picture_symbols, actor.itf_lengths)
    return json.dumps({"symbols": sorted(rules.symbols), "itf_lengths": sorted(rules.itf_lengths)})


def remember(actor: Actor) -> None:
    """Sign in: a new session with a new random number (R-SE-3)."""
    session.clear()
    session.update(operator_no=actor.operator_no, station_code=actor.station_code, session_id=secrets.token_urlsafe(16))
    g.actor = actor


def forget() -> None:
    """Sign out."""
    session.clear()
    g.actor = None


def session_id() -> str:
    """Names this signed-in session in the scan log; blank for the API."""
    return str(session.get("session_id", ""))


def is_api() -> bool:
    """Whether the answer is JSON."""
    return request.path.startswith(API_PREFIX)


def safe_next(target: str) -> str:
    """Where to go after signing in: a page of ours, never another server."""
    parts = _parts(target) if target.isprintable() and len(target) <= 2000 else None
    if parts is None or parts.scheme or parts.netloc or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return HOME
    return target


def sign_in_address() -> str:
    """The sign-in page that leads back to where the person wanted to go."""
    wanted = request.full_path.removesuffix("?") if request.method == "GET" else HOME
    if request.method != "GET":
        parts = _parts(request.headers.get("HX-Current-URL") or request.referrer or HOME)
        wanted = (parts.path if parts is not None else "") or HOME
    return "/sign-in?next=" + quote(safe_next(wanted), safe="")


def _parts(address: str) -> SplitResult | None:
    """What anybody may send as an address; None for what is none, such as `http://[`."""
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _read_actor() -> Actor | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if is_api() and kind.lower() == "bearer":
        return actor_of_token(request_session(), token, request.headers.get("X-Station", ""))
    operator_no = session.get("operator_no")
    if not isinstance(operator_no, str):
        return None
    try:
        return actor_of(request_session(), operator_no, str(session.get("station_code", "")))
    except (NotFound, BadgeBlocked):
        forget()
        return None


def _check_set_up() -> None:
    """An empty database has one page. Asked until there is a plant, and then never again by this process. Raises NotSetUp."""
    if current_app.config.get(SET_UP_DONE) or request.endpoint in SET_UP_ENDPOINTS:
        return
    if plant_name(request_session()) is None:
        raise NotSetUp
    current_app.config[SET_UP_DONE] = True


def _check_origin() -> None:
    """A28: the browser says which page a form came from; a program without a page shows its token instead."""
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    if origin is None and is_api() and request.headers.get("Authorization", "").lower().startswith("bearer "):
        return
    if origin is None or origin != request.host_url.rstrip("/"):
        shown = (origin or "none")[:100]
        raise ForeignOrigin(origin=shown if shown.isprintable() else "unreadable")


def _check_address() -> None:
    """Numbers in an address are visible characters, and not too large for a column; a database may choke on others."""
    for value in (request.view_args or {}).values():
        if isinstance(value, int) and value > LARGEST_NUMBER and not is_api():  # the API names the field
            raise NotFound(record="page", number=str(value)[:20])
        if isinstance(value, str) and not value.isprintable():
            raise NotFound(record="page", number="".join(c if c.isprintable() else "?" for c in value)[:50])
    if len(request.query_string) > 16_000:
        raise RequestInvalid(problem="the address is too long")
