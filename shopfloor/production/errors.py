"""Refusals of production orders, bills of material and routings."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Refusal


@dataclass(eq=False)
class OrderStatus(Refusal):
    """EDG-33, LIF-8, PR-08, PST-22: the order is not at a stage that allows it; an ended order takes nothing."""

    code = "ORDER_STATUS"
    message = "Production order {order_no} is {status}. This needs an order that is {needed}."
    order_no: str
    status: str
    needed: str
    """The stages that allow it, such as `Started or Reported as finished`."""


@dataclass(eq=False)
class BomMissing(Refusal):
    """An order needs to know what the item is made of."""

    code = "BOM_MISSING"
    message = "Item {item_no} has no bill of material. Create one first."
    item_no: str


@dataclass(eq=False)
class NoValidVersion(Refusal):
    """An order takes the certified version that is valid on its due date."""

    code = "NO_VALID_VERSION"
    dates = frozenset({"day"})
    message = "The {record} {number} has no certified version that is valid on {day}. Certify one, or choose another due date."
    record: str
    number: str
    day: str
    """As 2026-12-31."""


@dataclass(eq=False)
class VersionStatusWrong(Refusal):
    """What orders take does not change under them."""

    code = "VERSION_STATUS"
    message = "Version {version_code} of the {record} {number} is {status}. This needs a version that is {needed}."
    record: str
    number: str
    version_code: str
    status: str
    needed: str


@dataclass(eq=False)
class VersionSameStart(Refusal):
    """Of two certified versions that begin on one day nobody could tell which one holds."""

    code = "VERSION_SAME_START"
    message = "Version {other} of the {record} {number} is certified and begins on the same day. Give {version_code} another starting date."
    record: str
    number: str
    version_code: str
    other: str


@dataclass(eq=False)
class VersionInUse(Refusal):
    """Orders say which version they were made from, and a bill without any version would say nothing."""

    code = "VERSION_IN_USE"
    message = "Version {version_code} of the {record} {number} cannot be deleted: {reason}. Close it instead."
    record: str
    number: str
    version_code: str
    reason: str


@dataclass(eq=False)
class BomLoop(Refusal):
    """EDG-22: an item cannot be made of itself, on any level."""

    code = "BOM_LOOP"
    message = "Item {component} contains {item_no} itself, so it cannot be a component of it."
    item_no: str
    component: str


@dataclass(eq=False)
class StartedBelowReported(Refusal):
    """LIF-4: a negative start takes back only what was not reported."""

    code = "STARTED_BELOW_REPORTED"
    message = "Production order {order_no}: {started} started and {reported} reported, so {quantity} cannot be taken back."
    order_no: str
    started: str
    reported: str
    quantity: str


@dataclass(eq=False)
class StartedBelowCoProduct(Refusal):
    """LIF-4, D40: what came out along with the product came out of what was started."""

    code = "STARTED_BELOW_CO_PRODUCT"
    message = "Production order {order_no}: {reported} of co-product {item} are reported; {started} started make {least} at most."
    order_no: str
    item: str
    reported: str
    started: str
    least: str


@dataclass(eq=False)
class NothingToReverse(Refusal):
    """EDG-30: only a report that still stands can be reversed."""

    code = "NOTHING_TO_REVERSE"
    message = "Row {match_id} of production order {order_no} has no report that could be reversed."
    order_no: str
    match_id: int


@dataclass(eq=False)
class StartedAboveOrdered(Refusal):
    """LIF-14: no more is started than was ordered."""

    code = "STARTED_ABOVE_ORDERED"
    message = "Production order {order_no}: {ordered} ordered and {started} started, so {quantity} more cannot be started."
    order_no: str
    ordered: str
    started: str
    quantity: str


@dataclass(eq=False)
class NothingToStart(Refusal):
    """LIF-4: a start starts something, or takes something back."""

    code = "NOTHING_TO_START"
    message = (
        "Production order {order_no}: {started} of {ordered} {unit} ordered are started. "
        "Type how many more are started, or a quantity below 0 to take started quantity back."
    )
    order_no: str
    ordered: str
    started: str
    unit: str


@dataclass(eq=False)
class ReportAboveMaximum(Refusal):
    """LIF-14: one report makes no more than the company allows."""

    code = "REPORT_ABOVE_MAXIMUM"
    message = "Production order {order_no}: {quantity} {unit} in one report are more than the {maximum} that are allowed."
    order_no: str
    quantity: str
    maximum: str
    unit: str


@dataclass(eq=False)
class ReportAboveStarted(Refusal):
    """ASC-13, EDG-16: no more is reported than was started, with its accepted surplus."""

    code = "REPORT_ABOVE_STARTED"
    message = (
        "Production order {order_no}: {started} {unit} started and {reported} reported, so {quantity} more cannot be reported. "
        "Start more first."
    )
    order_no: str
    started: str
    reported: str
    quantity: str
    unit: str


@dataclass(eq=False)
class ReportShort(Refusal):
    """LIF-14: a job does not end far below what was ordered, unless the error is accepted."""

    code = "REPORT_SHORT"
    message = (
        "Production order {order_no}: {reported} of {ordered} {unit} are reported, and no more than {percent} percent may be missing when "
        "the job ends. Report the rest, or accept the error."
    )
    order_no: str
    reported: str
    ordered: str
    percent: str
    unit: str


@dataclass(eq=False)
class OrderReserved(Refusal):
    """PR-08: parts that were set aside for the order would be left hanging."""

    code = "ORDER_RESERVED"
    message = "Production order {order_no} still holds reserved parts ({components}). Report or remove its registrations first."
    order_no: str
    components: str


@dataclass(eq=False)
class AlreadyReplaced(Refusal):
    """D36: a line is replaced once; one that belongs to the order as a whole serves no unit that could be left out."""

    code = "ALREADY_REPLACED"
    message = "Line {line_no} ({item}) of {order_no} cannot be replaced: it was replaced before, or belongs to the order and to no unit."
    order_no: str
    line_no: int
    item: str


@dataclass(eq=False)
class OperationAboveDue(Refusal):
    """C16: no more passes through an operation than was started, with its accepted surplus, and not scrapped before."""

    code = "OPERATION_ABOVE_DUE"
    message = (
        "Production order {order_no}: {due} {unit} arrive at operation {operation_no} and {reported} are reported, "
        "so {quantity} more cannot be reported."
    )
    order_no: str
    operation_no: int
    due: str
    reported: str
    quantity: str
    unit: str


@dataclass(eq=False)
class OperationEntryTakenBack(Refusal):
    """C16: an entry is taken back once, and what takes it back stays."""

    code = "OPERATION_ENTRY_TAKEN_BACK"
    message = "Entry {entry_no} of production order {order_no} was taken back already, or takes another one back."
    order_no: str
    entry_no: int


@dataclass(eq=False)
class OperationEntryPosted(Refusal):
    """PST-18: what an entry reported as finished is reversed first."""

    code = "OPERATION_ENTRY_POSTED"
    message = (
        "Entry {entry_no} of production order {order_no} reported the product as finished with register {register_no}. "
        "Reverse that report first."
    )
    order_no: str
    entry_no: int
    register_no: int


@dataclass(eq=False)
class OperationsMissing(Refusal):
    """ASC-13: all operations reported, unless the error is accepted."""

    code = "OPERATIONS_MISSING"
    message = (
        "Production order {order_no}: {quantity} {unit} would be reported good in all, and operations {operations} are reported for less. "
        "Report them, or accept the error."
    )
    order_no: str
    quantity: str
    unit: str
    operations: str


@dataclass(eq=False)
class OperationQuantityDiffers(Refusal):
    """ASC-13: the reported quantity equals that of the last operation, unless the error is accepted."""

    code = "OPERATION_QUANTITY_DIFFERS"
    message = (
        "Production order {order_no}: {quantity} {unit} would be reported good in all, and the last operation {operation_no} has {good}. "
        "Report the operation, or accept the error."
    )
    order_no: str
    quantity: str
    unit: str
    operation_no: int
    good: str
