"""A bicycle factory, small enough to work out by hand, and a station that scans as a browser does.

One bike: 1 frame (serial), 2 wheels (serial), 0.250 kg paint (batch), 1 bell (untracked, flushed at finish).
"""

from __future__ import annotations

import itertools

from sqlalchemy.orm import Session

from shopfloor.cli.check import all_problems
from shopfloor.db import Command, unit_of_work
from shopfloor.errors import Refusal
from shopfloor.genealogy.corrections import remove_components
from shopfloor.genealogy.facts import PRODUCT
from shopfloor.genealogy.inputs import ReportInput, ReportLineInput, ScanInput, ScanRules, SelectionInput
from shopfloor.genealogy.registration import register_scan, scan_log
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.starting import start_order
from shopfloor.items import commands
from shopfloor.items.inputs import NewGtin, NewPolicy
from shopfloor.items.number_series import create_default_series
from shopfloor.people.commands import create_operator
from shopfloor.people.inputs import NewOperator
from shopfloor.people.reasons import create_default_reasons
from shopfloor.production import bills
from shopfloor.production import commands as production
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, StartOrder
from shopfloor.scanning.gs1.profiles import ScannerProfile
from tests.conftest import ADMINISTRATOR
from tests.factories_items import make_item, make_location, make_tracking_codes, make_units
from tests.factories_orders import opening_stock
from tests.remembered import remembered

BIKE, FRAME, WHEEL, PAINT, BELL = "BIKE", "FRAME", "WHEEL", "PAINT", "BELL"
FRAME_LINE, WHEEL_LINE, PAINT_LINE, BELL_LINE = 10, 20, 30, 40
GTINS = {BIKE: "04006381333931", FRAME: "09521234543213", WHEEL: "00012345678905", PAINT: "05901234123457"}
GS = "\x1d"
_keys = itertools.count(1)
VERIFIED = ScannerProfile(gs_verified=True)


@remembered
def bike_plant(run, *, policy_more=None):
    """Masters, bill and series; no stock, no order."""
    make_units(run)
    make_tracking_codes(run)
    run(commands.create_policy, given=commands_policy(policy_more or {}))
    make_item(run, BIKE, code="SN", policy="STRICT")
    make_item(run, FRAME, code="SN", policy="STRICT")
    make_item(run, WHEEL, code="SN", policy="STRICT")
    make_item(run, PAINT, unit="KG", code="LOTEXP", policy="STRICT", rounding_precision="0.001")
    make_item(run, BELL)
    for item_no, gtin in GTINS.items():
        run(commands.add_gtin, given=NewGtin(gtin=gtin, item_no=item_no))
    make_location(run, "MAIN")
    make_location(run, "SIDE")
    run(create_default_series)
    run(bills.create_bom, given=NewBom(item_no=BIKE, lines=(
        NewBomLine(item_no=FRAME, quantity_per="1", flushing="Manual"),
        NewBomLine(item_no=WHEEL, quantity_per="2", flushing="Manual"),
        NewBomLine(item_no=PAINT, quantity_per="0.25", flushing="Manual", over_tolerance_percent="4"),
        NewBomLine(item_no=BELL, quantity_per="1"),
    )))
    run(create_default_reasons)
    run(create_operator, given=NewOperator(no="E-SUP", name="Sue Super", badge="B-SUP", role="Shop-floor supervisor"))


def commands_policy(more):
    return NewPolicy(name="STRICT", description="Everything is scanned", **more)


def stock(run, item_no, *numbers, quantity="1", **more):
    """Opening stock of serial numbers, or of one lot with a quantity."""
    kind = "lot_no" if item_no == PAINT else "serial_no"
    for number in numbers:
        opening_stock(run, item_no, quantity, **{kind: number, **more})


