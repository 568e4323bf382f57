"""What a scan or a correction answers when it did something, or had good reason to do nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from shopfloor.errors import Answer


@dataclass(frozen=True)
class ScanAnswer(Answer):
    """Common part: where the station stands afterwards, and what was decoded."""

    order_no: str
    mode: str
    """Product or Component, for the next scan."""
    match_id: int = 0
    """Current product; 0: none."""
    component_line_no: int = 0
    """Selected component line; 0: none."""
    held: str = ""
    """GS1 parts that wait for the next scan, bracketed (SCN-20)."""
    association_no: int = 0
    product: str = ""
    """Number of the current product."""
    item: str = ""
    number: str = ""
    quantity: str = ""
    unit: str = ""
    remaining: str = ""
    decoded: str = ""
    """GS1 elements in bracketed form."""
    notes: list[dict[str, Any]] = field(default_factory=list)
    """Further information: outcomes as `{"code", "fields"}`."""


@dataclass(frozen=True)
class ProductRegistered(ScanAnswer):
    """PST-1."""

    code = "PRODUCT_REGISTERED"
    message = "{number} registered. Now scan its parts."


@dataclass(frozen=True)
class ProductSelected(ScanAnswer):
    """SCN-9: resuming a unit."""

    code = "PRODUCT_SELECTED"
    message = "{number} is the current product. Go on with its parts."
    sound = "information"


@dataclass(frozen=True)
class ProductReported(ScanAnswer):
    """SCN-9: a unit that takes no more parts is shown, and the answer does not ask for any."""

    code = "PRODUCT_REPORTED"
    message = "{number} is reported as finished. Scan the next product."
    sound = "information"


@dataclass(frozen=True)
class ProductRevived(ScanAnswer):
    """D39: a removed number comes back on the same order."""

    code = "PRODUCT_REVIVED"
    message = "{number} is registered again. Now scan its parts."


@dataclass(frozen=True)
class CoProductRegistered(ScanAnswer):
    """D40: Completed at once; the mode stays Product, and no product is current, so that no part can land on it."""

    code = "CO_PRODUCT_REGISTERED"
    message = "{item} {number}: {quantity} {unit} registered. A co-product needs no parts. Scan the next product."
    row_match_id: int = 0
    """Of the row that was made or taken up again."""


@dataclass(frozen=True)
class CoProductKnown(ScanAnswer):
    """SCN-9, D40: the number is on this order already."""

    code = "CO_PRODUCT_KNOWN"
    message = "{item} {number} is registered on this order already. A co-product needs no parts. Scan the next product."
    sound = "information"
    row_match_id: int = 0
    """Of its row."""


@dataclass(frozen=True)
class CoProductSelected(ScanAnswer):
    """TCP-13, D40: its row was tapped; no part goes into it."""

    code = "CO_PRODUCT_SELECTED"
    message = "{number} is co-product {item}. Components belong to the main product."
    sound = "information"


@dataclass(frozen=True)
class ComponentRegistered(ScanAnswer):
    """PST-2, EDG-20."""

    code = "COMPONENT_REGISTERED"
    message = "{item} {number}: {quantity} {unit}. {remaining} {unit} to go."


@dataclass(frozen=True)
class LineCompleted(ScanAnswer):
    """The line needs nothing more."""

    code = "LINE_COMPLETED"
    message = "{item} {number}: {quantity} {unit}. {item} is complete."


@dataclass(frozen=True)
class UnitCompleted(ScanAnswer):
    """Nothing listed is missing on the row."""

    code = "UNIT_COMPLETED"
    message = "{item} {number}: {quantity} {unit}. {product} is complete."


@dataclass(frozen=True)
class ComponentShort(ScanAnswer):
    """SCN-19, EDG-11: what was there was registered; more is needed."""

    code = "COMPONENT_SHORT"
    message = "{item} {number}: only {quantity} {unit} available and registered. {remaining} {unit} still needed from another batch."
    sound = "information"


@dataclass(frozen=True)
class AlreadyRegistered(ScanAnswer):
    """EDG-6."""

    code = "ALREADY_REGISTERED"
    message = "{number} is already registered here. Nothing changed."
    sound = "information"


@dataclass(frozen=True)
class DuplicateScan(ScanAnswer):
    """OPS-4, D14."""

    code = "DUPLICATE_SCAN"
    message = "{number} was scanned twice within two seconds. The second one changed nothing."
    sound = "information"


@dataclass(frozen=True)
class ItemNotTracked(ScanAnswer):
    """SCN-15: on the bill, yet not tracked; there is nothing to register."""

    code = "ITEM_NOT_TRACKED"
    message = "{item} is used on this order but needs no scan. Go on with the next part."
    sound = "information"


@dataclass(frozen=True)
class LineSelected(ScanAnswer):
    """SCN-11, SCN-20, TCP-13."""

    code = "LINE_SELECTED"
    message = "{item} selected. Scan its number."
    sound = "information"


@dataclass(frozen=True)
class ModeChanged(ScanAnswer):
    """TCP-8."""

    code = "MODE_CHANGED"
    message = "{mode} mode."
    sound = "information"


@dataclass(frozen=True)
class PartHeld(ScanAnswer):
    """SCN-20: a quantity or a date waits for its number."""

    code = "PART_HELD"
    message = "{decoded} is kept for the next number."
    sound = "information"


@dataclass(frozen=True)
class Undone(ScanAnswer):
    """TCP-16."""

    code = "UNDONE"
    message = "{number} was taken back."
    sound = "information"


@dataclass(frozen=True)
class HeldDiscarded(ScanAnswer):
    """D16: a held scan that the operator gave up; recorded."""

    code = "HELD_DISCARDED"
    message = "{number} was discarded."
    sound = "information"


@dataclass(frozen=True)
class LookAlikeUsed(Answer):
    """SCN-4, D35: note: only the case differed."""

    code = "LOOK_ALIKE_USED"
    message = "{number} was read as {known}."
    number: str
    known: str


@dataclass(frozen=True)
class ReportedByItself(Answer):
    """D25: note: the item reports itself when it is completed."""

    code = "REPORTED_BY_ITSELF"
    message = "{number} was reported as finished."
    number: str


@dataclass(frozen=True)
class WaitsForInspection(Answer):
    """ASC-19, D25: note: the unit is complete, but its report waits for the result of its inspection."""

    code = "WAITS_FOR_INSPECTION"
    message = "{number} is complete and waits for its inspection. It is reported afterwards."
    number: str


@dataclass(frozen=True)
class WaitsForOperations(Answer):
    """ASC-13, D25: note: the unit is complete, but its report waits for the operations of the order."""

    code = "WAITS_FOR_OPERATIONS"
    message = "{number} is complete and waits for the operations of its order. It is reported afterwards."
    number: str


@dataclass(frozen=True)
class ReservationMoved(Answer):
    """D19: note: somebody else's non-specific reservation was moved to other stock."""

    code = "RESERVATION_MOVED"
    message = "{quantity} {unit} reserved for {holder} now comes from other stock."
    quantity: str
    unit: str
    holder: str


