"""R-25, IMG-13: a newcomer can print and send labels of the demo plant without setting anything up."""

from __future__ import annotations

import pytest

from shopfloor.demo import names, tour
from shopfloor.demo.printing import PRACTICE
from shopfloor.labels.inputs import LabelSource
from shopfloor.labels.models import SourceKind
from shopfloor.labels.queries import list_formats, list_printers, preview
from shopfloor.labels.sending import deliver
from shopfloor.scanning.printing.formats import LabelSymbol

SOURCES = (
    LabelSource(source=SourceKind.ORDER, no=tour.ORDER_NO),
    LabelSource(source=SourceKind.NUMBER, item_no=names.PASTE, kind="Lot", number=tour.PASTE_LOT),
    LabelSource(source=SourceKind.NUMBER, item_no=names.MODULE, kind="Serial", number=tour.UNITS[0].modules[0]),
)


def test_there_is_a_format_for_each_symbol(plant_session):
    source = SOURCES[0]
    codes = [code for code, _description in list_formats(plant_session)]
    symbols = {preview(plant_session, source, label_format=code, first=1, few=1).form.symbol for code in codes}
    assert symbols == set(LabelSymbol)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.source)
def test_every_format_holds_the_labels_of_the_demo_whole(plant_session, source):
    for code, _description in list_formats(plant_session):
        found = preview(plant_session, source, label_format=code, first=1, few=3)
        assert found.problem is None, (code, found.problem)
        assert found.layouts, code
        lines = [line.text for layout in found.layouts for line in layout.lines]
        assert any(found.found.texts[0].description == line for line in lines), (code, lines)


def test_the_practice_printer_takes_labels_and_prints_nothing(plant_session):
    (printer,) = [one for one in list_printers(plant_session) if one.code == PRACTICE]
    deliver(printer, b"^XA^XZ", 1)
