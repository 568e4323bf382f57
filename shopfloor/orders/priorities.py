"""Who is served first when stock is allocated (RS-18)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.errors import NotFound
from shopfloor.orders.inputs import ChangeCustomerPriority
from shopfloor.orders.models import Customer
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Changed


def change_customer_priority(session: Session, actor: Actor, *, given: ChangeCustomerPriority) -> Changed:
    """Give a customer another priority; the greater one is served first. Raises NotAllowed, NotFound."""
    actor.require(rights.MASTERS)
    customer = session.get(Customer, given.customer_no)
    if customer is None:
        raise NotFound(record="customer", number=given.customer_no)
    before, customer.priority = customer.priority, given.priority
    audit.record(session, "change customer priority", given.customer_no, before={"priority": before}, after={"priority": given.priority})
    return Changed(record="Customer", number=given.customer_no)
