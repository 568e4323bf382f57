"""Orders of one vendor or customer, for their pages. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
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
    orders = select(PurchaseHeader.no, PurchaseHeader.status, PurchaseHeader.order_date).where(PurchaseHeader.vendor_no == no)
    return _card(session, no, Vendor, orders.order_by(PurchaseHeader.no.desc()))


def customer_card(session: Session, no: str) -> PartyCard | None:
    """One customer; None when there is none. Two statements."""
    orders = select(SalesHeader.no, SalesHeader.status, SalesHeader.order_date).where(SalesHeader.customer_no == no)
    return _card(session, no, Customer, orders.order_by(SalesHeader.no.desc()))


def _card(session: Session, no: str, party: type[Vendor | Customer], orders: Select[*tuple[Any, ...]]) -> PartyCard | None:
    if not no.isprintable():
        return None
    row = session.execute(select(party.no, party.name, party.city, party.country).where(party.no == no)).one_or_none()
    if row is None:
        return None
    return PartyCard(*row, tuple(PartyOrder(*order) for order in session.execute(orders.limit(MOST_ORDERS))))
