"""What axe finds wrong on the page that is open (WCAG 2.2 AA)."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).parents[1] / "vendor" / "axe-4.14.1.min.js").read_text(encoding="utf-8")
EVERYTHING = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""The rules that look at colours; for the others the dark page is the light one."""


def violations(page: Page) -> list[str]:
    """Rule and beginning of the first element of each. The content policy forbids scripts in the page, so axe runs beside it."""
    dark = page.evaluate("() => matchMedia('(prefers-color-scheme: dark)').matches")
    page.evaluate(AXE)
    found = page.evaluate("(rules) => axe.run({ runOnly: rules, resultTypes: ['violations'] })", COLOURS if dark else EVERYTHING)
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]
