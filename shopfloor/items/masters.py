"""An item with everything that postings, orders and scans ask of it, as one frozen value. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from shopfloor.items.tracking import TrackingRules

USED = ("Serial", "manufacturing outbound"), ("Lot", "manufacturing outbound")


@dataclass(frozen=True)
class TrackedComponentsRules:
    """SET-4: what the item's Tracked components policy says. An item without a policy takes no part."""

    name: str = ""
    use_tracked_components: bool = False
    check_preallocation_for_product: bool = False
    check_preallocation_for_components: bool = False
    serial_number_matching_limit: bool = True


NO_POLICY = TrackedComponentsRules()
NO_RULES = TrackingRules()


@dataclass(frozen=True)
class ItemMaster:
    """One item, its base unit, its tracking code and its policy."""

    item_no: str
    description: str
    base_unit_code: str
    rounding_precision: Decimal
    """Smallest quantity of the base unit."""
    rules: TrackingRules = NO_RULES
    policy: TrackedComponentsRules = NO_POLICY
    item_tracking_code: str = ""
    reservation_policy: str = "Optional"
    serial_pattern: str = ""
    """Regular expression that serial numbers match in full (D17); empty: any."""
    lot_pattern: str = ""
    expiration_days: int = 0
    """Days from receipt or output to expiry when nothing else says it; 0: none (EX-03)."""
    information_required_inbound: bool = False
    information_required_outbound: bool = False
    create_information_on_posting: bool = True
    serial_nos: str = ""
    """Number series of new serial numbers; empty: none (TL-13)."""
    lot_nos: str = ""
    report_when_completed: bool = False
    negative_stock_allowed: bool = False
    measured: bool = False
    """The base unit is weighed or measured, so quantities of labels are exact (D7)."""
    gs1_unit: str = ""
    """Unit of the GS1 measure identifiers that the base unit is, such as `kg`."""
    blocked: bool = False

    @property
    def serial_controlled(self) -> bool:
        """A serial number is demanded when the item is used in production; also when it is only captured there (D33)."""
        return self.rules.serial_specific or USED[0] in self.rules.requirements

    @property
    def lot_controlled(self) -> bool:
        """The same for lots."""
        return self.rules.lot_specific or USED[1] in self.rules.requirements

    @property
    def takes_part(self) -> bool:
        """SET-5, SET-6, SET-7: batch or serial controlled, and a policy that is in use."""
        return self.policy.use_tracked_components and (self.serial_controlled or self.lot_controlled)

    @property
    def tracking_kind(self) -> str:
        """`Serial`, `Lot`, `Serial and lot`, or empty: what a scan has to bring."""
        if self.serial_controlled:
            return "Serial and lot" if self.lot_controlled else "Serial"
        return "Lot" if self.lot_controlled else ""
