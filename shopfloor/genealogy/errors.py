"""Refusals and questions of the Tracked components pages. Each says what was scanned, why not, and what to do."""

from __future__ import annotations

from dataclasses import dataclass, field

from shopfloor.errors import NeedsConfirmation, Refusal


@dataclass(eq=False)
class FeatureOff(Refusal):
    """SET-1, SET-2."""

    code = "FEATURE_OFF"
    message = "Tracked components is switched off. An administrator can switch it on in the settings."


@dataclass(eq=False)
class ProductNotTracked(Refusal):
    """SET-5, SET-7: the finished item takes no part."""

    code = "PRODUCT_NOT_TRACKED"
    message = "{item} is not registered by number: it has no tracking code or no Tracked components policy."
    item: str


@dataclass(eq=False)
class NotAComponent(Refusal):
    """EDG-5."""

    code = "NOT_A_COMPONENT"
    message = "Item {item_no} is not a component of production order {order_no}. Put it aside and scan the right part."
    item_no: str
    order_no: str


@dataclass(eq=False)
class GtinUnknown(Refusal):
    """SCN-14: no item has this GTIN or item number."""

    code = "GTIN_UNKNOWN"
    message = "No item has the code {gtin}. Ask for the code to be entered with its item."
    gtin: str


@dataclass(eq=False)
class NoNumber(Refusal):
    """SCN-18: the code names an item, but not the number that the item needs."""

    code = "GS1_NO_NUMBER"
    message = "The code names {item} but no {kind} number. Scan the code with the number."
    item: str
    kind: str
    line: int


@dataclass(eq=False)
class WrongProduct(Refusal):
    """SCN-6."""

    code = "WRONG_PRODUCT"
    message = "This is {item}. Order {order_no} makes {product}. Scan a {product}."
    item: str
    order_no: str
    product: str


@dataclass(eq=False)
class NotAProductNumber(Refusal):
    """D17: the text is known as something else."""

    code = "NOT_A_PRODUCT_NUMBER"
    message = "{number} is {known_as}, not a product number. Scan the number of the product."
    number: str
    known_as: str


@dataclass(eq=False)
class SwitchToComponent(NeedsConfirmation):
    """D17, SCN-6: in Product mode something was scanned that fits a component."""

    code = "SWITCH_TO_COMPONENT"
    message = "{number} is {item}, a component of this order. Switch to Component? Tap, or scan it again."
    number: str
    item: str


@dataclass(eq=False)
class SwitchToProduct(NeedsConfirmation):
    """D17, SCN-15: in Component mode a product was scanned."""

    code = "SWITCH_TO_PRODUCT"
    message = "{number} is a product of this order ({item}). Switch to Product? Tap, or scan it again."
    number: str
    item: str


@dataclass(eq=False)
class ProductOtherOrder(Refusal):
    """EDG-19, D13."""

    code = "PRODUCT_OTHER_ORDER"
    message = "{number} is already registered on order {order_no} ({state}). Take another number."
    number: str
    order_no: str
    state: str


@dataclass(eq=False)
class ProductExists(Refusal):
    """EDG-21."""

    code = "PRODUCT_EXISTS"
    message = "{number} of {item} was already made ({where}). Take another number."
    number: str
    item: str
    where: str


@dataclass(eq=False)
class ProductNotPreallocated(Refusal):
    """SET-8, DIM-2."""

    code = "PRODUCT_NOT_PREALLOCATED"
    message = "{number} was not assigned to order {order_no}. Take a number from the order's list."
    number: str
    order_no: str


@dataclass(eq=False)
class ProductOverStarted(Refusal):
    """EDG-16, SCN-7."""

    code = "PRODUCT_OVER_STARTED"
    message = "{order_no}, {item}: {registered} of {started} {unit} started are registered; {number} would be too many. Start more first."
    order_no: str
    number: str
    registered: str
    started: str
    unit: str
    item: str = "product"
    """What is over: the order's product, or one of its co-products (D40)."""


@dataclass(eq=False)
class NumberLooksAlike(NeedsConfirmation):
    """SCN-4, D35: only the case differs from a known number."""

    code = "NUMBER_LOOKS_ALIKE"
    message = "{number} is not known, but {known} is. Is it {known}? Tap, or scan it again."
    number: str
    known: str


@dataclass(eq=False)
class NumberWasRemoved(NeedsConfirmation):
    """D39: a voided number is used again elsewhere."""

    code = "NUMBER_WAS_REMOVED"
    message = "{number} was removed from order {order_no} before. Use it again? Tap, or scan it again."
    number: str
    order_no: str


@dataclass(eq=False)
class NoProduct(Refusal):
    """SCN-10."""

    code = "NO_PRODUCT"
    message = "Scan the product first. {number} was not kept."
    number: str


@dataclass(eq=False)
class SelectComponent(Refusal):
    """SCN-12."""

    code = "SELECT_COMPONENT"
    message = "{number} fits no open component. Select the component line, then scan again."
    number: str


@dataclass(eq=False)
class AmbiguousComponent(NeedsConfirmation):
    """SCN-12, SCN-17, EDG-35: several lines fit."""

    code = "AMBIGUOUS_COMPONENT"
    message = "{number} fits several components. Which one?"
    number: str
    candidates: list[dict[str, str]] = field(default_factory=list)


@dataclass(eq=False)
class NumberWrongItem(Refusal):
    """SCN-13."""

    code = "NUMBER_WRONG_ITEM"
    message = "{number} is {item}, not {selected}. Scan a {selected}."
    number: str
    item: str
    selected: str


