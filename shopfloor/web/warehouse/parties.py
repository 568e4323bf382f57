"""Vendors and customers as choices of a form."""

from __future__ import annotations

from shopfloor.items.paging import Page
from shopfloor.orders.queries import PartyRow
from shopfloor.web.forms import Options


def party_options(listed: Page[PartyRow]) -> Options:
    """By number and name; none where there are more than a list can show: then the form asks for the number."""
    return [] if listed.next_after else [(row.no, f"{row.no} {row.name}") for row in listed.rows]
