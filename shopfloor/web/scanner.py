"""How codes are read for whoever is signed in: by the company's options and the station's scanner, on every page alike (peers 24)."""

from __future__ import annotations

from shopfloor.genealogy.page_queries import station_rules
from shopfloor.people import queries
from shopfloor.people.actor import Actor
from shopfloor.people.errors import BadgeUnknown
from shopfloor.scanning.gs1.profiles import ScannerProfile
from shopfloor.scanning.gs1.transport import without_frame
from shopfloor.scanning.plain import badge_number
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor


def actor_of_badge(text: str, station_code: str) -> Actor:
    """Who signs in: by the badge as it stands, else without what the station's scanner puts around every code (R-03).

    Raises BadgeUnknown, BadgeBlocked, NotFound for the station, ScanRefused.
    """
    session = request_session()
    try:
        return queries.sign_in(session, badge=badge_number(text), station_code=station_code)
    except BadgeUnknown:
        bare = without_frame(text, station_rules(session, station_code, "").rules.profile)
        if bare == text:
            raise
        return queries.sign_in(session, badge=badge_number(bare), station_code=station_code)


def scanner_profile() -> ScannerProfile:
    """Options of the company with the station's own. One statement."""
    return station_rules(request_session(), current_actor().station_code, "").rules.profile
