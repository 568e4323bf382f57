"""A31: every text that people read is ready for translation, in templates and in refusals and answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import shopfloor

TEMPLATES = Path(shopfloor.__file__).parent / "templates"
NAMES = {"Shopfloor", "GS1", "API", "CSV", "ZPL", "PDF", "PNG", "SVG", "GTIN", "Enter", "Ctrl", "SQLite", "PostgreSQL", "mm", "dpi"}
"""Words that are the same in every language."""
ATTRIBUTE = re.compile(r'[\w-]+="[^"]*"')
"""Macros give attributes of a tag that stands elsewhere."""
SPOKEN = ("aria-label", "title", "placeholder", "alt", "data-count-text")
"""Attributes that people see or hear."""
HIDDEN = re.compile(r"<(script|style|code|pre|kbd)\b.*?</\1>|<!--.*?-->|<!doctype[^>]*>", re.DOTALL | re.IGNORECASE)
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
LETTERS = re.compile(r"[^\W\d_]{2,}")


def words(text: str) -> set[str]:
    """What is left to read of a piece of a template, beside names and entities."""
    return set(LETTERS.findall(re.sub(r"&\w+;", " ", text))) - NAMES


def bare_texts(source: str) -> set[str]:
    """Words between the tags, and in spoken attributes, that no expression of the template made."""
    plain = JINJA.sub(" ", source)
    attributes = "|".join(SPOKEN)
    found = {word for _, value in re.findall(rf'\s({attributes})="([^"]*)"', plain) for word in words(value)}
    return found | words(ATTRIBUTE.sub(" ", re.sub(r"<[^>]*>", " ", HIDDEN.sub(" ", plain))))


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a31_every_text_of_a_template_goes_through_gettext(path):
    assert bare_texts(path.read_text(encoding="utf-8")) == set()


def test_a31_a_bare_text_would_be_found():
    bare = '<p title="Old">{{ _("Good") }} bad {% if x %}worse{% endif %}</p><script>var fine</script>'
    assert bare_texts(bare) == {"Old", "bad", "worse"}
