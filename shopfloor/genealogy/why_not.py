"""Why a component number cannot be used, in words that help; asked only when a scan is about to be refused."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from shopfloor.errors import Refusal
from shopfloor.genealogy.errors import (
    NotAComponent,
    NotReported,
    NumberUnknown,
    NumberWrongItem,
    SelectComponent,
    SerialConsumed,
    SerialInUse,
    SwitchToProduct,
)
from shopfloor.genealogy.facts import CONSUMED, OPEN, Line, NumberInUse, NumberStock
from shopfloor.genealogy.number_queries import fate_of, items_with_number, registered_in, unreported_row
from shopfloor.genealogy.scan_job import ScanJob
from shopfloor.people import rights
from shopfloor.reservations.errors import NotAvailable
from shopfloor.reservations.queries import lock_free_supply


def look_alike(job: ScanJob, number: str) -> str | None:
    """SCN-4: the one number of a possible item that differs from this one by case only."""
    wanted = _items(job)
    twins = {known for item_no, _, _, known in items_with_number(job.session, number) if item_no in wanted and known != number}
    return twins.pop() if len(twins) == 1 else None


def late_capture(job: ScanJob, number: str) -> tuple[Line, list[NumberStock]] | None:
    """EDG-10, D33: the selected line's item captures serials only when it is used; unnumbered stock stands behind the new number."""
    line = _only_possible(job)
    if line is None or not line.component.serial or line.component.serial_specific:
        return None
    component = line.component
    used = registered_in(job.session, component.item_no, number)
    if used is not None:
        raise in_use(job, number, used)
    supply = lock_free_supply(job.session, component.item_no, component.variant_code, component.location_code)
    free = [entry for entry in supply if not entry.tracking.serial_no and entry.free > 0]
    if not free:
        raise NotAvailable(
            item=component.description, number=number, location=component.location_code, available="0", needed="1",
            unit=component.unit_code,
        )
    return line, [NumberStock(entry, "", None, None) for entry in free]


def explain_missing(job: ScanJob, number: str) -> Refusal:
    """EDG-7 to EDG-10, SCN-12, SCN-13, D17, D25: the most telling reason why the number is not in stock for a line."""
    chosen = job.situation.line(job.scan.choice or job.scan.line)
    for line in (chosen,) if chosen is not None else job.situation.listed:
        reason = _story_of(job, line, number)
        if reason is not None:
            return reason
    if is_a_product(job, number):
        return SwitchToProduct(number=number, item=job.situation.product.description)
    only = chosen or _only_possible(job)
    for other_item, description, _, known in items_with_number(job.session, number):
        if known == number:
            return _of_another_item(job, only, number, other_item, description)
    return NumberUnknown(number=number, item=only.component.description) if only is not None else SelectComponent(number=number)


def _story_of(job: ScanJob, line: Line, number: str) -> Refusal | None:
    """What became of a number of this line's item: in a unit, waiting to be reported, consumed, shipped. None: it never was one."""
    item_no, item = line.component.item_no, line.component.description
    used = registered_in(job.session, item_no, number)
    if used is not None:
        return _registered(job, line, number, used)
    waiting = unreported_row(job.session, item_no, number)
    if waiting is not None:
        return NotReported(number=number, item=item, order_no=waiting.order_no, match_id=waiting.match_id)
    fate = fate_of(job.session, item_no, number)
    return SerialConsumed(number=number, item=item, where=fate.where) if fate.known else None


def _of_another_item(job: ScanJob, line: Line | None, number: str, item_no: str, description: str) -> Refusal:
    """SCN-13: never jump lines by itself; name the item that it is."""
    if item_no == job.situation.product.item_no:
        return SwitchToProduct(number=number, item=description)
    if line is not None:
        return NumberWrongItem(number=number, item=description, selected=line.component.description)
    return NotAComponent(item_no=item_no, order_no=job.order_no)


def _registered(job: ScanJob, line: Line, number: str, used: NumberInUse) -> Refusal:
    """EDG-7 to EDG-9: in another unit; consumed there if that was posted."""
    if used.state == CONSUMED:
        where = f"consumed in {used.product} on order {used.order_no}"
        return SerialConsumed(number=number, item=line.component.description, where=where)
    return in_use(job, number, used)


def is_a_product(job: ScanJob, number: str) -> bool:
    """D17, mirrored: a unit that waits to be reported, or a number that looks like those of the order's product: the next unit."""
    return _like_a_product(job, number) or unreported_row(job.session, job.situation.product.item_no, number) is not None


def _like_a_product(job: ScanJob, number: str) -> bool:
    """Whether the number has the pattern of the product's numbers; no pattern, no likeness."""
    product = job.situation.product
    pattern = product.serial_pattern if product.serial else product.lot_pattern
    return bool(pattern) and re.fullmatch(pattern, number, re.ASCII) is not None


def in_use(job: ScanJob, number: str, used: NumberInUse) -> SerialInUse:
    """EDG-7, EDG-8, OPS-2: who put the serial where, and when."""
    here = used.order_no == job.order_no
    return SerialInUse(
        number=number, product=used.product, order_no=used.order_no, operator=used.operator, association_no=used.association_no,
        same_order=here and used.state == OPEN and job.actor.may(rights.MOVE),
        at=used.registered_at.astimezone(ZoneInfo(job.actor.time_zone)).strftime("%Y-%m-%d %H:%M"),
        remedy="move it" if here else "remove it there",
    )


def _only_possible(job: ScanJob) -> Line | None:
    """The selected line, else the only one that is listed and open."""
    chosen = job.situation.line(job.scan.choice or job.scan.line)
    if chosen is not None:
        return chosen
    open_lines = [line for line in job.situation.listed if line.remaining > 0]
    return open_lines[0] if len(open_lines) == 1 else None


def _items(job: ScanJob) -> set[str]:
    chosen = job.situation.line(job.scan.choice or job.scan.line)
    if chosen is not None:
        return {chosen.component.item_no}
    return {line.component.item_no for line in job.situation.listed}
