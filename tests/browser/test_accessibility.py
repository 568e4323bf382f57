"""The look for violations of WCAG 2.2 AA finds them, and on a dark page those of its colours."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.harness.accessibility import violations

PAGE = """<!doctype html><html lang="en"><title>Pale</title><main><h1>Pale</h1>
<style>p { color: #ccc; background: #fff } @media (prefers-color-scheme: dark) { p { color: #444; background: #222 } }</style>
<p>Nobody can read this.</p><img src="data:,"></main>"""


@pytest.mark.parametrize(("scheme", "rules"), [("light", {"color-contrast", "image-alt"}), ("dark", {"color-contrast"})])
def test_wcag_22_aa_pale_text_and_a_picture_without_words_are_found(page: Page, scheme, rules):
    page.emulate_media(color_scheme=scheme)
    page.set_content(PAGE)
    assert {one.partition(":")[0] for one in violations(page)} == rules
