"""Company settings: names, meanings, allowed values, defaults."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.people.models import CompanySetting


@dataclass(frozen=True)
class Setting:
    """One setting of the company."""

    name: str
    meaning: str
    default: str
    allowed: tuple[str, ...]


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
        Setting("company_name", "Name of the company", "", ()),
        Setting("demo", "Whether this is the demo plant, which shows its badges to everybody", "off", ("on", "off")),
    )
}


def read_settings(session: Session) -> dict[str, str]:
    """All settings with their values; what was never set has its default. One statement."""
    stored = {row.name: row.value for row in session.execute(select(CompanySetting.name, CompanySetting.value))}
    return {name: stored.get(name, setting.default) for name, setting in SETTINGS.items()}
