"""Label formats of the demo plant, one for each kind of symbol, and a printer to practise with, so that labels can be tried at once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from shopfloor.demo.floor import Task
from shopfloor.labels.inputs import NewLabelFormat, NewPrinter
from shopfloor.labels.masters import LABEL_FORMAT, PRINTER
from shopfloor.labels.models import Resolution
from shopfloor.people.master_commands import create_record
from shopfloor.scanning.printing.formats import LabelSymbol, Sheet

PRACTICE = "PRACTICE"
"""A printer that takes every label and prints none: the device file that swallows everything."""


def tasks() -> list[Task]:
    """Before anything gets a label. Nothing is chosen for the company: the built-in format stays the usual one."""
    return [
        _format("MATRIX-50X25", "Small label, GS1 DataMatrix", "50", "25", LabelSymbol.GS1_DATAMATRIX),
        _format("GS1-128-100X50", "Large label, GS1-128", "100", "50", LabelSymbol.GS1_128),
        _format("LINK-60X30", "QR code for telephones, GS1 Digital Link", "60", "30", LabelSymbol.DIGITAL_LINK),
        _format("PLAIN-60X25", "Plain number, Code 128", "60", "25", LabelSymbol.CODE_128),
        _format(
            "SHEET-A4", "Labels on A4 for an office printer", "63.5", "38.1", LabelSymbol.GS1_DATAMATRIX,
            resolution=Resolution.DPI_600, sheet=Sheet.A4_3X7,
        ),
        Task("printer", create_record, {"master": PRINTER, "given": _practice()}),
    ]


def _format(code: str, description: str, width: str, height: str, symbol: LabelSymbol, **more: Any) -> Task:
    given = NewLabelFormat(
        code=code, description=description, width_mm=Decimal(width), height_mm=Decimal(height), symbol=symbol, **more
    )
    return Task(f"label-format-{code}", create_record, {"master": LABEL_FORMAT, "given": given})


def _practice() -> NewPrinter:
    return NewPrinter(code=PRACTICE, name="prints nothing", address="/dev/null")
