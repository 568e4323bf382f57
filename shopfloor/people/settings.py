"""Company settings: names, meanings, allowed values, defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.people.models import CompanySetting

ALLOW_FROM, ALLOW_TO = "allow_posting_from", "allow_posting_to"
USUAL = timedelta(days=366)
"""How far posting dates may lie back or ahead where the company says nothing: a slip of a finger is further away."""

TEXT, DAY, NUMBER = "text", "day", "number"
"""A day is a calendar date as 2026-12-31, or blank. A number is a quantity or percentage from 0 on, as text, or blank where that is the
default.
"""


@dataclass(frozen=True)
class Setting:
    """One setting of the company."""

    name: str
    meaning: str
    default: str
    allowed: tuple[str, ...]
    kind: str = TEXT
    """TEXT, DAY or NUMBER."""
    own_form: bool = False
    """Kept with others by a form of its own, which checks them together; the list of settings leaves it out."""


BY_PRINCIPLE, ALWAYS, NEVER = AUTOMATIC = ("Flushing principle", "Always", "Never")
"""What a stage of production consumes by itself (LIF-13)."""
AT_START, AT_OPERATIONS, AT_REPORT = CONSUMPTION_STAGES = ("consumption_at_start", "consumption_at_operations", "consumption_at_report")

ONLINE = "finished_report_online"
NO, STATUS, QUANTITY, STATUS_AND_QUANTITY = FEEDBACK = ("No", "Status", "Quantity", "Status + Quantity")
"""PST-19: what feedback at the last operation does to the order: nothing, its stage, its stock, or both."""
WAITS = "report_waits_for_operations"
WHEN_REPORTED, WAIT_ALWAYS, WAIT_NEVER = WAITING = ("When reported", "Always", "Never")
"""ASC-13: orders with an entry of an operation only, every order with operations, or none."""

IGNORE, CAP, EXACT = QUANTITY_USES = ("ignore", "cap", "exact")
"""GS1-21: not used, at most what remains, or to the letter."""
COUNT_USE, MEASURE_USE = "gs1_count_use", "gs1_measure_use"
PREFIXES = ("gs1_prefix_fnc1", "gs1_prefix_datamatrix", "gs1_prefix_qr")
SEPARATOR, OWN_IDENTIFIERS = "gs1_separator", "gs1_own_identifiers"
GS1_TEXTS = {
    "gs1_prefix_fnc1": "FNC1 character: what the scanner puts before a GS1-128 code (GS1-1)",
    "gs1_prefix_datamatrix": "Datamatrix character: what the scanner puts before a GS1 DataMatrix code (GS1-1)",
    "gs1_prefix_qr": "QR code character: what the scanner puts before a GS1 QR code (GS1-1)",
    SEPARATOR: "Group separator replacement, beside the usual spellings (GS1-1, GS1-3)",
    OWN_IDENTIFIERS: "What the company means by the identifiers 90 to 99 (D11)",
}
"""Blank unless the company says so."""

SETTINGS = {
    setting.name: setting
    for setting in (
        Setting("tracked_components", "Whether the feature is on (SET-1, SET-2)", "on", ("on", "off")),
        Setting("gs1_check_digit", "What a wrong GTIN check digit does (D10)", "refuse", ("refuse", "warn")),
        Setting("gs1_recognition", "When a scan is GS1 (D11)", "key_first", ("key_first", "prefix")),
        Setting("unknown_ai", "What an unknown GS1 identifier does (D11)", "refuse", ("refuse", "skip")),
        *(Setting(name, meaning, "", (), own_form=True) for name, meaning in GS1_TEXTS.items()),
        Setting(COUNT_USE, "What a count on a part's label does (GS1-21)", CAP, QUANTITY_USES, own_form=True),
        Setting(MEASURE_USE, "What a weight or measure on a part's label does (GS1-21)", EXACT, QUANTITY_USES, own_form=True),
        Setting("return_to_product", "Back to Product mode when a unit is complete (D6, TCP-8)", "off", ("on", "off")),
        Setting("guess_component", "Take a plain number without a selected line when only one line fits (SCN-12)", "on", ("on", "off")),
        Setting("lot_word", "What the company calls a lot on shop-floor pages", "Batch", ("Batch", "Lot")),
        Setting(AT_START, "What starting an order consumes by itself (LIF-13)", BY_PRINCIPLE, AUTOMATIC),
        Setting(AT_OPERATIONS, "What feedback at an operation consumes by itself (LIF-13)", BY_PRINCIPLE, AUTOMATIC),
        Setting(AT_REPORT, "What reporting as finished consumes by itself (LIF-13)", BY_PRINCIPLE, AUTOMATIC),
        Setting(ONLINE, "Update finished report on-line: what feedback at the last operation brings (PST-19)", NO, FEEDBACK),
        Setting(WAITS, "Whether a report as finished waits for the operations (ASC-13)", WHEN_REPORTED, WAITING),
        Setting("maximum_report_quantity", "Most that one report may make, good and error; blank: no limit (LIF-14)", "", (), NUMBER),
        Setting("start_deviation_percent", "How far above the ordered quantity may be started, in percent (LIF-14)", "0", (), NUMBER),
        Setting("report_surplus_percent", "How far above the started quantity may be made, in percent (EDG-16)", "0", (), NUMBER),
        Setting("report_shortage_percent", "How far below the order a job may end, in percent; blank: any (LIF-14)", "", (), NUMBER),
        Setting(ALLOW_FROM, "First posting date that is allowed; blank: a year back", "", (), DAY),
        Setting(ALLOW_TO, "Last posting date that is allowed; blank: a year ahead", "", (), DAY),
        Setting("label_format", "Label format of items without their own; blank: built in, 50 × 25 mm (R-25)", "", ()),
        Setting("digital_link_domain", "Where GS1 Digital Links of labels lead (R-15)", "https://id.gs1.org", ()),
        Setting("company_name", "Name of the company", "", ()),
        Setting("demo", "Whether this is the demo plant, which shows its badges to everybody", "off", ("on", "off")),
    )
}


def contradiction(values: Mapping[str, str]) -> str:
    """LIF-13: why these settings of automatic consumption cannot stand together; blank where they can."""
    start, *later = (values[name] for name in CONSUMPTION_STAGES)
    if start == BY_PRINCIPLE and BY_PRINCIPLE not in later:
        return (
            "where Start follows the flushing principle, Operations or Report as finished must follow it too, "
            "or lines that are flushed later are never consumed"
        )
    chosen = [values[name] for name in CONSUMPTION_STAGES]
    if ALWAYS in chosen and chosen.count(NEVER) < len(chosen) - 1:
        return "where one stage always consumes, the other two must never do, or parts are consumed twice"
    return ""


_STORED = select(CompanySetting.name, CompanySetting.value)


def read_settings(session: Session) -> dict[str, str]:
    """All settings with their values; what was never set has its default. One statement, and only one in each command."""
    once: dict[str, dict[str, str]] = session.info.get("read_once", {})
    if "settings" not in once:
        stored = {row.name: row.value for row in session.connection().execute(_STORED)}
        once["settings"] = {name: stored.get(name, setting.default) for name, setting in SETTINGS.items()}
    return dict(once["settings"])


def posting_window(session: Session, today: date) -> tuple[date, date]:
    """First and last posting date that is allowed (*Allow posting from*, *Allow posting to*). Reads the settings."""
    settings = read_settings(session)
    first, last = (date.fromisoformat(settings[name]) if settings[name] else None for name in (ALLOW_FROM, ALLOW_TO))
    return first or today - USUAL, last or today + USUAL
