"""Orders of one vendor or customer, for their pages. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shopfloor.orders.models import Customer, OrderDocument, PurchaseHeader, SalesHeader, Vendor

MOST_ORDERS = 200


@dataclass(frozen=True)
class PartyOrder:
    """One order of a party."""

    no: str
    status: str
    order_date: date
    returns: bool
    """A return order."""


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
    return _card(session, no, Vendor, _orders(PurchaseHeader).where(PurchaseHeader.vendor_no == no))


def customer_card(session: Session, no: str) -> PartyCard | None:
    """One customer; None when there is none. Two statements."""
    return _card(session, no, Customer, _orders(SalesHeader).where(SalesHeader.customer_no == no))


def _orders(header: type[PurchaseHeader | SalesHeader]) -> Select[*tuple[Any, ...]]:
    returns = header.document_type == OrderDocument.RETURN_ORDER
    return select(header.no, header.status, header.order_date, returns).order_by(header.order_date.desc(), header.no.desc())


def _card(session: Session, no: str, party: type[Vendor | Customer], orders: Select[*tuple[Any, ...]]) -> PartyCard | None:
    if not no.isprintable():
        return None
    row = session.execute(select(party.no, party.name, party.city, party.country).where(party.no == no)).one_or_none()
    if row is None:
        return None
    return PartyCard(*row, tuple(PartyOrder(*order) for order in session.execute(orders.limit(MOST_ORDERS))))
