"""Refusals and questions of the associations page: corrections, removal, pick, consumption, report and reversal."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import NeedsConfirmation, Refusal


@dataclass(eq=False)
class NothingToUndo(Refusal):
    """TCP-16."""

    code = "NOTHING_TO_UNDO"
    message = "There is no scan of yours to take back here: it was picked, reported, or changed by somebody else."


@dataclass(eq=False)
class LabelDateEarlier(NeedsConfirmation):
    """D8, GS1-23: the label's date lies ahead, yet before the stored one."""

    code = "LABEL_DATE_EARLIER"
    message = "The label of {item} {number} says {label_date}, stored is {expiration_date}. Use it all the same? The stored date stays."
    item: str
    number: str
    label_date: str
    expiration_date: str


@dataclass(eq=False)
class HasPicks(NeedsConfirmation):
    """EDG-28."""

    code = "HAS_PICKS"
    message = "{number} was picked. Removing it puts {quantity} back to where it was. Remove it?"
    number: str
    quantity: str


@dataclass(eq=False)
class RowHasComponents(NeedsConfirmation):
    """EDG-27: a row takes its associations along after one confirmation."""

    code = "ROW_HAS_COMPONENTS"
    message = "{number} has {count} components registered. They are removed with it. Remove it?"
    number: str
    count: int


@dataclass(eq=False)
class CoProductHasNoParts(Refusal):
    """D40: component lines are asked under the main product's rows only."""

    code = "CO_PRODUCT_HAS_NO_PARTS"
    message = "{product} is co-product {item}; components belong to the main product. Scan that in Product mode, then {number}."
    number: str
    product: str
    item: str


@dataclass(eq=False)
class BelowReported(Refusal):
    """EDG-43, ASC-12: a row is never less than what was reported of it."""

    code = "BELOW_REPORTED"
    message = "{number}: {reported} {unit} are reported, so {quantity} {unit} are too few. Reverse the report first."
    number: str
    quantity: str
    reported: str
    unit: str


@dataclass(eq=False)
class RowLocked(Refusal):
    """EDG-26, EDG-29: posted history is reversed, never erased."""

    code = "ROW_LOCKED"
    message = "{number} was consumed or reported. Reverse that first."
    number: str


@dataclass(eq=False)
class UnitReported(Refusal):
    """EDG-29: a reported unit takes no more parts."""

    code = "UNIT_REPORTED"
    message = "{product} is reported as finished and takes no more parts. Scan the next product first, or reverse the report."
    product: str


@dataclass(eq=False)
class NotYours(Refusal):
    """D37: workers maintain what they registered."""

    code = "NOT_YOURS"
    message = "{number} was registered by {operator}. Ask a supervisor to change it."
    number: str
    operator: str


@dataclass(eq=False)
class LineNotRemovable(Refusal):
    """D36: only what was added is taken off, and only while nothing stands on it."""

    code = "LINE_NOT_REMOVABLE"
    message = "Line {line_no} ({item}) of {order_no} stays: {why}"
    order_no: str
    line_no: int
    item: str
    why: str


@dataclass(eq=False)
class NotReportable(Refusal):
    """ASC-9 to ASC-13: the row cannot be reported like this."""

    code = "NOT_REPORTABLE"
    message = "{number}: {why}"
    number: str
    why: str


@dataclass(eq=False)
class ComponentsMissing(Refusal):
    """D5, ASC-13, D41: listed components are not complete."""

    code = "COMPONENTS_MISSING"
    message = "{number} still needs {missing}. Scan them, or accept the error with a reason."
    number: str
    missing: str


@dataclass(eq=False)
class ComponentOnHold(Refusal):
    """D20: a row that contains a number on hold is not reported."""

    code = "COMPONENT_ON_HOLD"
    message = "{number} contains {component}, which is on hold: {reason}. Replace it, or ask quality."
    number: str
    component: str
    reason: str


@dataclass(eq=False)
class JournalOpen(Refusal):
    """D29: an unposted picking list line stands in the way."""

    code = "JOURNAL_OPEN"
    message = "{number} has an open picking list line of {owner} (journal {journal_no}). Post or cancel it first."
    number: str
    owner: str
    journal_no: int


@dataclass(eq=False)
class NothingSelected(Refusal):
    """An action on a selection needs one."""

    code = "NOTHING_SELECTED"
    message = "Nothing is selected. Tick at least one line."


@dataclass(eq=False)
class NotPickable(Refusal):
    """ASC-20: only open parts are picked, only picked ones are put back."""

    code = "NOT_PICKABLE"
    message = "{number} is {state}; that does not go here."
    number: str
    state: str


@dataclass(eq=False)
class NotAdjustable(Refusal):
    """ASC-23, ASC-24: the quantity of a picking list line is not possible."""

    code = "NOT_ADJUSTABLE"
    message = "{number} cannot be adjusted like this: {why}"
    number: str
    why: str


