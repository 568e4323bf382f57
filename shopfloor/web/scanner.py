"""How codes are read for whoever is signed in: by the company's options and the station's scanner, on every page alike (peers 24)."""

from __future__ import annotations

from shopfloor.genealogy.page_queries import station_rules
from shopfloor.scanning.gs1.profiles import ScannerProfile
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor


def scanner_profile() -> ScannerProfile:
    """Options of the company with the station's own. One statement."""
    return station_rules(request_session(), current_actor().station_code, "").rules.profile
