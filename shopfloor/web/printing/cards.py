"""Command cards for stations, and badges for people: plain codes to print, cut and hang up."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from shopfloor.errors import NotFound
from shopfloor.people import rights
from shopfloor.people.master_queries import list_records
from shopfloor.people.queries import list_operators
from shopfloor.people.stations import STATION
from shopfloor.scanning.errors import NUMBER_LIMIT, ScanRefused
from shopfloor.scanning.labels import Picture, Symbol, draw_plain
from shopfloor.scanning.plain import BADGE_PREFIX, command_text
from shopfloor.scanning.scan import Command
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor
from shopfloor.web.htmx import respond
from shopfloor.web.inputs import argument

bp = Blueprint("cards", __name__)
MOST_STATIONS = 500


@dataclass(frozen=True)
class Card:
    """One code with its words."""

    title: str
    does: str
    """What it does, or the role of the person."""
    code: str
    """As people read it; blank for a badge, which is a key."""
    svg: Markup


@bp.get("/command-card")
def command_card() -> Response:
    """Every command that a scan may give, for one station or for any."""
    stations = [(row.values["code"], row.values["name"]) for row in list_records(request_session(), STATION, limit=MOST_STATIONS).rows]
    chosen = argument("station")
    if chosen and chosen not in dict(stations):
        raise NotFound(record="station", number=chosen)
    cards = [_card(title, does, command_text(command), shown=True) for command, (title, does) in command_words().items()]
    return respond(
        "pages/command_card.html", stations=stations, station=chosen, station_name=dict(stations).get(chosen, ""),
        cards=[card for card in cards if card is not None],
    )


@bp.get("/badges")
def badges() -> Response:
    """Badges of everybody who may act, or of one person. A badge is a key: printing it needs the right. Raises NotAllowed, NotFound."""
    current_actor().require(rights.SETTINGS)
    wanted = argument("no")
    people = [row for row in list_operators(request_session()) if not row.blocked and wanted in {"", row.no}]
    if wanted and not people:
        raise NotFound(record="operator", number=wanted)
    drawn = [(row, _card(row.name, _(row.role), BADGE_PREFIX + row.badge, shown=False)) for row in people]
    return respond(
        "pages/badges.html",
        cards=[card for _row, card in drawn if card is not None],
        unreadable=[row.name for row, card in drawn if card is None],
    )


def command_words() -> dict[Command, tuple[str, str]]:
    """What every command is called and does."""
    return {
        Command.PRODUCT: (_("Product mode"), _("The next scan is a finished product.")),
        Command.COMPONENT: (_("Component mode"), _("The next scans are parts of the product.")),
        Command.NEXT: (_("Next line"), _("Go on with the next component line.")),
        Command.UNDO: (_("Undo"), _("Take the last scan back.")),
        Command.REPORT: (_("Report as finished"), _("Report the completed units.")),
        Command.CONTINUE: (_("Continue held scans"), _("Send what was held after a refusal.")),
        Command.DISCARD: (_("Discard held scans"), _("Drop what was held after a refusal.")),
        Command.SIGNOUT: (_("Sign out"), _("End the work of this person here.")),
    }


def _card(title: str, does: str, text: str, *, shown: bool) -> Card | None:
    """None for a code that no scanner could hand over: longer than a number may be."""
    if len(text.removeprefix(BADGE_PREFIX)) > NUMBER_LIMIT:
        return None
    picture = _picture(text)
    # The SVG is made of digits and escaped text by scanning.labels, and carries attributes only.
    return None if picture is None else Card(title, does, text if shown else "", Markup(_nameless(picture, title)))  # noqa: S704


def _nameless(picture: Picture, title: str) -> str:
    """The drawing under the name of its card: a badge is not spelt out for whoever looks at the page."""
    return Picture(picture.symbol, picture.text, title, picture.modules, picture.module_mm, picture.height_mm).svg


def _picture(text: str) -> Picture | None:
    """Bars where they are short enough for a card, else a matrix."""
    for symbol in (Symbol.CODE_128, Symbol.DATAMATRIX, Symbol.QR):
        try:
            picture = draw_plain(text, symbol)
        except ScanRefused:
            continue
        if symbol is not Symbol.CODE_128 or len(text) <= 20:
            return picture
    return None