@dataclass(eq=False)
class NotReplaceable(Refusal):
    """D22: only a part that is built into a unit is replaced, by another one."""

    code = "NOT_REPLACEABLE"
    message = "{number} cannot be replaced like this: {why}"
    number: str
    why: str


@dataclass(eq=False)
class NotLoadable(Refusal):
    """D24."""

    code = "NOT_LOADABLE"
    message = "No batch of {item} can be loaded: {why}"
    item: str
    why: str


@dataclass(eq=False)
class ResetTakesBack(NeedsConfirmation):
    """LIF-5: a reset names what it takes back, and asks once."""

    code = "RESET_TAKES_BACK"
    message = (
        "Resetting production order {order_no} to {stage} takes back {reported} reported, {consumed} lines of consumption, "
        "{picked} picks and {operations} entries of operations. Registrations stay, with their reservations. Reset it?"
    )
    order_no: str
    stage: str
    reported: str
    """Good and error quantity with its unit."""
    consumed: int
    picked: int
    operations: int


@dataclass(eq=False)
class StartedBelowPicked(Refusal):
    """EDG-31: a negative start leaves what is picked or reported started."""

    code = "STARTED_BELOW_PICKED"
    message = (
        "Production order {order_no}: {started} started, and {least} are picked or reported, so {quantity} cannot be taken back. "
        "Put the picked parts back, or reverse the report first."
    )
    order_no: str
    started: str
    least: str
    """Quantity of the product that is picked or reported."""
    quantity: str


@dataclass(eq=False)
class NotEnoughCompleted(Refusal):
    """ENT-9, ASC-18: a registered product is reported unit by unit, and only units that are completed."""

    code = "NOT_ENOUGH_COMPLETED"
    message = (
        "{quantity} {unit} cannot be reported: {completed} {unit} are registered, completed and started. "
        "Register or complete the others first, or accept the error."
    )
    quantity: str
    completed: str
    unit: str


@dataclass(eq=False)
class NotEnoughRegistered(Refusal):
    """ENT-9, D5: units in progress are reported with *Accept error*, units that nobody registered are not."""

    code = "NOT_ENOUGH_REGISTERED"
    message = "{quantity} {unit} cannot be reported: {registered} {unit} are registered and started. Register the others first."
    quantity: str
    registered: str
    unit: str


@dataclass(eq=False)
class FixedNumberOnce(Refusal):
    """DIM-1: one fixed serial number names one unit."""

    code = "FIXED_NUMBER_ONCE"
    message = "{item} has one fixed serial number for an order, so order {order_no} can make one unit only. Make an order for each unit."
    item: str
    order_no: str


@dataclass(eq=False)
class LineEnded(NeedsConfirmation):
    """EDG-38, D26: somebody said that the unit gets no more of it."""

    code = "LINE_ENDED"
    message = "{item} was ended for {product}. A supervisor can let {number} in all the same."
    item: str
    product: str
    number: str


@dataclass(eq=False)
class LineForOtherUnits(Refusal):
    """D36: a line that was replaced serves the units before, its substitute those from one on."""

    code = "LINE_FOR_OTHER_UNITS"
    message = "Line {line_no} ({item}) is not for {product}: it was replaced or added for other units. Scan what the list asks for."
    line_no: int
    item: str
    product: str


@dataclass(eq=False)
class ScrapUnitMissing(Refusal):
    """C16: scrap of a serial product says which unit."""

    code = "SCRAP_UNIT_MISSING"
    message = "Which unit of production order {order_no} is scrap? Open are: {numbers}."
    order_no: str
    numbers: str


@dataclass(eq=False)
class UnitReportedThere(Refusal):
    """C16: a unit passes each operation once."""

    code = "OPERATION_UNIT_REPORTED"
    message = "{number} is reported at operation {operation_no} already."
    number: str
    operation_no: int


@dataclass(eq=False)
class OperationReportRefused(Refusal):
    """PST-16, PST-19: the product is reported with the operation, or nothing is."""

    code = "OPERATION_REPORT_REFUSED"
    message = (
        "Operation {operation_no} of production order {order_no}: {count} units cannot be reported as finished ({codes}). "
        "Nothing was reported."
    )
    order_no: str
    operation_no: int
    count: int
    codes: str


@dataclass(eq=False)
class NoTestSymbol(Refusal):
    """R-23: what is not known cannot be compared."""

    code = "NO_TEST_SYMBOL"
    message = "None of the scans was a test symbol. Scan the symbols on the page of the scanner check."


@dataclass(eq=False)
class PictureCodeUnknown(Refusal):
    """IMG-6: the station takes from pictures only what is known."""

    code = "PICTURE_CODE_UNKNOWN"
    message = (
        "The camera read {number}, and nothing is known by that. Station {station} takes only known codes from pictures: look at the "
        "label, and scan or type it if it is right."
    )
    number: str
    station: str