@dataclass(frozen=True)
class ExpiryDiffers(Answer):
    """SCN-8, GS1-23: note: the label's date is not the stored one; the stored one stays."""

    code = "EXPIRY_MISMATCH"
    dates = frozenset({"label", "stored"})
    message = "The label says {label}, the stored expiry is {stored}. The stored date stays."
    label: str
    stored: str


@dataclass(frozen=True)
class SeparatorMissing(Answer):
    """R-23: note: a scanner that passed its check left out a separator that the label of this GTIN needs."""

    code = "SEPARATOR_MISSING"
    message = (
        "The scanner of station {station} passed its check and sent this label without a separator. It was read as {decoded}: compare that "
        "with the label, and let the scanner be checked."
    )
    station: str
    decoded: str


@dataclass(frozen=True)
class QuantityCapped(Answer):
    """GS1-18: note: a carton label is no consumption order."""

    code = "QUANTITY_CAPPED"
    message = "The label says {label}; only what remains was taken."
    label: str


@dataclass(frozen=True)
class NumberIgnored(Answer):
    """SCN-18, GS1-21: note: something superfluous on the label was ignored."""

    code = "LABEL_PART_IGNORED"
    message = "({ai}) on the label was ignored: {why}."
    ai: str
    why: str


@dataclass(frozen=True)
class AssociationsChanged(Answer):
    """The result of an action on the associations page; refused lines are listed, the others are done (ASC-6, D27)."""

    code = "ASSOCIATIONS_CHANGED"
    message = "{done_text}"
    done_text: str
    done: list[str] = field(default_factory=list)
    """Numbers that were dealt with."""
    refused: list[dict[str, Any]] = field(default_factory=list)
    """`{"number", "code", "fields"}` for each line that was left out."""
    register_no: int = 0
    match_id: int = 0
    journal_no: int = 0
    left_open: list[str] = field(default_factory=list)
    """PST-21: lines that could not be flushed because their number is unknown."""


@dataclass(frozen=True)
class BatchLoaded(Answer):
    """D24."""

    code = "BATCH_LOADED"
    message = "{number} of {item} is loaded at {station}. Each unit registered there takes its share."
    item: str
    number: str
    station: str


@dataclass(frozen=True)
class BatchUnloaded(Answer):
    """D24: by hand, or because it can serve no more units."""

    code = "BATCH_UNLOADED"
    message = "{number} of {item} is not loaded any more: {why}"
    sound = "information"
    item: str
    number: str
    why: str


@dataclass(frozen=True)
class BatchTaken(Answer):
    """D24: a note beside the answer to the unit's own scan."""

    code = "BATCH_TAKEN"
    message = "{item} {number}: {quantity} {unit} from the loaded batch."
    sound = "information"
    item: str
    number: str
    quantity: str
    unit: str


@dataclass(frozen=True)
class ComponentAdded(Answer):
    """D36."""

    code = "COMPONENT_ADDED"
    message = "{item} was added to {order_no} as line {line_no}: {quantity} {unit} are needed. It can be scanned now."
    order_no: str
    line_no: int
    item: str
    quantity: str
    unit: str


@dataclass(frozen=True)
class ComponentTakenOff(Answer):
    """D36."""

    code = "COMPONENT_TAKEN_OFF"
    message = "Line {line_no} ({item}) was taken off {order_no}."
    order_no: str
    line_no: int
    item: str


@dataclass(frozen=True)
class SubstituteTakenOff(Answer):
    """D36: the line that it replaced serves every unit again."""

    code = "SUBSTITUTE_TAKEN_OFF"
    message = "Line {line_no} ({item}) was taken off {order_no}. Line {replaced_line_no} ({replaced}) is needed again."
    order_no: str
    line_no: int
    item: str
    replaced_line_no: int
    replaced: str
