"""CSV files that come in and go out, on both engines."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy import text as sql

from shopfloor.errors import NotAllowed, NotFound
from shopfloor.exchange import csv_text
from shopfloor.exchange import opening_stock as opening_stock_file
from shopfloor.exchange.answers import FileChecked, Imported
from shopfloor.exchange.errors import FileUnreadable, RowsWrong
from shopfloor.exchange.exports import export
from shopfloor.exchange.imports import ImportFile, import_file
from shopfloor.exchange.registry import MASTERS
from shopfloor.items.commands import create_location
from shopfloor.items.inputs import NewLocation
from shopfloor.items.master_table import GTIN, ITEM
from shopfloor.items.tracking_code_queries import code_card
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.people.actor import Actor
from shopfloor.people.master_commands import block_record, create_record
from shopfloor.people.master_queries import list_records, read_record
from shopfloor.posting.check import run_all
from shopfloor.production import version_queries
from shopfloor.production.inputs import NewResource
from shopfloor.production.resources import RESOURCE
from tests.conftest import ADMINISTRATOR
from tests.factories_documents import make_in_transit
from tests.factories_items import CELL, MODULE, PACK, make_item, plant_with_masters
from tests.factories_orders import adjust, opening_stock
from tests.factories_production import counted, make_pack_masters

KNOWN = ("no", "name", "city")
ROWS = [csv_text.CsvRow(2, {"no": "A", "name": "Søren"}), csv_text.CsvRow(3, {"no": "B", "name": "李"})]


@pytest.fixture
def masters(run):
    plant_with_masters(run)


def take(run, kind, text, **more):
    return run(import_file, given=ImportFile(kind=kind, text=text, **more))


def wrong(run, kind, text, **more):
    """(line, column) of every problem."""
    with pytest.raises(RowsWrong) as refused:
        take(run, kind, text, **more)
    return [(one["line"], one["column"]) for one in refused.value.problems]


def count(session, model):
    found = session.scalar(select(func.count()).select_from(model))
    session.rollback()
    return found


# --- reading ---


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_file_in_utf_8_is_read_whatever_its_delimiter_and_line_ends(mark, delimiter, line_end):
    lines = [delimiter.join(row) for row in (("No", "name"), ("A", "Søren"), ("B", "李"))]
    text = csv_text.decoded(mark + line_end.join(lines).encode())
    assert csv_text.read(text, KNOWN, ("no",)) == ROWS


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("no;name\r\nA;Søren".encode("latin-1"), "line 2 holds the byte 0xF8, which is not UTF-8"),
        ("no;name\nA;x".encode("utf-16"), "UTF-16"),
        ("no;name\rA;x\rB;Søren".encode("latin-1"), "line 3 holds the byte 0xF8"),
        (b"no;name\nA;\x00x", "binary"),
        (b"PK\x03\x04\x00\x00", "binary"),
    ],
)
def test_bad_input_another_encoding_is_refused_with_its_place(data, words):
    with pytest.raises(FileUnreadable, match=words):
        csv_text.decoded(data)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it is empty"),
        ("\n\n", "it is empty"),
        ("no;name", "no rows below its header"),
        ("no|name\nA|B", "names no field"),
        ("number;title\nA;B", "names no field"),
        ("no;phone\nA;B", "unknown column phone"),
        ("no;no\nA;B", "twice the column no"),
        ("name;city\nA;B", "lacks the column no"),
        ("no;name\nA", "line 2 has 1 fields, the header has 2"),
        ("no;name\nA;B;C", "line 2 has 3 fields, the header has 2"),
        ('no;name\nA;x\n\n"B;y\nC;z\nD;z\n', "line 4: a quotation mark begins a field and none ends it"),
        ('no;name\nA;"B\n' + "C;z\n" * 40_000, "line 2: a field has more than 131072 characters; a quotation mark probably does not end"),
        ('no;name\nA;"x"y"\n', "line 2: something follows a quotation mark that ends a field. Inside a field write it twice"),
        ("no;name\rA;x\rB;S\ufffdren", "line 3 holds"),
        ("no\n" + "A\n" * (csv_text.MOST_ROWS + 1), "more than 100000 rows"),
    ],
)
def test_bad_input_a_file_whose_rows_cannot_be_told_is_refused_whole(text, words):
    with pytest.raises(FileUnreadable, match=words):
        csv_text.read(text, KNOWN, ("no",))


def test_lines_are_counted_through_quoted_line_ends_and_empty_lines():
    rows = csv_text.read('no,name\n\n"A","two\nlines"\nB,x', KNOWN, ("no",))
    assert [row.line for row in rows] == [3, 5]


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", '=HYPERLINK("http://x")'])
def test_a_formula_in_a_name_is_text_in_the_file_and_comes_back_as_it_was(formula):
    text = "".join(csv_text.write(KNOWN, [("A", formula, "")]))
    assert "'" + formula[0] in text
    assert csv_text.read(text, KNOWN, ("no",))[0].values["name"] == formula


# --- masters ---


@pytest.mark.usefixtures("masters")
def test_what_is_exported_is_imported_into_another_plant(session, run):
    """Every list is a file that can be taken in as it is."""
    make_item(run, "=EVIL", policy="STRICT")
    run(block_record, master=ITEM, record_key=(CELL,), version=1, blocked=True)
    files = {kind: "".join(export(session, kind)) for kind in MASTERS}
    session.rollback()
    assert "'=EVIL" in files["items"]
    before = {kind: list_records(session, master, limit=500).rows for kind, master in MASTERS.items()}
    session.rollback()
    for kind in ("references", "gtins", "item-units", "items"):
        session.execute(MASTERS[kind].table.delete())
        session.commit()
    for kind in ("items", "item-units", "gtins", "references"):
        assert take(run, kind, files[kind]).row_count == len(before[kind])
        rows = list_records(session, MASTERS[kind], limit=500).rows
        session.rollback()
        # Keys and values are as they were; the versions begin anew.
        assert [{**row.values, "version": 1} for row in before[kind]] == [row.values for row in rows]


@pytest.mark.usefixtures("masters")
def test_bad_input_every_wrong_row_is_told_by_line_and_column_and_nothing_is_written(session, run):
    text = (
        "no;description;base_unit_code;rounding_precision;item_tracking_code;blocked\n"
        "N1;Good;PCS;1;;\n"
        ";No number;PCS;1;;\n"
        "N3;Unknown unit;YARD;1;;\n"
        "N4;Not a number;PCS;1,5;;\n"
        "N1;Twice;PCS;1;;\n"
        f"{CELL};Known;PCS;1;;\n"
        "N7;Half a serial;PCS;0.5;SN;\n"
        "N8;Perhaps blocked;PCS;1;;perhaps\n"
    )
    expected = [
        (3, "no"), (4, "base_unit_code"), (5, "rounding_precision"), (6, "no"), (7, "no"), (8, "rounding_precision"), (9, "blocked"),
    ]
    for dry_run in (True, False):
        assert wrong(run, "items", text, dry_run=dry_run) == expected
    assert read_record(session, ITEM, ("N1",)) is None


@pytest.mark.usefixtures("masters")
@pytest.mark.parametrize(
    ("kind", "text", "places"),
    [
        ("gtins", "gtin;item_no\n96385075;CELL\n96385074;NONE\n", [(2, "gtin"), (3, "item_no")]),
        ("item-units", "item_no,unit_code,quantity_per_unit\nCELL,PCS,5\nCELL,KG,0\n", [(2, "unit_code"), (3, "quantity_per_unit")]),
        ("vendors", "no;name;country\nV1;;DE\nV2;B;Germany\n", [(2, "name"), (3, "country")]),
        ("locations", "code\tname\nMAIN\tAgain\n", [(2, "code")]),
        ("resources", "code;name;kind\nR;R;Robot\n", [(2, "kind")]),
        (
            "bom-lines",
            "product_no;item_no;quantity_per\nPACK;NONE;1\nPACK;CELL;-1\nNONE;CELL;1\n",
            [(2, "item_no"), (3, "quantity_per"), (4, "item_no")],
        ),
        ("bom-lines", "product_no;version_code;item_no;quantity_per\nPACK;1;CELL;1\nPACK;2;CELL;1\n", [(3, "version_code")]),
        ("bom-lines", "product_no;item_no;quantity_per\nPACK;MODULE;1\nMODULE;CELL;1\nMODULE;PACK;1\n", [(3, "item_no")]),
        (
            "routing-lines",
            "product_no;operation_no;description;resource\nPACK;10;Stack;Nobody\nPACK;10;Close;\nPACK;20;;\nNONE;10;Paint;\n",
            [(2, "resource"), (3, "operation_no"), (4, "description"), (5, "item_no")],
        ),
        (
            "tracking-codes",
            "code;description;lot_specific;requirements\nSN;Known;;\nA;Twice;;\nA;Twice;;\nB;Unsure;maybe;\nC;Wrong;;Serial sideways\n",
            [(2, "code"), (4, "code"), (5, "lot_specific"), (6, "requirements")],
        ),
        ("tracking-codes", "code;description;strict_expiration_posting\nA;Rule without dates;yes\n", [(2, "code")]),
    ],
)
def test_bad_input_of_every_kind_is_told_by_line_and_column(run, kind, text, places):
    assert wrong(run, kind, text) == places


@pytest.mark.usefixtures("masters")
def test_a_dry_run_writes_nothing_and_says_that_all_is_right(session, run):
    text = "no,description,base_unit_code,blocked\nN1,One,PCS,yes\nN2,Two,PCS,no\n"
    answer = take(run, "items", text, dry_run=True)
    assert isinstance(answer, FileChecked)
    assert read_record(session, ITEM, ("N1",)) is None
    session.rollback()
    assert isinstance(take(run, "items", text), Imported)
    assert [read_record(session, ITEM, (no,))["blocked"] for no in ("N1", "N2")] == [True, False]


@pytest.mark.usefixtures("masters")
def test_bills_come_as_lines(session, run):
    text = "product_no;item_no;quantity_per;unit_code;flushing\nPACK;MODULE;2;;\nMODULE;CELL;1;BOX;Manual\nPACK;LABEL;1;;Start\n"
    take(run, "bom-lines", text)
    pack, module = (version_queries.bom_card(session, no) for no in (PACK, MODULE))
    assert [(line.line_no, line.item_no, line.unit_code, line.flushing) for line in pack.lines] == [
        (10, "MODULE", "PCS", "Finish"), (20, "LABEL", "PCS", "Start"),
    ]
    assert (module.lines[0].unit_code, module.shown.status, module.description) == ("BOX", "Certified", "MODULE of the test")
    assert "PACK,1,MODULE,PCS,2" in "".join(export(session, "bom-lines"))


@pytest.mark.usefixtures("masters")
def test_d40_bills_say_what_comes_along(session, run):
    take(run, "bom-lines", "product_no;item_no;quantity_per;co_product\nPACK;MODULE;2;\nPACK;LABEL;1;yes\n")
    assert [(line.item_no, line.co_product) for line in version_queries.bom_card(session, PACK).lines] == [
        ("MODULE", False), ("LABEL", True),
    ]
    head, *rows = "".join(export(session, "bom-lines")).splitlines()
    assert [row.split(",")[head.split(",").index("co_product")] for row in rows if row.startswith("PACK")] == ["no", "yes"]


@pytest.mark.usefixtures("masters")
def test_routings_come_as_operations(session, run):
    run(create_record, master=RESOURCE, given=NewResource(code="BENCH", name="Bench"))
    text = (
        "product_no;operation_no;description;resource;run_minutes;setup_minutes;flushing\nPACK;20;Close;;2.5;0;Manual\n"
        "PACK;10;Stack;BENCH;4;15;Finish\nMODULE;10;Weld;;1;0;Start\n"
    )
    take(run, "routing-lines", text)
    pack = version_queries.routing_card(session, PACK)
    assert [(line.operation_no, line.description, line.resource, line.run_minutes) for line in pack.lines] == [
        (10, "Stack", "BENCH", 4), (20, "Close", "", Decimal("2.5")),
    ]
    assert pack.shown.status == "Certified"
    file = "".join(export(session, "routing-lines"))
    assert "PACK,1,10,Stack,BENCH,4,15,Finish\r\nPACK,1,20,Close,,2.5,0,Manual" in file


@pytest.mark.usefixtures("masters")
def test_dm_40_tracking_codes_come_and_go_with_what_they_demand(session, run):
    """TC-01: of a specific kind everything is demanded, so nothing of it is kept. What goes out comes in again as it was."""
    text = (
        "code;description;serial_specific;use_expiration_dates;warranty_formula;requirements\n"
        'A;Serial, and lots at receipt;yes;yes;2Y;"Lot purchase inbound, Serial transfer"\n'
        "B;Nothing;;;;\n"
    )
    take(run, "tracking-codes", text)
    card = code_card(session, "A")
    assert {pair for pair in card.requirements if pair[0] == "Lot"} == {("Lot", "purchase inbound")}
    assert (card.serial_warehouse, card.warranty_formula, card.use_expiration_dates) == (True, "2Y", True)
    header, *rows = "".join(export(session, "tracking-codes")).split("\r\n")
    session.rollback()
    mine = [row.replace("A,", "C,", 1).replace("B,", "D,", 1) for row in rows if row.startswith(("A,", "B,"))]
    take(run, "tracking-codes", "\r\n".join([header, *mine]))
    for old, new in (("A", "C"), ("B", "D")):
        before, after = code_card(session, old), code_card(session, new)
        assert vars(after) | {"code": ""} == vars(before) | {"code": ""}
    session.rollback()


@pytest.mark.usefixtures("masters")
def test_a30_an_import_needs_the_right_and_a_known_kind(run):
    nobody = Actor("N", "Nobody", frozenset())
    for kind in ("items", "tracking-codes", "bom-lines", "routing-lines", "opening-stock", "stations"):
        with pytest.raises(NotAllowed):
            run(import_file, nobody, given=ImportFile(kind=kind, text="x"))
    with pytest.raises(NotFound, match="planets"):
        take(run, "planets", "no\n1")
    assert ADMINISTRATOR.rights


# --- opening stock ---


@pytest.mark.usefixtures("masters")
def test_opening_stock_is_posted_through_the_door(session, run):
    text = (
        "item_no;location_code;quantity;unit_code;serial_no;lot_no;expiration_date;vendor_lot_no\n"
        "CELL;MAIN;2;BOX;;L-1;;S-77\n"
        "MODULE;MAIN;1;;M-1;;;\n"
        "PASTE;SIDE;0.25;KG;;P-1;2031-01-31;\n"
    )
    assert take(run, "opening-stock", text, dry_run=True).code == "FILE_CHECKED"
    assert count(session, ItemLedgerEntry) == 0
    take(run, "opening-stock", text, reason="First day")
    rows = session.execute(select(ItemLedgerEntry.item_no, ItemLedgerEntry.quantity, ItemLedgerEntry.reason)).all()
    assert sorted(tuple(row) for row in rows) == [
        ("CELL", Decimal(24), "First day"),
        ("MODULE", Decimal(1), "First day"),
        ("PASTE", Decimal("0.25"), "First day"),
    ]
    session.rollback()
    assert run_all(session) == []


@pytest.mark.usefixtures("masters")
def test_stock_is_written_as_a_file_that_can_be_read_again(session, run):
    make_in_transit(run, "TRANS")
    opening_stock(run, CELL, "5", lot_no="L-1")
    opening_stock(run, CELL, "7", lot_no="L-1")
    opening_stock(run, "PASTE", "0.25", lot_no="P-1", expiration_date="2031-01-31", vendor_lot_no="S-7")
    opening_stock(run, MODULE, serial_no="M-1")
    adjust(run, {"item_no": CELL, "entry_type": "Negative Adjmt.", "quantity": "2", "lot_no": "L-1"})
    header, *rows = "".join(export(session, "opening-stock")).split()
    session.rollback()
    assert header.split(",") == list(opening_stock_file.COLUMNS)
    assert rows == ["CELL,MAIN,10,PCS,,L-1,,,,,,", "MODULE,MAIN,1,PCS,M-1,,,,,,,", "PASTE,MAIN,0.25,KG,,P-1,,2031-01-31,,,S-7,"]
    gone = [
        {"item_no": CELL, "quantity": "10", "lot_no": "L-1"}, {"item_no": MODULE, "serial_no": "M-1"},
        {"item_no": "PASTE", "quantity": "0.25", "lot_no": "P-1"},
    ]
    adjust(run, *({"entry_type": "Negative Adjmt.", **row} for row in gone))
    take(run, "opening-stock", "\n".join([header, *rows]) + "\n", confirmed=True)
    assert "".join(export(session, "opening-stock")).split() == [header, *rows]
    session.rollback()


@pytest.mark.usefixtures("masters")
def test_bad_input_opening_stock_is_told_by_line_and_column(session, run):
    opening_stock(run, MODULE, serial_no="M-1")
    run(block_record, master=ITEM, record_key=("LABEL",), version=1, blocked=True)
    run(create_location, given=NewLocation(code="ROAD", name="On the road", in_transit=True))
    before = count(session, ItemLedgerEntry)
    text = (
        "item_no;location_code;quantity;serial_no;lot_no;unit_code\n"
        "MODULE;MAIN;1;M-1;;\n"  # in stock already
        "MODULE;MAIN;1;M-2;;\n"
        "MODULE;MAIN;1;M-2;;\n"  # twice in the file
        "MODULE;MAIN;2;M-3;;\n"  # one serial is one piece
        "CELL;MAIN;1;;;\n"  # no lot
        "CELL;MAIN;0.5;;L-1;\n"  # half a piece
        "CELL;MAIN;1;;L-1;YARD\n"
        "NONE;MAIN;1;;;\n"
        "CELL;MOON;1;;L-1;\n"
        "LABEL;MAIN;1;;;\n"  # blocked
        "PACK;MAIN;1;X-1;;\n"  # not the item's pattern
        "CELL;MAIN;-1;;L-1;\n"
        "MODULE;MAIN;1;;;\n"  # no serial number
        "CELL;ROAD;1;;L-1;\n"  # goods are only on their way there (AP-09)
    )
    assert wrong(run, "opening-stock", text) == [
        (2, "serial_no"), (4, "serial_no"), (5, "quantity"), (6, "lot_no"), (7, "quantity"), (8, "unit_code"), (9, "item_no"),
        (10, "location_code"), (11, "item_no"), (12, "serial_no"), (13, "quantity"), (14, "serial_no"), (15, "location_code"),
    ]
    assert count(session, ItemLedgerEntry) == before


@pytest.mark.usefixtures("masters")
def test_what_only_the_door_knows_is_told_at_the_row_that_it_names(session, run):
    opening_stock(run, CELL, "1", lot_no="lot-a")
    text = "item_no;location_code;quantity;lot_no\nCELL;MAIN;1;L-1\nCELL;MAIN;1;LOT-A\n"
    assert wrong(run, "opening-stock", text) == [(3, "lot_no")]
    assert take(run, "opening-stock", text, confirmed=True).row_count == 2
    assert run_all(session) == []


@pytest.mark.usefixtures("masters")
@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ("LABEL;MAIN;1;;\nLABEL;TRANS;1;;\n", (3, "location_code")),
        ("PASTE;MAIN;1;P-2;2031-01-31\nPASTE;MAIN;1;P-2;2031-02-28\n", (3, "expiration_date")),
        ("LABEL;MAIN;1;;\nPASTE;MAIN;1;P-1;2031-02-28\n", (3, "expiration_date")),
    ],
)
def test_what_only_the_door_knows_is_told_at_the_column_that_is_wrong(run, rows, place):
    make_in_transit(run, "TRANS")
    opening_stock(run, "PASTE", "1", lot_no="P-1", expiration_date="2031-01-31")
    assert wrong(run, "opening-stock", "item_no;location_code;quantity;lot_no;expiration_date\n" + rows) == [place]


def test_ten_thousand_rows_take_seconds_and_no_statement_for_each(session, run):
    """The number of statements grows with portions of 5,000 rows only."""
    make_pack_masters(run)
    seconds = {}
    counts = {}
    for size, start in ((10, 0), (10_000, 10)):
        items = "no,description,base_unit_code\n" + "".join(f"I{n:06d},Bolt,PCS\n" for n in range(start, start + size))
        gtins = "reference_no,item_no\n" + "".join(f"R{n:06d},I{n:06d}\n" for n in range(start, start + size))
        bills = "product_no,item_no,quantity_per\n" + "".join(f"I{n:06d},CELL,2\n" for n in range(start, start + size))
        stock = "item_no,location_code,quantity\n" + "".join(f"I{n:06d},MAIN,5\n" for n in range(start, start + size))
        for kind, text in (("items", items), ("references", gtins), ("bom-lines", bills), ("opening-stock", stock)):
            begun = time.perf_counter()
            with counted(session) as statements:
                take(run, kind, text)
            seconds[kind, size] = time.perf_counter() - begun
            counts[kind, size] = len(statements)
    for kind in ("items", "references", "bom-lines", "opening-stock"):
        assert counts[kind, 10_000] <= 3 * counts[kind, 10], (kind, counts)
        assert seconds[kind, 10_000] < 30, seconds
    assert run_all(session) == []


def test_peers_70_ten_thousand_serials_are_posted_within_seconds(session, run):
    """Peers 70: one posting, and not a statement for each of them."""
    make_pack_masters(run)
    header = "item_no;location_code;quantity;serial_no\n"
    counts = {}
    for size in (10, 10_000):
        text = header + "".join(f"MODULE;MAIN;1;S{size}-{number}\n" for number in range(size))
        begun = time.perf_counter()
        with counted(session) as statements:
            assert take(run, "opening-stock", text).row_count == size
        counts[size] = len(statements)
    assert time.perf_counter() - begun < 30
    assert counts[10_000] <= 3 * counts[10], counts
    session.execute(sql("ANALYZE"))  # as the server does by itself soon after so many new rows
    session.commit()
    assert run_all(session) == []


def test_a_gtin_is_kept_with_fourteen_digits(session, run):
    plant_with_masters(run)
    take(run, "gtins", "gtin;item_no;unit_code\n96385074;CELL;BOX\n")
    assert read_record(session, GTIN, ("00000096385074",))["unit_code"] == "BOX"
