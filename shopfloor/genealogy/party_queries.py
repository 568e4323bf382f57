"""Orders of one vendor or customer, for their pages. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.orders.models import Customer, PurchaseHeader, SalesHeader, Vendor

MOST_ORDERS = 200


@dataclass(frozen=True)
class PartyOrder:
    """One order of a party."""

    no: str
    status: str
    order_date: date


@dataclass(frozen=True)
class PartyCard:
    """A vendor or customer with its newest orders."""

    no: str
    name: str
    city: str
    country: str
    orders: tuple[PartyOrder, ...]


def vendor_card(session: Session, no: str) -> PartyCard | None:
    """One vendor; None when there is none. Two statements."""
    return _card(session, no, Vendor, PurchaseHeader, PurchaseHeader.vendor_no)


def customer_card(session: Session, no: str) -> PartyCard | None:
    """One customer; None when there is none. Two statements."""
    return _card(session, no, Customer, SalesHeader, SalesHeader.customer_no)


def _card(session: Session, no: str, party: type[Vendor | Customer], header: Any, owner: Any) -> PartyCard | None:
    if not no.isprintable():
        return None
    row = session.execute(select(party.no, party.name, party.city, party.country).where(party.no == no)).one_or_none()
    if row is None:
        return None
    orders = select(header.no, header.status, header.order_date).where(owner == no).order_by(header.no.desc()).limit(MOST_ORDERS)
    return PartyCard(*row, tuple(PartyOrder(*order) for order in session.execute(orders)))
