"""Questions to Item tracing as addresses, and back; pure."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from shopfloor.tracing.criteria import Criteria, ShowComponents, TraceMethod, View
from shopfloor.web.tracing.questions import address, filtered, plain, read_question, subject, typed

ADDRESSES = [
    (Criteria(), "/tracing?"),
    (Criteria(serial_no="A 1"), "/tracing?serial_no=A+1"),
    (Criteria(lot_no="''", item_no="X", method=TraceMethod.FORWARD), "/tracing?lot_no=%27%27&item_no=X&method=Origin+-%3E+Usage"),
    (Criteria(item_no="X", variant_code="V", show_components=ShowComponents.ALL, view=View.ORDER_LINE, include_registered=True),
     "/tracing?item_no=X&variant=V&show_components=All&view=Order+line&include_registered=1"),
]


@pytest.mark.parametrize(("criteria", "expected"), ADDRESSES)
def test_tr_54_an_address_reproduces_the_question(criteria, expected):
    assert address(criteria) == expected
    values = {name: texts[0] for name, texts in parse_qs(urlsplit(expected).query).items()}
    assert read_question(values) == criteria


@pytest.mark.parametrize(("text", "shown", "field"), [
    ("A", "A", "A"), ("'A'", "A", "A"), ("''", "''", "''"), ("'it''s'", "it's", "it's"), ("'A|B'", "A|B", "'A|B'"),
    ("'A..B'", "A..B", "'A..B'"),
    ("'A'|'B'", "'A'|'B'", "'A'|'B'"), ("'", "'", "'"), ("''''", "'", "''''"), ("", "", ""),
])
def test_a_quoted_filter_is_shown_plain_where_that_means_the_same(text, shown, field):
    assert (plain(text), typed(text)) == (shown, field)


def test_subject_is_the_number_before_the_item():
    assert subject(filtered(Criteria(), item_no="'X'", lot_no="''", serial_no="'S'")) == "S"
    assert subject(filtered(Criteria(), item_no="'X'", lot_no="''")) == "X"
