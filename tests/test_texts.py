"""A31: every text that people read is ready for translation, in templates and in refusals and answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import shopfloor
from shopfloor.scanning.errors import EXPLANATIONS, KEYBOARDS, Gs1Parse, KeyboardLayout
from shopfloor.web import texts

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


@pytest.fixture
def marked(monkeypatch):
    """Every text that is translated is marked."""
    monkeypatch.setattr(texts, "gettext", lambda text, **fields: f"‹{text % fields if fields else text}›")


@pytest.mark.parametrize("kind", EXPLANATIONS)
def test_a31_why_a_code_is_wrong_is_translated_like_its_message(marked, kind):
    """GS1-17: the explanation is a field of the answer for programs and a text of its own for people, with and without a place."""
    assert texts.outcome_text(Gs1Parse(kind=kind)) == f"‹The bar code cannot be read: ‹{EXPLANATIONS[kind]}›.›"
    found = Gs1Parse(kind=kind, ai="10", position=18)
    assert texts.outcome_text(found) == f"‹The bar code cannot be read: ‹(10) at position 19: ‹{EXPLANATIONS[kind]}››.›"
    assert found.outcome_fields()["explanation"] == f"(10) at position 19: {EXPLANATIONS[kind]}"


@pytest.mark.parametrize("layout", KEYBOARDS)
def test_a31_the_name_of_a_keyboard_is_translated(marked, layout):
    refusal = KeyboardLayout("à&", "01", layout, "")
    assert f"typed through a ‹{KEYBOARDS[layout]}› keyboard" in texts.outcome_text(refusal)