@dataclass(eq=False)
class NumberUnknown(Refusal):
    """EDG-10."""

    code = "NUMBER_UNKNOWN"
    message = "{number} of {item} is not in stock and never was. Scan another one, or have it received first."
    number: str
    item: str


@dataclass(eq=False)
class SerialInUse(Refusal):
    """EDG-7, EDG-8, OPS-2."""

    code = "SERIAL_IN_USE"
    message = "{number} is already in {product} (order {order_no}, {operator}, {at}). Scan another one, or ask a supervisor to {remedy}."
    number: str
    product: str
    order_no: str
    operator: str
    association_no: int
    same_order: bool
    at: str = "earlier"
    """When it was registered, in the time of the plant."""
    remedy: str = "move it"

    def phrases(self) -> tuple[tuple[str, str], ...]:
        """What a supervisor does: a part moves between units of one order; on another order it is removed there."""
        return (("remedy", self.remedy),)


@dataclass(eq=False)
class SerialConsumed(Refusal):
    """EDG-9."""

    code = "SERIAL_CONSUMED"
    message = "{number} of {item} is no longer in stock: {where}. Scan another one."
    number: str
    item: str
    where: str


@dataclass(eq=False)
class NotReported(Refusal):
    """D25: a sub-assembly that was registered and not reported yet."""

    code = "NOT_REPORTED"
    message = "{number} of {item} is not reported as finished yet (order {order_no}). Report it first."
    number: str
    item: str
    order_no: str
    match_id: int


@dataclass(eq=False)
class SelfReference(Refusal):
    """EDG-22, AP-10."""

    code = "SELF_REFERENCE"
    message = "{number} is the product itself. Scan a part for it."
    number: str


@dataclass(eq=False)
class ComponentComplete(Refusal):
    """EDG-4, EDG-17: nothing remains, and no quantity was given."""

    code = "COMPONENT_COMPLETE"
    message = "{item} is complete ({registered} {unit}). Nothing was added. Go on with the next part."
    item: str
    registered: str
    unit: str


@dataclass(eq=False)
class SerialLimit(NeedsConfirmation):
    """SET-10, EDG-17, D38: more serials than planned; an override only where the limit is off."""

    code = "SERIAL_LIMIT"
    message = "{item}: all {planned} planned are registered. Remove one first, or go on with the next part."
    sound = "refused"
    item: str
    planned: str
    overridable: bool


@dataclass(eq=False)
class OverQuantity(NeedsConfirmation):
    """EDG-17, D30: a weighed or typed quantity above what remains."""

    code = "OVER_QUANTITY"
    message = "{given} {unit} of {item} is more than the {remaining} {unit} still needed. A supervisor can confirm it."
    item: str
    given: str
    remaining: str
    unit: str


@dataclass(eq=False)
class QuantityNeeded(NeedsConfirmation):
    """D7: the line asks how much each scan of a batch is."""

    code = "QUANTITY_NEEDED"
    message = "{number} of {item}: how much goes in? {remaining} {unit} are still needed."
    item: str
    number: str
    remaining: str
    unit: str


@dataclass(eq=False)
class BatchExpired(NeedsConfirmation):
    """EDG-13, D8."""

    code = "BATCH_EXPIRED"
    message = "{number} of {item} expired on {expiration_date}. Scan another one."
    item: str
    number: str
    expiration_date: str
    overridable: bool


@dataclass(eq=False)
class ComponentNotPreallocated(Refusal):
    """SET-9."""

    code = "COMPONENT_NOT_PREALLOCATED"
    message = "{number} of {item} was not reserved for or picked to this order. Scan one that was."
    number: str
    item: str


@dataclass(eq=False)
class WrongLocation(Refusal):
    """EDG-41: the number is in another warehouse."""

    code = "WRONG_LOCATION"
    message = "{number} of {item} is at {found}, not at {needed}. Bring it over, or scan another one."
    number: str
    item: str
    found: str
    needed: str


@dataclass(eq=False)
class PartsContradict(Refusal):
    """SCN-20: a held part contradicts the next scan."""

    code = "PARTS_CONTRADICT"
    message = "The scans contradict each other: ({ai}) was {first_value} and is now {second_value}. Both were dropped. Scan again."
    ai: str
    first_value: str
    second_value: str


@dataclass(eq=False)
class NumberRequired(Refusal):
    """ASC-18, SCN-5: a product needs its number."""

    code = "PRODUCT_NUMBER_REQUIRED"
    message = "{item} needs a {kind} number. Scan or type it."
    item: str
    kind: str


@dataclass(eq=False)
class ReasonNeeded(Refusal):
    """D18, OPS-8: an override needs a reason code and the badge of somebody with the right."""

    code = "REASON_NEEDED"
    message = "This needs a reason and the badge of somebody who may confirm it."


@dataclass(eq=False)
class NothingToConfirm(Refusal):
    """D18: the question is unknown, already settled, or cannot be confirmed this way."""

    code = "NOTHING_TO_CONFIRM"
    message = "There is no open question to confirm. Scan again."


@dataclass(eq=False)
class CommandOfThePage(Refusal):
    """A command bar code that the page carries out: a program that sends it is told so, and nothing changes."""

    code = "COMMAND_OF_THE_PAGE"
    message = "CMD:{command} is carried out by the page, not by a scan of this order."
    command: str


@dataclass(eq=False)
class OtherOperator(Refusal):
    """OPS-7, D16: a scan that was kept through a sign-out is not booked under the next person."""

    code = "OTHER_OPERATOR"
    message = "This was scanned by {operator}. {operator} signs in and continues, or a supervisor discards it."
    operator: str
