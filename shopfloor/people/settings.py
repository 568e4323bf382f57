"""Company settings: names, meanings, allowed values, defaults."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.people.models import CompanySetting

ALLOW_FROM, ALLOW_TO = "allow_posting_from", "allow_posting_to"
USUAL = timedelta(days=366)
"""How far posting dates may lie back or ahead where the company says nothing: a slip of a finger is further away."""


@dataclass(frozen=True)
class Setting:
    """One setting of the company."""

    name: str
    meaning: str
    default: str
    allowed: tuple[str, ...]
    kind: str = "text"
    """text, or day: a calendar date as 2026-12-31, or blank."""


SETTINGS = {
    setting.name: setting
    for setting in (
        Setting("tracked_components", "Whether the feature is on (SET-1, SET-2)", "on", ("on", "off")),
        Setting("gs1_check_digit", "What a wrong GTIN check digit does (D10)", "refuse", ("refuse", "warn")),
        Setting("gs1_recognition", "When a scan is GS1 (D11)", "key_first", ("key_first", "prefix")),
        Setting("unknown_ai", "What an unknown GS1 identifier does (D11)", "refuse", ("refuse", "skip")),
        Setting("return_to_product", "Back to Product mode when a unit is complete (D6, TCP-8)", "off", ("on", "off")),
        Setting("guess_component", "Take a plain number without a selected line when only one line fits (SCN-12)", "on", ("on", "off")),
        Setting("lot_word", "What the company calls a lot on shop-floor pages", "Batch", ("Batch", "Lot")),
        Setting(ALLOW_FROM, "First posting date that is allowed; blank: a year back", "", (), kind="day"),
        Setting(ALLOW_TO, "Last posting date that is allowed; blank: a year ahead", "", (), kind="day"),
        Setting("company_name", "Name of the company", "", ()),
        Setting("demo", "Whether this is the demo plant, which shows its badges to everybody", "off", ("on", "off")),
    )
}


def read_settings(session: Session) -> dict[str, str]:
    """All settings with their values; what was never set has its default. One statement."""
    stored = {row.name: row.value for row in session.execute(select(CompanySetting.name, CompanySetting.value))}
    return {name: stored.get(name, setting.default) for name, setting in SETTINGS.items()}


def posting_window(session: Session, today: date) -> tuple[date, date]:
    """First and last posting date that is allowed (*Allow posting from*, *Allow posting to*). One statement."""
    statement = select(CompanySetting.name, CompanySetting.value).where(CompanySetting.name.in_((ALLOW_FROM, ALLOW_TO)))
    stored = {row.name: date.fromisoformat(row.value) for row in session.connection().execute(statement) if row.value}
    return stored.get(ALLOW_FROM, today - USUAL), stored.get(ALLOW_TO, today + USUAL)
