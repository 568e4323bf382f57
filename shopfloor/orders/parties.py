"""The masters of this package: who we buy from and sell to."""

from __future__ import annotations

from shopfloor.orders.inputs import NewCustomer, NewVendor
from shopfloor.orders.models import Customer, Vendor
from shopfloor.people.masters import Master

VENDOR = Master(
    "vendor", Vendor, NewVendor, columns=("no", "name", "city", "country"), named_by=(("vendor_no",), ("source_no",))
)
CUSTOMER = Master(
    "customer", Customer, NewCustomer, columns=("no", "name", "city", "country", "email", "priority"),
    named_by=(("customer_no",), ("source_no",)),
)