@remembered
def bike_stock(run):
    """Three frames, seven wheels, two paint lots, ten bells."""
    stock(run, FRAME, "F-1", "F-2", "F-3")
    stock(run, WHEEL, *(f"W-{n}" for n in range(1, 8)))
    stock(run, PAINT, "P-A", quantity="0.6", expiration_date="2099-01-31")
    stock(run, PAINT, "P-B", quantity="0.2", expiration_date="2099-02-28")
    opening_stock(run, BELL, "10")


@remembered
def bike_order(run, quantity="2", no="RPO-1", started=None):
    """A started order."""
    run(production.create_order, given=NewProductionOrder(no=no, item_no=BIKE, quantity=quantity, location_code="MAIN"))
    run(start_order, given=StartOrder(order_no=no, quantity=started or quantity))
    return no


class Station:
    """One browser session: follows the answers' mode, product and line, and keeps the last answer."""

    def __init__(self, session: Session, order_no="RPO-1", *, actor=ADMINISTRATOR, rules=None, name=None):
        self.session, self.order_no, self.actor = session, order_no, actor
        self.name = name or f"browser-{next(_keys)}"
        self.rules = rules or ScanRules(profile=VERIFIED, session_id=self.name)
        self.mode, self.product, self.line, self.held = PRODUCT, 0, 0, ""
        self.clock = 0
        self.key = ""
        self.answer = None

    def send(self, kind="scan", text="", *, gap_ms=5000, key=None, **more):
        """Send one entry and follow its answer; gives the answer's code."""
        self.clock += gap_ms
        self.key = key or f"scan-{next(_keys)}"
        fields = {"mode": self.mode, "product": self.product, "line": self.line, "held": self.held, "source": "wedge", **more}
        scan = ScanInput(kind=kind, text=text, clock_ms=self.clock, clock_id=self.name, **fields)
        command = Command(
            key=self.key, name="register scan", operator_no=self.actor.operator_no, request={"text": text, "kind": kind},
            after_key=scan.after_key,
        )

        def work(session):
            return register_scan(session, self.actor, order_no=self.order_no, scan=scan, rules=self.rules)

        try:
            self.answer = unit_of_work(self.session, work, command=command, log=scan_log(self.actor, self.order_no, scan, self.rules))
        except Refusal as refusal:
            self.answer = refusal
            if self.mode == PRODUCT:
                self.product = 0
            return refusal.code
        self.mode, self.product = self.answer.mode, self.answer.match_id
        self.line, self.held = self.answer.component_line_no, self.answer.held
        return self.answer.code

    def scan(self, text, **more):
        """A code."""
        return self.send("scan", text, **more)

    def build(self, product, *parts):
        """A whole unit with plain codes."""
        self.send("mode", "Product")
        assert self.scan(product) in {"PRODUCT_REGISTERED", "PRODUCT_SELECTED", "PRODUCT_REVIVED"}, self.answer
        for part in parts:
            assert self.scan(part) in {"COMPONENT_REGISTERED", "LINE_COMPLETED", "UNIT_COMPLETED"}, self.answer
        return self.product


def report(run, *match_ids, order_no="RPO-1", **more):
    """Report rows as finished, good."""
    lines = [ReportLineInput(match_id=match_id) for match_id in match_ids]
    return run(report_as_finished, order_no=order_no, given=ReportInput(lines=lines, **more))


def remove(run, *association_nos, order_no="RPO-1", confirmed=False):
    """Remove associations."""
    return run(remove_components, order_no=order_no, given=SelectionInput(selected=list(association_nos), confirmed=confirmed))


def problems(session):
    """Everything that any invariant of `shopfloor check` finds wrong."""
    session.rollback()
    found = all_problems(session)
    session.rollback()
    return found


def gs1(item_no, *, serial="", lot="", more=""):
    """An element string as a scanner sends it, with the AIM identifier of GS1 DataMatrix."""
    text = f"]d201{GTINS[item_no]}"
    if lot:
        text += f"10{lot}{GS}"
    if serial:
        text += f"21{serial}{GS}"
    return text + more

